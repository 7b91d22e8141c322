"""Commands dated in the future, until their hour comes."""

from dataclasses import dataclass
from datetime import datetime

import psycopg


@dataclass(frozen=True, slots=True)
class DueCommand:
    """One command whose hour has come, as it was accepted. `payload` is JSON."""

    row: int
    due_at: datetime
    message_id: str
    media_type: str
    sender: str
    on_behalf_of: str | None
    item: int
    place: str
    command: str
    payload: str


def due_commands(connection: psycopg.Connection, now: datetime, *, limit: int) -> list[DueCommand]:
    """Undecided commands that are due, in the order of their hours, then of their arrival."""
    rows = connection.execute(
        "SELECT s.row, s.due_at, m.message_id, m.media_type, s.sender, s.on_behalf_of, s.item, s.place, s.command, "
        "s.payload FROM scheduled_command s JOIN message m ON m.row = s.message "
        "WHERE s.decided_at IS NULL AND s.due_at <= %s ORDER BY s.due_at, s.row LIMIT %s",
        (now, limit),
    )
    return [DueCommand(*row) for row in rows]
