"""Attempts at messages that were in hand when a worker died, counted before each try.

The count is committed before the message is touched: a message that ends the process leaves it behind.
"""

import psycopg


def count_attempt(connection: psycopg.Connection, *, sender: str, message_id: str) -> int:
    """One more attempt; returns how many there were, this one included."""
    row = connection.execute(
        "INSERT INTO delivery_attempt (sender, message_id, attempts) VALUES (%s, %s, 1) "
        "ON CONFLICT (sender, message_id) DO UPDATE "
        "SET attempts = delivery_attempt.attempts + 1, last_at = now() RETURNING attempts",
        (sender, message_id),
    ).fetchone()
    assert row is not None
    return int(row[0])


def forget_attempts(connection: psycopg.Connection, *, sender: str, message_id: str) -> None:
    """The message is answered: what may come under its id later starts anew."""
    connection.execute(
        "DELETE FROM delivery_attempt WHERE sender = %s AND message_id = %s", (sender, message_id)
    )
