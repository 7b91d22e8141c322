"""Dead letters: what could not be processed, as rows that can be found and redriven."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from contracts.messages import Envelope


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One dead letter. `lane` is the queue, or `<door>.<class>`; `detail` may hold a stack trace."""

    row: int
    lane: str
    sender: str | None
    message_id: str | None
    media_type: str | None
    headers: dict[str, Any]
    body: bytes
    cause: str
    detail: str
    died_at: datetime
    redriven_at: datetime | None


def transport_headers(envelope: Envelope) -> dict[str, str]:
    """What the transport said of a message's meaning, as a redrive needs it."""
    said = {
        "on_behalf_of": envelope.on_behalf_of,
        "event_type": envelope.event_type,
        "statement_date": envelope.statement_date and envelope.statement_date.isoformat(),
    }
    return {name: value for name, value in said.items() if value}


def bury(
    connection: psycopg.Connection,
    *,
    lane: str,
    sender: str | None,
    message_id: str | None,
    media_type: str | None,
    body: bytes,
    cause: str,
    detail: str,
    headers: Mapping[str, Any] | None = None,
) -> int:
    """Keep a message that the hub cannot process; returns the row that names it."""
    row = connection.execute(
        "INSERT INTO dead_letter (lane, sender, message_id, media_type, headers, body, cause, detail) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING row",
        (lane, sender, message_id, media_type, Jsonb(dict(headers or {})), body, cause, detail),
    ).fetchone()
    assert row is not None
    return int(row[0])


def dead_letters(
    connection: psycopg.Connection, *, waiting_only: bool = False, limit: int = 100
) -> list[DeadLetter]:
    """The newest first; bodies included. `waiting_only` leaves out what was redriven."""
    with connection.cursor(row_factory=class_row(DeadLetter)) as cursor:
        return cursor.execute(
            "SELECT * FROM dead_letter WHERE redriven_at IS NULL OR NOT %s ORDER BY row DESC LIMIT %s",
            (waiting_only, limit),
        ).fetchall()


def dead_letter(connection: psycopg.Connection, row: int) -> DeadLetter | None:
    with connection.cursor(row_factory=class_row(DeadLetter)) as cursor:
        return cursor.execute("SELECT * FROM dead_letter WHERE row = %s", (row,)).fetchone()


def waiting_letter_of(
    connection: psycopg.Connection, *, sender: str, message_id: str
) -> int | None:
    """The row of a message that died and was not redriven, or None."""
    found = connection.execute(
        "SELECT max(row) FROM dead_letter WHERE sender = %s AND message_id = %s AND redriven_at IS NULL",
        (sender, message_id),
    ).fetchone()
    return found[0] if found else None


def mark_redriven(connection: psycopg.Connection, row: int) -> None:
    connection.execute("UPDATE dead_letter SET redriven_at = now() WHERE row = %s", (row,))
