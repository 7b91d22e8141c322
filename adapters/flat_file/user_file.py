"""A user file around records: header, trailer with both counts and the checksum. Pool files are only read.

Source: FORMATS.md section 4.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

from adapters.flat_file.checksum import checksum
from adapters.flat_file.header import NON_CORE, OPERATIONAL, Party
from adapters.flat_file.layout import HUB_MPID, ROOTS

HUB = Party(NON_CORE, HUB_MPID)
#: A party of which the hub knows no market participant id.
NO_PARTY = Party(NON_CORE, "")
#: Slug by which documents name the hub itself.
HUB_SLUG = "hub"

_FILE_ID = re.compile(r"[A-Za-z0-9_-]{1,10}")
_FILE_ID_CHARACTERS = 10
_BLOCK_RECORDS = 1_000


class Route(NamedTuple):
    """From whom to whom. A party's application is the partner's name with the hub."""

    sender: Party
    receiver: Party
    sending_application: str = ""
    receiving_application: str = ""


def route(sender: str, receiver: str) -> Route:
    """Between partners, by their slugs; they have no participant id that a document would know."""
    return Route(
        HUB if sender == HUB_SLUG else NO_PARTY,
        HUB if receiver == HUB_SLUG else NO_PARTY,
        "" if sender == HUB_SLUG else sender,
        "" if receiver == HUB_SLUG else receiver,
    )


def file_id(name: str) -> str:
    """The id of a document as a file id: itself where it has at most 10 letters and digits, else made of it."""
    if _FILE_ID.fullmatch(name):
        return name
    digest = hashlib.sha256(name.encode()).digest()
    return base64.b32hexencode(digest).decode()[:_FILE_ID_CHARACTERS]


def user_file(
    *, name: str, flow: str, between: Route, created_at: datetime, records: Iterable[str]
) -> bytes:
    """UTF-8, lines ended by LF. `records` are closed by |."""
    pieces = user_file_pieces(
        name=name, flow=flow, between=between, created_at=created_at, records=records
    )
    return b"".join(pieces)


def user_file_pieces(
    *, name: str, flow: str, between: Route, created_at: datetime, records: Iterable[str]
) -> Iterator[bytes]:
    """The file in pieces, its records looked at once; the trailer is taken on the way."""
    id, time = file_id(name), f"{created_at.astimezone(UTC):%Y%m%d%H%M%S}"
    sender, receiver = between.sender, between.receiver
    header = (
        "ZHV", id, flow, sender.role, sender.mpid, receiver.role, receiver.mpid, time,
        between.sending_application, between.receiving_application, "", OPERATIONAL, "",
    )  # fmt: skip
    line, root = "|".join(header).encode(), f"{ROOTS[flow]}|".encode()
    check, count, instances, left = checksum([line]), 0, 0, iter(records)
    yield line + b"\n"
    while block := [record.encode() for record in islice(left, _BLOCK_RECORDS)]:
        check ^= checksum(block)
        count += len(block)
        instances += sum(record.startswith(root) for record in block)
        yield b"\n".join([*block, b""])
    yield f"ZPT|{id}|{count}|{check}|{instances}|{time}|\n".encode()
