"""Audit: recompute the whole log from what is stored, and name everything that does not add up.

Reads one snapshot, in position order, in bounded memory. What it proves: no change was altered,
removed, inserted or reordered since it was committed, every version is the one that was logged, and
the anchors agree with the log. Source: DESIGN.md section 4, RFC 9162 section 2.1.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

import psycopg

from contracts.canonical import content_hash
from registry_store.change_log import GENESIS, LogEntry, Occasion, merkle_root, segment_hash
from registry_store.checkpoints import is_signed

_FETCH = 5_000
#: Findings that are listed one by one; all are counted.
LISTED = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not add up. `position` is that of the change or segment, where there is one."""

    problem: str
    position: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {"position": self.position, "problem": self.problem}


@dataclass(slots=True)
class Report:
    """What was read, and what does not add up. `head` is the hash of the last segment."""

    changes: int = 0
    segments: int = 0
    checkpoints: int = 0
    erased: int = 0
    head_position: int = 0
    head: bytes = GENESIS
    problems: int = 0
    findings: list[Finding] = field(default_factory=list)

    def found(self, problem: str, position: int | None = None) -> None:
        self.problems += 1
        if len(self.findings) < LISTED:
            self.findings.append(Finding(problem, position))

    @property
    def is_clean(self) -> bool:
        return self.problems == 0


@dataclass(frozen=True, slots=True)
class _Segment:
    first_position: int
    count: int
    recorded_at: datetime
    root: bytes
    previous_hash: bytes
    hash: bytes


def verify(
    connection: psycopg.Connection,
    hub_key: bytes,
    progress: Callable[[int], None] = lambda _changes: None,
) -> Report:
    """Verify the whole log, and the hub's signatures under it. `progress` is told the number of changes
    read so far.
    """
    report = Report()
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        _verify_log(connection, report, progress)
        _verify_records(connection, report)
        _verify_checkpoints(connection, hub_key, report)
    return report


def _verify_log(
    connection: psycopg.Connection, report: Report, progress: Callable[[int], None]
) -> None:
    changes = groupby(_changes(connection), key=lambda change: change[0])
    held = next(changes, None)
    previous_at: datetime | None = None
    for segment in _segments(connection):
        report.segments += 1
        if segment.first_position != report.head_position + 1:
            report.found(
                f"a segment begins at {segment.first_position} after {report.head_position}",
                segment.first_position,
            )
        if segment.previous_hash != report.head:
            report.found("the segment does not follow the one before it", segment.first_position)
        if previous_at is not None and segment.recorded_at <= previous_at:
            report.found("the segment is not later than the one before it", segment.first_position)
        while held is not None and (held[0] is None or held[0] < segment.first_position):
            _stray(held[1], report)
            held = next(changes, None)
        leaves: list[bytes] = []
        if held is not None and held[0] == segment.first_position:
            leaves = _leaves(segment, held[1], report)
            held = next(changes, None)
        _verify_segment(segment, leaves, report)
        report.head, report.head_position = segment.hash, segment.first_position + segment.count - 1
        previous_at = segment.recorded_at
        progress(report.changes)
    while held is not None:
        _stray(held[1], report)
        held = next(changes, None)


def _verify_segment(segment: _Segment, leaves: list[bytes], report: Report) -> None:
    first = segment.first_position
    if len(leaves) != segment.count:
        report.found(f"the segment has {segment.count} changes, {len(leaves)} are there", first)
    if not leaves or merkle_root(leaves) != segment.root:
        report.found("the changes of the segment do not have its Merkle root", first)
    stated = segment_hash(
        first, segment.count, segment.recorded_at, segment.root, segment.previous_hash
    )
    if stated != segment.hash:
        report.found("the segment does not have its hash", first)


def _leaves(segment: _Segment, rows: Iterator[tuple[Any, ...]], report: Report) -> list[bytes]:
    leaves = []
    for number, (_first, position, recorded_at, content, salt, entry) in enumerate(rows):
        report.changes += 1
        if position != segment.first_position + number:
            report.found(
                f"position {segment.first_position + number} is missing or out of order", position
            )
        if recorded_at != segment.recorded_at:
            report.found("the change is not recorded at the time of its segment", position)
        if content is None:
            report.erased += 1
        elif content_hash(bytes(salt), content.encode()) != entry.content_hash:
            report.found(
                f"the content of {entry.id} version {entry.version} is not the one that was logged",
                position,
            )
        leaves.append(entry.leaf())
    return leaves


def _stray(rows: Iterator[tuple[Any, ...]], report: Report) -> None:
    for row in rows:
        report.changes += 1
        report.found("the change belongs to no segment", row[1])


def _segments(connection: psycopg.Connection) -> Iterator[_Segment]:
    with connection.cursor(name="audit_segments") as cursor:
        cursor.itersize = _FETCH
        cursor.execute(
            "SELECT first_position, count, recorded_at, root, previous_hash, hash FROM segment ORDER BY 1"
        )
        for first, count, recorded_at, root, previous, hash_ in cursor:
            yield _Segment(first, count, recorded_at, bytes(root), bytes(previous), bytes(hash_))


