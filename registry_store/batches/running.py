"""Open batches as the splitter sees them: what waits, what runs, what is wanted of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import psycopg

from contracts.batches import BatchHeader, Status, Wish


class OpenBatch(NamedTuple):
    """One that has not ended. `head`: what its adapter read of it, once it runs; `rows`: of the whole file, once
    it is cut to its end. `sha256`: of its bytes as they came, once they are all there.
    """

    row: int
    id: str
    sender: str
    message_id: str
    run: int
    header: BatchHeader
    head: dict[str, Any] | None
    status: Status
    wish: Wish
    is_whole: bool
    sha256: bytes | None
    size_bytes: int
    rows: int | None
    received_at: datetime

    @property
    def digest(self) -> bytes | None:
        """Of its bytes as they came, or as they are announced to come."""
        if self.sha256 is not None or self.header.sha256 is None:
            return self.sha256
        return bytes.fromhex(self.header.sha256)


class Going(NamedTuple):
    """How a running batch stands: `cut` and `decided` are numbers of chunks, `cut` being also the last one."""

    status: Status
    wish: Wish
    is_whole: bool
    cut: int
    decided: int


def open_batches(connection: psycopg.Connection) -> list[OpenBatch]:
    """In the order in which those of one partner run."""
    rows = connection.execute(
        "SELECT row, id, sender, message_id, run, header, head, status, wish, is_whole, sha256, size_bytes, rows, "
        "received_at FROM batch WHERE status NOT IN ('done', 'cancelled', 'failed') ORDER BY row"
    )
    return [OpenBatch._make((*r[:5], BatchHeader.model_validate(r[5]), *r[6:])) for r in rows]


def going(connection: psycopg.Connection, row: int, *, decided: int) -> Going:
    """`decided`: chunks that were seen decided before. They are decided in order, so only the rest is counted."""
    found = connection.execute(
        "SELECT b.status, b.wish, b.is_whole, c.cut, c.decided FROM batch b, LATERAL ("
        "SELECT coalesce(max(number), 0) AS cut, count(decided_at) AS decided FROM batch_chunk "
        "WHERE batch = b.row AND number > %s) AS c WHERE b.row = %s",
        (decided, row),
    ).fetchone()
    assert found is not None
    status, wish, is_whole, cut, more = found
    return Going(status, wish, is_whole, max(cut, decided), decided + more)


def begin(
    connection: psycopg.Connection, row: int, *, message_id: str, run: int, head: Mapping[str, Any]
) -> None:
    """The batch runs, under this id. What its adapter read of it is kept for the receipt; and where the log stood:
    what touches its records comes after that.
    """
    connection.execute(
        "UPDATE batch SET status = 'running', message_id = %s, run = %s, "
        "head = %s::jsonb || jsonb_build_object('log_position', coalesce(("
        "SELECT first_position + count - 1 FROM segment ORDER BY first_position DESC LIMIT 1), 0)), "
        "started_at = coalesce(started_at, now()) WHERE row = %s AND status NOT IN ('done', 'cancelled', 'failed')",
        (message_id, run, orjson.dumps(dict(head)).decode(), row),
    )


def set_status(connection: psycopg.Connection, row: int, status: Status) -> None:
    """Run, or pause. A batch that has ended stays as it is."""
    connection.execute(
        "UPDATE batch SET status = %s WHERE row = %s AND status NOT IN ('done', 'cancelled', 'failed')",
        (status, row),
    )


def note_bytes_cut(connection: psycopg.Connection, row: int, bytes_cut: int) -> None:
    """How far in the file its cutting is, from which its end is estimated."""
    connection.execute(
        "UPDATE batch SET head = head || jsonb_build_object('bytes_cut', %s::bigint) WHERE row = %s",
        (bytes_cut, row),
    )


def mark_cut(
    connection: psycopg.Connection, row: int, *, rows: int, reasons: Sequence[Mapping[str, Any]]
) -> None:
    """The file is cut to its end: so many rows, and what was found of it as a whole, as in a receipt."""
    connection.execute(
        "UPDATE batch SET rows = %s, reasons = %s WHERE row = %s",
        (rows, orjson.dumps([dict(reason) for reason in reasons]).decode(), row),
    )
