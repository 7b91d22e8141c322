"""Reading records: as they are, as they were, as they were known; and their history.

Two times (DESIGN.md section 4): `valid_at` is when it was true, `known_at` when we knew. Both default
to now, and then one indexed row is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, text

from contracts.changes import Audience
from contracts.receipts import timestamp


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """One version of a record in canonical form, with the audience that it has."""

    canonical: dict[str, Any]
    audience: Audience
    position: int


_COLUMNS = (
    "r.id, r.kind, v.version, v.valid_from, v.content, c.recorded_at, c.position, c.audience_after "
)
_CURRENT = text(
    f"SELECT {_COLUMNS} FROM record r JOIN record_version v ON v.record = r.row AND v.version = r.current_version "  # noqa: S608
    "JOIN change c ON c.record = v.record AND c.version = v.version WHERE r.id = :id"
)
#: The newest statement, among those known by then, of the latest slice that had begun by then.
_AS_OF = text(
    f"SELECT {_COLUMNS} FROM record r JOIN record_version v ON v.record = r.row "  # noqa: S608
    "JOIN change c ON c.record = v.record AND c.version = v.version "
    "WHERE r.id = :id AND v.valid_from <= :valid_at AND c.recorded_at <= :known_at "
    "ORDER BY v.valid_from DESC, v.version DESC LIMIT 1"
)
_HISTORY = text(
    "SELECT c.position, c.version, c.event, c.material, c.actor, c.principal, "
    "coalesce(b.sender, m.sender) AS sender, coalesce(b.message_id, m.message_id) AS message_id, c.item, c.cause, "
    "c.recorded_at, c.valid_from, c.audience_before, c.audience_after, c.content_hash, v.content "
    "FROM record r JOIN change c ON c.record = r.row JOIN record_version v ON v.record = c.record "
    "AND v.version = c.version LEFT JOIN message m ON m.row = c.message "
    "LEFT JOIN batch b ON b.row = c.message WHERE r.id = :id ORDER BY c.position"
)


def find(
    connection: Connection,
    id: str,
    *,
    valid_at: datetime | None = None,
    known_at: datetime | None = None,
) -> StoredRecord | None:
    """The record as it is, or as it was true at `valid_at` by what was known at `known_at`.

    None if there is no such record, or if it had not begun or was not known by then.
    """
    if valid_at is None and known_at is None:
        row = connection.execute(_CURRENT, {"id": id}).one_or_none()
    else:
        now = text("SELECT now()")
        moment = connection.execute(now).scalar_one()
        row = connection.execute(
            _AS_OF, {"id": id, "valid_at": valid_at or moment, "known_at": known_at or moment}
        ).one_or_none()
    return None if row is None else _stored(row)


def _stored(row: Row[Any]) -> StoredRecord:
    return StoredRecord(
        canonical(row.kind, row.id, row.version, row.content, row.valid_from, row.recorded_at),
        Audience.from_json(orjson.loads(row.audience_after)),
        row.position,
    )


def canonical(
    kind: str,
    id: str,
    version: int,
    content: str | None,
    valid_from: datetime,
    recorded_at: datetime,
) -> dict[str, Any]:
    """The canonical form (RECORDS.md section 1). An erased version has no content."""
    stated: Mapping[str, Any] = orjson.loads(content) if content is not None else {"erased": True}
    return {
        "kind": kind,
        "id": id,
        "version": version,
        **stated,
        "valid_from": timestamp(valid_from),
        "recorded_at": timestamp(recorded_at),
    }


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of a record: what the log says of it, and the canonical record after it."""

    change: dict[str, Any]
    record: dict[str, Any]
    audience_after: Audience


def history(connection: Connection, id: str) -> list[HistoryEntry]:
    """All changes of a record in commit order; empty if there is none."""
    kind = connection.execute(
        text("SELECT kind FROM record WHERE id = :id"), {"id": id}
    ).scalar_one_or_none()
    if kind is None:
        return []
    return [
        HistoryEntry(
            _change(kind, id, row),
            canonical(kind, id, row.version, row.content, row.valid_from, row.recorded_at),
            Audience.from_json(orjson.loads(row.audience_after)),
        )
        for row in connection.execute(_HISTORY, {"id": id})
    ]


def _change(kind: str, id: str, row: Row[Any]) -> dict[str, Any]:
    members = {
        "position": row.position,
        "kind": kind,
        "id": id,
        "version": row.version,
        "event": row.event,
        "material": row.material,
        "actor": row.actor,
        "principal": row.principal,
        "sender": row.sender,
        "message_id": row.message_id,
        "item": row.item,
        "cause": row.cause,
        "recorded_at": timestamp(row.recorded_at),
        "valid_from": timestamp(row.valid_from),
        "audience_before": None
        if row.audience_before is None
        else orjson.loads(row.audience_before),
        "audience_after": orjson.loads(row.audience_after),
        "content_hash": bytes(row.content_hash).hex(),
    }
    return {name: value for name, value in members.items() if value is not None}
