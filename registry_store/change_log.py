"""The change log: hashes, Merkle roots, and the append that makes position order commit order.

A segment is one commit. Its leaves are the hashes of its changes, its hash binds first position,
count, time, root and the segment before: removing, inserting, changing or reordering any change
breaks it. Source: RFC 9162, section 2.1 (leaf and node hashing); DESIGN.md section 4.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import orjson
import psycopg

from contracts.receipts import timestamp
from registry_store.copying import NULL, copy_lines, text_field, time_field

APPEND_LOCK = 7_305_002
NOTIFY_CHANNEL = "fmar_log"
GENESIS = bytes(32)
#: Of `change`, but for position and time: an entry's own, then those of its occasion.
COLUMNS = (
    "record, version, item, content_hash, "
    "message, cause, valid_from, event, material, actor, principal, audience_before, audience_after"
)
_sha256 = hashlib.sha256


class Occasion(NamedTuple):
    """What the log says of a change that it says of many others of its message too."""

    event: str
    material: bool | None
    actor: str
    principal: str
    message: int
    message_id: str
    cause: str | None
    valid_from: datetime
    audience_before: str | None
    audience_after: str


class LogEntry(NamedTuple):
    """A change without its position and time, which the segment gives."""

    record: int
    id: str
    version: int
    item: int
    content_hash: bytes
    occasion: Occasion

    def leaf(self) -> bytes:
        """The hash of this entry as a leaf."""
        return leaf_and_line(*self)[0]


def leaf_and_line(
    record: int, id: str, version: int, item: int, content_hash: bytes, occasion: Occasion
) -> tuple[bytes, str]:
    """Of an entry, by its members: SHA-256(0x00 | canonical JSON of what it says), and the columns of `COLUMNS` as
    COPY takes them.
    """
    before_hash, before_id, before_version, columns = _texts(occasion)
    hash_ = content_hash.hex()
    said = f'{before_hash}{hash_}{before_id}{orjson.dumps(id).decode()},"item":{item}{before_version}{version}}}'
    leaf = _sha256(said.encode()).digest()
    return leaf, f"{record}\t{version}\t{item}\t\\\\x{hash_}\t{columns}"


class _Texts(NamedTuple):
    """An occasion as it stands in a leaf, around what is the entry's own, and in the table."""

    before_hash: str
    before_id: str
    before_version: str
    columns: str


@lru_cache(maxsize=4_096)
def _texts(occasion: Occasion) -> _Texts:
    said = occasion
    columns = (
        str(said.message),
        text_field(said.cause),
        time_field(said.valid_from),
        said.event,
        {True: "t", False: "f", None: NULL}[said.material],
        *map(text_field, (said.actor, said.principal, said.audience_before, said.audience_after)),
    )
    return _Texts(
        f'\0{{"actor":{_json(said.actor)},"audience_after":{_json(said.audience_after)},'
        f'"audience_before":{_json(said.audience_before)},"cause":{_json(said.cause)},"content_hash":"',
        f'","event":{_json(said.event)},"id":',
        f',"material":{_json(said.material)},"message_id":{_json(said.message_id)},'
        f'"principal":{_json(said.principal)},"valid_from":"{timestamp(said.valid_from)}","version":',
        "\t".join(columns),
    )


@lru_cache(maxsize=4_096)
def _json(value: str | bool | None) -> str:  # noqa: FBT001 - one of the values that the log says
    """Single messages differ in their ids alone."""
    return orjson.dumps(value).decode()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, at least one. Source: RFC 9162, section 2.1.1.

    Level by level: a node without a sibling goes up as it is, which is the same tree as the RFC's
    split at the largest power of two.
    """
    level = list(leaves)
    while len(level) > 1:
        pairs = [
            _sha256(b"\x01" + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        level = pairs if len(level) % 2 == 0 else [*pairs, level[-1]]
    return level[0]


def segment_hash(
    first_position: int, count: int, recorded_at: datetime, root: bytes, previous: bytes
) -> bytes:
    header = f"{first_position}|{count}|{timestamp(recorded_at)}|".encode()
    return _sha256(header + root + previous).digest()


@dataclass(frozen=True, slots=True)
class Appended:
    """Where the entries of one commit stand in the log."""

    first_position: int
    count: int
    recorded_at: datetime


def append(
    connection: psycopg.Connection, leaves: Sequence[bytes], lines: Sequence[str]
) -> Appended:
    """Append at least one entry, by its leaf and its line, as the last thing before the commit.

    Takes the append lock until the commit: whoever sees a position sees all below it.
    `recorded_at` is the database's clock, made strictly increasing.
    """
    root = merkle_root(leaves)
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))
    next_position, before, previous, now = connection.execute(
        "SELECT s.first_position + s.count, s.recorded_at, s.hash, clock_timestamp() FROM (SELECT) AS one "
        "LEFT JOIN LATERAL (SELECT * FROM segment ORDER BY first_position DESC LIMIT 1) AS s ON true"
    ).fetchone() or (None, None, None, None)
    first = next_position or 1
    recorded_at = now if before is None else max(now, before + timedelta(microseconds=1))
    previous = previous or GENESIS
    at = recorded_at.isoformat()
    copy_lines(
        connection,
        f"change (position, recorded_at, {COLUMNS})",
        [f"{position}\t{at}\t{line}" for position, line in enumerate(lines, first)],
    )
    connection.execute(
        "INSERT INTO segment (first_position, count, recorded_at, root, previous_hash, hash) VALUES (%s,%s,%s,%s,%s,%s)",
        (
            first,
            len(leaves),
            recorded_at,
            root,
            previous,
            segment_hash(first, len(leaves), recorded_at, root, previous),
        ),
    )
    return Appended(first, len(leaves), recorded_at)
