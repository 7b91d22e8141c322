"""A user file around records: header, trailer with both counts and the checksum. Pool files are only read.

Source: FORMATS.md section 4.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
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
    *, name: str, flow: str, between: Route, created_at: datetime, records: Sequence[str]
) -> bytes:
    """UTF-8, lines ended by LF. `records` are closed by |."""
    id, time = file_id(name), f"{created_at.astimezone(UTC):%Y%m%d%H%M%S}"
    sender, receiver = between.sender, between.receiver
    header = (
        "ZHV", id, flow, sender.role, sender.mpid, receiver.role, receiver.mpid, time,
        between.sending_application, between.receiving_application, "", OPERATIONAL, "",
    )  # fmt: skip
    lines = ["|".join(header).encode(), *(record.encode() for record in records)]
    root = f"{ROOTS[flow]}|"
    instances = sum(record.startswith(root) for record in records)
    trailer = f"ZPT|{id}|{len(records)}|{checksum(lines)}|{instances}|{time}|"
    return b"\n".join([*lines, trailer.encode(), b""])
