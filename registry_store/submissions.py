"""Messages that came in by HTTP: archived and noted before they go onto a lane, found again afterwards."""

from dataclasses import dataclass

import psycopg

#: After this long without a receipt, a submission that was never confirmed is forgotten.
KEEP_HOURS = 48


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """The latest receipt under a message id. `media_type` is the message's."""

    receipt: bytes
    media_type: str


def archive(connection: psycopg.Connection, row: int, body: bytes) -> int:
    """Keep a body under its row."""
    connection.execute("INSERT INTO message_body (row, body) VALUES (%s, %s)", (row, body))
    return row


def note(connection: psycopg.Connection, *, sender: str, message_id: str) -> None:
    """The message is on its way. Sent again, it is on its way again."""
    connection.execute(
        "INSERT INTO submission (sender, message_id) VALUES (%s, %s) "
        "ON CONFLICT (sender, message_id) DO UPDATE SET submitted_at = now()",
        (sender, message_id),
    )


def is_on_its_way(connection: psycopg.Connection, *, sender: str, message_id: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM submission WHERE sender = %s AND message_id = %s", (sender, message_id)
    ).fetchone()
    return found is not None


def receipt_of(
    connection: psycopg.Connection, *, sender: str, message_id: str
) -> StoredReceipt | None:
    row = connection.execute(
        "SELECT receipt, media_type FROM message WHERE sender = %s AND message_id = %s "
        "ORDER BY run DESC LIMIT 1",
        (sender, message_id),
    ).fetchone()
    return StoredReceipt(row[0].encode(), row[1]) if row else None


def forget_old(connection: psycopg.Connection) -> int:
    """Remove notes that are older than anyone would ask; returns how many."""
    return connection.execute(
        "DELETE FROM submission WHERE submitted_at < now() - make_interval(hours => %s)",
        (KEEP_HOURS,),
    ).rowcount
