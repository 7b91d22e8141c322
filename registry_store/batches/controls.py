"""Controls: what the sender or the operator wants of a batch. The splitter brings it about.

Source: contracts.batches.Wish.
"""

from enum import Enum

import psycopg

from contracts.batches import Wish
from registry_store.batches.uploading import abandon


class NotControlled(Enum):
    """Why a wish was not taken. The value is the stable code of the answer."""

    unknown = "batch_unknown"
    ended = "batch_ended"
    cancelled = "batch_cancelled"


def wish(
    connection: psycopg.Connection, *, id: str, sender: str | None, wanted: Wish
) -> NotControlled | None:
    """Note what is wanted. `sender`: whose batch it must be; None for the operator.

    What is cancelled stays so: rows that are decided stand, and a batch that went on after them would be
    another one. An upload that was not begun ends at once.
    """
    found = connection.execute(
        "SELECT row, wish, status, status IN ('done', 'cancelled', 'failed') FROM batch "
        "WHERE id = %s AND (%s::text IS NULL OR sender = %s) FOR UPDATE",
        (id, sender, sender),
    ).fetchone()
    if found is None:
        return NotControlled.unknown
    row, present, status, is_ended = found
    if is_ended:
        return None if wanted == "cancel" and status == "cancelled" else NotControlled.ended
    if present == "cancel":
        return None if wanted == "cancel" else NotControlled.cancelled
    if wanted == "cancel" and status == "receiving":
        abandon(connection, row, "cancelled before its upload was finished")
        return None
    connection.execute("UPDATE batch SET wish = %s WHERE row = %s", (wanted, row))
    return None