def _changes(connection: psycopg.Connection) -> Iterator[tuple[Any, ...]]:
    """(first position of its segment, position, recorded_at, content, salt, entry), in position order."""
    with connection.cursor(name="audit_changes") as cursor:
        cursor.itersize = _FETCH
        cursor.execute(
            "SELECT s.first_position, c.position, c.recorded_at, v.content, v.salt, c.record, r.id, c.version, "
            "c.item, c.content_hash, c.event, c.material, c.actor, c.principal, c.message, "
            "coalesce(b.message_id, m.message_id), c.cause, c.valid_from, c.audience_before, c.audience_after "
            "FROM change c "
            "LEFT JOIN LATERAL (SELECT first_position FROM segment WHERE first_position <= c.position "
            "  AND c.position < first_position + count ORDER BY first_position DESC LIMIT 1) s ON true "
            "LEFT JOIN record r ON r.row = c.record "
            "LEFT JOIN message m ON m.row = c.message "
            # A batch has its receipt when it ends, and changes before; some receipts do not stand under their id.
            "LEFT JOIN batch b ON b.row = c.message "
            "LEFT JOIN record_version v ON v.record = c.record AND v.version = c.version ORDER BY c.position"
        )
        for first, position, recorded_at, content, salt, *entered in cursor:
            record, id, version, item, hash_, *occasion = entered
            entry = LogEntry(record, id, version, item, hash_, Occasion(*occasion))
            yield first, position, recorded_at, content, salt, entry


#: From the current version of each market unit on: who is stated to be in it (nobody, once it has ended), and
#: who is held to be. Times that touch are one.
_MEMBERS_NOT_AS_STATED = """
    WITH unit AS (
        SELECT r.row, r.status, v.valid_from, v.content::jsonb AS content FROM record r
        JOIN record_version v ON v.record = r.row AND v.version = r.current_version
        WHERE r.kind = 'market_unit'
    ), stated AS (
        SELECT unit.row AS unit, a.row AS asset, range_agg(tstzrange(
                   greatest((m ->> 'valid_from')::timestamptz, unit.valid_from), (m ->> 'valid_to')::timestamptz)) AS times
        FROM unit CROSS JOIN jsonb_array_elements(unit.content -> 'members') m
        LEFT JOIN record a ON a.id = m ->> 'asset' AND a.kind = 'asset'
        WHERE unit.status = 'active' AND coalesce((m ->> 'valid_to')::timestamptz > unit.valid_from, true)
        GROUP BY 1, 2
    ), held AS (
        SELECT unit.row AS unit, a.row AS asset,
               range_agg(tstzrange(greatest(m.valid_from, unit.valid_from), m.valid_to)) AS times
        FROM market_unit_member m LEFT JOIN unit ON unit.row = m.unit
        LEFT JOIN record a ON a.row = m.asset AND a.kind = 'asset'
        WHERE unit.row IS NULL OR unit.content IS NOT NULL AND coalesce(m.valid_to > unit.valid_from, true)
        GROUP BY 1, 2
    )
    SELECT count(*) FROM ((TABLE stated EXCEPT TABLE held) UNION (TABLE held EXCEPT TABLE stated)) differing
"""

_CHECKS = {
    "a version is in no change of the log": "SELECT count(*) FROM record_version v WHERE NOT EXISTS "
    "(SELECT 1 FROM change c WHERE c.record = v.record AND c.version = v.version)",
    "a change has no version": "SELECT count(*) FROM change c WHERE NOT EXISTS "
    "(SELECT 1 FROM record_version v WHERE v.record = c.record AND v.version = c.version)",
    "a record does not stand at the last version of the log": "SELECT count(*) FROM record r LEFT JOIN "
    "(SELECT record, max(version) AS version, count(*) AS n FROM change GROUP BY record) c "
    "ON c.record = r.row WHERE c.version IS DISTINCT FROM r.version OR c.n <> r.version",
    "a key names no live record": "SELECT count(*) FROM record_key k LEFT JOIN record r ON r.row = k.record "
    "WHERE r.row IS NULL OR r.status IN ('deregistered', 'inactive')",
    "a market unit does not have the members that its current version states": _MEMBERS_NOT_AS_STATED,
}


def _verify_records(connection: psycopg.Connection, report: Report) -> None:
    for problem, query in _CHECKS.items():
        row = connection.execute(query).fetchone()
        if row is not None and row[0]:
            report.found(f"{problem} ({row[0]} times)")


def _verify_checkpoints(connection: psycopg.Connection, hub_key: bytes, report: Report) -> None:
    rows = connection.execute(
        "SELECT c.position, c.hash, c.signature, s.hash FROM checkpoint c "
        "LEFT JOIN segment s ON s.first_position + s.count - 1 = c.position ORDER BY c.position"
    )
    for position, signed_hash, signature, segment_hash_ in rows:
        report.checkpoints += 1
        if not is_signed(hub_key, position, bytes(signed_hash), bytes(signature)):
            report.found("the checkpoint does not have the hub's signature", position)
        if segment_hash_ is None or bytes(segment_hash_) != bytes(signed_hash):
            report.found("the log is not the one that was signed in the checkpoint", position)
