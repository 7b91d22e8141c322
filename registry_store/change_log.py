"""The change log: hashes, Merkle roots, and the append that makes position order commit order.

A segment is one commit. Its leaves are the hashes of its changes, its hash binds first position,
count, time, root and the segment before: removing, inserting, changing or reordering any change
breaks it. Source: RFC 9162, section 2.1 (leaf and node hashing); DESIGN.md section 4.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from contracts.canonical import canonical_json
from contracts.receipts import timestamp

APPEND_LOCK = 7_305_002
NOTIFY_CHANNEL = "fmar_log"
GENESIS = bytes(32)


class LogEntry(NamedTuple):
    """A change without its position and time, which the segment gives."""

    record: int
    id: str
    version: int
    event: str
    material: bool | None
    actor: str
    principal: str
    message: int
    message_id: str
    item: int
    cause: str | None
    valid_from: datetime
    audience_before: str | None
    audience_after: str
    content_hash: bytes

    def leaf(self) -> bytes:
        """The hash of this entry as a leaf: SHA-256(0x00 | canonical JSON of its members)."""
        members: dict[str, Any] = {
            "id": self.id,
            "version": self.version,
            "event": self.event,
            "material": self.material,
            "actor": self.actor,
            "principal": self.principal,
            "message_id": self.message_id,
            "item": self.item,
            "cause": self.cause,
            "valid_from": timestamp(self.valid_from),
            "audience_before": self.audience_before,
            "audience_after": self.audience_after,
            "content_hash": self.content_hash.hex(),
        }
        return hashlib.sha256(b"\x00" + canonical_json(members)).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, at least one. Source: RFC 9162, section 2.1.1.

    Level by level: a node without a sibling goes up as it is, which is the same tree as the RFC's
    split at the largest power of two.
    """
    level = list(leaves)
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest()
            for i in range(0, len(level) - 1, 2)
        ]
        level = pairs if len(level) % 2 == 0 else [*pairs, level[-1]]
    return level[0]


def segment_hash(
    first_position: int, count: int, recorded_at: datetime, root: bytes, previous: bytes
) -> bytes:
    header = f"{first_position}|{count}|{timestamp(recorded_at)}|".encode()
    return hashlib.sha256(header + root + previous).digest()


@dataclass(frozen=True, slots=True)
class Appended:
    """Where the entries of one commit stand in the log."""

    first_position: int
    count: int
    recorded_at: datetime


def append(connection: psycopg.Connection, entries: Sequence[LogEntry]) -> Appended:
    """Append at least one entry, as the last thing before the commit.

    Takes the append lock until the commit: whoever sees a position sees all below it.
    `recorded_at` is the database's clock, made strictly increasing.
    """
    root = merkle_root([entry.leaf() for entry in entries])
    rows = [_tail_and_head(entry) for entry in entries]
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))
    next_position, before, previous, now = connection.execute(
        "SELECT s.first_position + s.count, s.recorded_at, s.hash, clock_timestamp() FROM (SELECT) AS one "
        "LEFT JOIN LATERAL (SELECT * FROM segment ORDER BY first_position DESC LIMIT 1) AS s ON true"
    ).fetchone() or (None, None, None, None)
    first = next_position or 1
    recorded_at = now if before is None else max(now, before + timedelta(microseconds=1))
    previous = previous or GENESIS
    with connection.cursor().copy(
        "COPY change (position, recorded_at, record, version, event, material, actor, principal, message, item, "
        "cause, valid_from, audience_before, audience_after, content_hash) FROM STDIN"
    ) as copy:
        for number, row in enumerate(rows):
            copy.write_row((first + number, recorded_at, *row))
    connection.execute(
        "INSERT INTO segment (first_position, count, recorded_at, root, previous_hash, hash) VALUES (%s,%s,%s,%s,%s,%s)",
        (
            first,
            len(entries),
            recorded_at,
            root,
            previous,
            segment_hash(first, len(entries), recorded_at, root, previous),
        ),
    )
    return Appended(first, len(entries), recorded_at)


def _tail_and_head(entry: LogEntry) -> tuple[Any, ...]:
    return (
        entry.record,
        entry.version,
        entry.event,
        entry.material,
        entry.actor,
        entry.principal,
        entry.message,
        entry.item,
        entry.cause,
        entry.valid_from,
        entry.audience_before,
        entry.audience_after,
        entry.content_hash,
    )
