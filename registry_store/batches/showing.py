"""Showing: what a door says of batches beyond their progress."""

from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from contracts.batches import BatchHeader
from registry_store.batches.chunks import unpack

_COLUMNS = "row, id, sender, message_id, header, status, wish, is_whole, reasons"


class ShownBatch(NamedTuple):
    """A batch by its row. `reasons`: what is wrong with the file as a whole."""

    row: int
    id: str
    sender: str
    message_id: str
    header: BatchHeader
    status: str
    wish: str
    is_whole: bool
    reasons: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """What its sender said, and what was found; its progress is shown beside it."""
        said = self.header.model_dump(
            mode="json", exclude_none=True, exclude={"sender", "message_id", "size_bytes"}
        )
        own = {
            "sender": self.sender,
            "message_id": self.message_id,
            "is_whole": self.is_whole,
            "wish": self.wish,
            "reasons": self.reasons,
        }
        return {**said, **own}


class OpenCounts(NamedTuple):
    """For the metrics: batches that have not ended, by status, and their rows, by what became of them."""

    batches: dict[str, int]
    rows: dict[str, int]


def shown(connection: psycopg.Connection, *, id: str, sender: str | None) -> ShownBatch | None:
    """One batch. `sender`: whose it must be; None for the operator."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM batch WHERE id = %s AND (%s::text IS NULL OR sender = %s)",  # noqa: S608 - constant
        (id, sender, sender),
    ).fetchone()
    return _shown(found) if found else None


def listed(
    connection: psycopg.Connection, *, sender: str | None, before: str | None, limit: int
) -> list[ShownBatch]:
    """Newest first. `before`: the id of the last one of the page before."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM batch WHERE (%s::text IS NULL OR sender = %s) "  # noqa: S608 - constant
        "AND (%s::text IS NULL OR row < (SELECT row FROM batch WHERE id = %s)) ORDER BY row DESC LIMIT %s",
        (sender, sender, before, before, limit),
    )
    return [_shown(row) for row in rows]


def first_refusals(
    connection: psycopg.Connection, row: int, *, limit: int, after_item: int = 0
) -> list[dict[str, Any]]:
    """Outcomes of the first rejected items after `after_item`, in the order of the file."""
    chunks = connection.execute(
        "SELECT outcomes FROM batch_chunk WHERE batch = %s AND rejected > 0 AND outcomes IS NOT NULL "
        "AND first_item + rows > %s ORDER BY number LIMIT %s",
        (row, after_item, limit),
    )
    found: list[dict[str, Any]] = []
    for (packed,) in chunks:
        found += [
            each
            for each in unpack(packed)
            if each["status"] == "rejected" and each["item"] > after_item
        ]
        if len(found) >= limit:
            break
    return found[:limit]


def receipt_of_batch(
    connection: psycopg.Connection, batch: ShownBatch
) -> tuple[bytes, str, datetime] | None:
    """The summary receipt, the media type of the file and when it came; None while it is under way.

    A file that was known already has no receipt of its own: the first one is its answer.
    """
    found = connection.execute(
        "SELECT receipt, media_type, received_at FROM message WHERE row = %s", (batch.row,)
    ).fetchone()
    if found is None and batch.status == "done":
        found = connection.execute(
            "SELECT receipt, media_type, received_at FROM message WHERE sender = %s AND message_id = %s "
            "ORDER BY run DESC LIMIT 1",
            (batch.sender, batch.message_id),
        ).fetchone()
    return (found[0].encode(), found[1], found[2]) if found else None


def open_counts(connection: psycopg.Connection) -> OpenCounts:
    """Cheap: open batches are few, and found by an index of their own."""
    batches = connection.execute(
        "SELECT status, count(*) FROM batch WHERE status NOT IN ('done', 'cancelled', 'failed') GROUP BY status"
    ).fetchall()
    rows = connection.execute(
        "SELECT coalesce(sum(c.rows) FILTER (WHERE c.decided_at IS NULL), 0), coalesce(sum(c.accepted), 0), "
        "coalesce(sum(c.rejected), 0), coalesce(sum(c.unchanged), 0), coalesce(sum(c.superseded), 0), "
        "coalesce(sum(c.scheduled), 0) FROM batch b JOIN batch_chunk c ON c.batch = b.row "
        "WHERE b.status NOT IN ('done', 'cancelled', 'failed')"
    ).fetchone()
    assert rows is not None
    names = ("undecided", "accepted", "rejected", "unchanged", "superseded", "scheduled")
    return OpenCounts(dict(batches), dict(zip(names, map(int, rows), strict=True)))


def _shown(row: tuple[Any, ...]) -> ShownBatch:
    row_number, id, sender, message_id, header, *rest = row
    return ShownBatch(row_number, id, sender, message_id, BatchHeader.model_validate(header), *rest)
