"""What a batch's outcome file is made of: its outcomes chunk by chunk, and what its file was read as."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import psycopg

from contracts.batches import ENDS, BatchHeader
from contracts.receipts import Counts
from registry_store.batches.chunks import unpack
from registry_store.batches.ending import sums_of
from registry_store.database import Database


class Answered(NamedTuple):
    """A batch as far as it is answered. `row`: of the batch whose chunks and parts they are: of a file that was
    known already those of the first one. `decided`: chunks that are decided, in order and without a gap.
    `receipt`: canonical, once it has ended.
    """

    row: int
    id: str
    sender: str
    message_id: str
    header: BatchHeader
    head: dict[str, Any]
    has_ended: bool
    reasons: list[dict[str, Any]]
    received_at: datetime
    decided: int
    counts: Counts
    receipt: dict[str, Any] | None


_COLUMNS = "row, id, sender, message_id, header, coalesce(head, '{}'), status, reasons, received_at"
_SAME_FILE = f"""
    SELECT {_COLUMNS} FROM batch b WHERE sender = %s AND message_id = %s AND message_id <> '' AND row < %s
    AND EXISTS (SELECT 1 FROM batch_chunk c WHERE c.batch = b.row) ORDER BY row DESC LIMIT 1
"""  # noqa: S608 - constant


def answered(connection: psycopg.Connection, id: str) -> Answered | None:
    """None where there is no such batch."""
    found = connection.execute(f"SELECT {_COLUMNS} FROM batch WHERE id = %s", (id,)).fetchone()  # noqa: S608
    if found is None:
        return None
    if found[6] == "done" and not _last_chunk(connection, found[0]):
        found = connection.execute(_SAME_FILE, (found[2], found[3], found[0])).fetchone() or found
    row, own_id, sender, message_id, header, head, status, reasons, received_at = found
    receipt = connection.execute("SELECT receipt FROM message WHERE row = %s", (row,)).fetchone()
    return Answered(
        row, own_id, sender, message_id, BatchHeader.model_validate(header), head, status in ENDS, reasons,
        received_at, _decided(connection, row), sums_of(connection, row).counts,
        orjson.loads(receipt[0]) if receipt else None,
    )  # fmt: skip


def _last_chunk(connection: psycopg.Connection, row: int) -> int:
    found = connection.execute(
        "SELECT coalesce(max(number), 0) FROM batch_chunk WHERE batch = %s", (row,)
    ).fetchone()
    assert found is not None
    return int(found[0])


def _decided(connection: psycopg.Connection, row: int) -> int:
    found = connection.execute(
        "SELECT coalesce(min(number) FILTER (WHERE outcomes IS NULL) - 1, max(number), 0) "
        "FROM batch_chunk WHERE batch = %s",
        (row,),
    ).fetchone()
    assert found is not None
    return int(found[0])


def outcomes_of(database: Database, row: int, *, up_to: int) -> Iterator[dict[str, Any]]:
    """Outcomes of the chunks up to that number, in the order of the file; one chunk in memory at a time.

    No transaction is held between chunks: whoever reads may be slow.
    """
    for number in range(1, up_to + 1):
        with database.reading() as connection:
            found = connection.execute(
                "SELECT outcomes FROM batch_chunk WHERE batch = %s AND number = %s", (row, number)
            ).fetchone()
        assert found is not None, "chunks that are decided stay"
        yield from unpack(found[0])
