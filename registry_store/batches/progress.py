"""Progress: how far batches are, from the chunks that are decided. Cheap enough to be asked twice a second."""

from datetime import datetime, timedelta
from typing import Any

import psycopg

from contracts.batches import ENDS, Progress

#: What the rate is taken from.
_RECENT_SECONDS = 10.0
_LISTED = 200

_QUERY = """
    SELECT b.id, b.status, coalesce(c.read, 0), b.rows, coalesce(c.accepted, 0), coalesce(c.rejected, 0),
           coalesce(c.unchanged, 0), coalesce(c.superseded, 0), coalesce(c.scheduled, 0),
           (b.head->>'missing')::integer, b.size_bytes, b.received_at, b.started_at, b.finished_at, b.cause,
           coalesce(c.recent, 0), (b.head->>'bytes_cut')::bigint, now()
    FROM batch b LEFT JOIN LATERAL (
        SELECT sum(rows) AS read, sum(accepted) AS accepted, sum(rejected) AS rejected, sum(unchanged) AS unchanged,
               sum(superseded) AS superseded, sum(scheduled) AS scheduled,
               sum(rows) FILTER (WHERE decided_at > now() - make_interval(secs => %(recent)s)) AS recent
        FROM batch_chunk WHERE batch = b.row
    ) AS c ON true
    WHERE (%(id)s::text IS NULL OR b.id = %(id)s) AND (%(sender)s::text IS NULL OR b.sender = %(sender)s)
    ORDER BY b.row DESC LIMIT %(limit)s
"""


def progress(
    connection: psycopg.Connection, batch: str | None = None, sender: str | None = None
) -> list[Progress]:
    """The newest first: of one batch, of one sender's, or of all. A sender's view of another's batch is empty."""
    found = connection.execute(
        _QUERY, {"id": batch, "sender": sender, "recent": _RECENT_SECONDS, "limit": _LISTED}
    )
    return [_progress(*row) for row in found]


def _progress(*row: Any) -> Progress:
    id, status, read, rows, accepted, rejected, unchanged, superseded, scheduled, missing, *rest = (
        row
    )
    size, received_at, started_at, finished_at, cause, recent, bytes_cut, now = rest
    answered = int(accepted + rejected + unchanged + superseded + scheduled)
    rate = _rate(answered, int(recent), started_at, finished_at, now)
    expected = None
    if rate and status not in ENDS:
        total = rows if rows is not None else _estimated_rows(int(read), bytes_cut, size)
        expected = (
            None if total is None else now + timedelta(seconds=max(0, total - answered) / rate)
        )
    return Progress(
        id, status, int(read), rows, int(accepted), int(rejected), int(unchanged), int(superseded), int(scheduled),
        missing, size, received_at, started_at, finished_at, rate, expected, cause,
    )  # fmt: skip


def _rate(
    answered: int,
    recent: int,
    started_at: datetime | None,
    finished_at: datetime | None,
    now: datetime,
) -> float | None:
    """Rows per second: of the last seconds while it runs, of the whole once it has ended."""
    if started_at is None or not answered:
        return None
    lasted = ((finished_at or now) - started_at).total_seconds()
    if finished_at is not None:
        return round(answered / max(lasted, 0.001), 1)
    return round(recent / min(max(lasted, 0.1), _RECENT_SECONDS), 1) or None


def _estimated_rows(read: int, bytes_cut: int | None, size: int) -> int | None:
    """Of a file that is not cut to its end yet, as if the rest were like the part that is."""
    return None if not bytes_cut or not read else max(read, round(read * size / bytes_cut))
