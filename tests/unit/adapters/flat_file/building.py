"""What the tests of flat files share: files put together by hand, so that each flaw can be put in."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from adapters.flat_file.adapter import MEDIA_TYPE, FlatFiles
from adapters.flat_file.checksum import checksum
from contracts.messages import Decoded, Envelope, Limits
from contracts.reasons import Reason
from router.bootstrap import Language, language

RECEIVED = datetime(2026, 11, 24, 9, 31, tzinfo=UTC)
HEADER = "ZHV|0000000042|F0100001|X|MRCY|Z|FMAR|20261124093000||||OPER|"
REGISTER = "FA1|1|asset.register||||||||||||heat_pump|1.0||||mpan|1200000000011|_C|LPN|"
ATTRIBUTES = ("FA2|1|connection_status|connected|", "FA2|7|import_capacity_kw|3.5|")
ITEM = (REGISTER, *ATTRIBUTES)


@cache
def spoken() -> Language:
    return language()


@cache
def flat() -> FlatFiles:
    return FlatFiles(spoken().catalogue)


def user_file(
    *records: str, header: str = HEADER, trailer: str | None = None, end: str = "\n"
) -> bytes:
    """Header, records and a trailer that is right; unless one is given."""
    if trailer is None:
        id, flow = header.split("|")[1:3]
        root = "FA1|" if flow.startswith("F01") else f"{records[0].split('|')[0]}|"
        roots = sum(record.startswith(root) for record in records)
        trailer = f"ZPT|{id}|{len(records)}||{roots}|20261124093000|"
    return "".join(f"{line}{end}" for line in (header, *records, trailer)).encode()


def pool_file(*records: str, header: str = "ZHD|F0100001|X|MRCY|Z|FMAR|20261124093000") -> bytes:
    """Header, records (given as those of a user file), trailer with count and checksum."""
    lines = [header, *(record.removesuffix("|") for record in records)]
    total = checksum(line.encode() for line in lines)
    return "\n".join([*lines, f"ZPT|{len(lines) + 1}|{total}", ""]).encode()


def register(number: int = 1, **fields: Any) -> str:
    """FA1 of a registration; `fields` by number, as `f16=""`."""
    parts = REGISTER.split("|")
    parts[1] = str(number)
    parts += [""] * 40
    for name, text in fields.items():
        parts[int(name[1:]) - 1] = str(text)
    return re.sub(r"\|+$", "|", "|".join(parts))


def decode(
    body: bytes | str,
    *,
    limits: Limits | None = None,
    door: str = "amqp",
    charset: str | None = None,
    sender: str = "acme",
) -> Decoded:
    media_type = MEDIA_TYPE if charset is None else f"{MEDIA_TYPE}; charset={charset}"
    raw = body if isinstance(body, bytes) else body.encode()
    envelope = Envelope("", sender, media_type, raw, RECEIVED, door=door)
    return flat().decode(envelope, limits or Limits())


def found(reasons: Sequence[Reason]) -> list[tuple[str, str, str]]:
    """(rule, place, severity) of each."""
    return [(each.rule.key, each.place, each.severity.value) for each in reasons]


def errors(reasons: Sequence[Reason]) -> list[tuple[str, str]]:
    return [(each.rule.key, each.place) for each in reasons if each.is_error]


def warnings(reasons: Sequence[Reason]) -> list[tuple[str, str]]:
    return [(each.rule.key, each.place) for each in reasons if not each.is_error]
