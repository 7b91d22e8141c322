"""Ending a batch: what its chunks came to, its receipt, and its rows in `message` and `batch`: one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from contracts.batches import Status
from contracts.receipts import Counts
from registry_store.batches.chunks import unpack

#: Refused items that stand in the receipt itself; all of them are in the outcome file.
SHOWN_REFUSALS = 100


class Sums(NamedTuple):
    """What the decided chunks of a batch came to. `refused`: the first refused items, as in a receipt."""

    counts: Counts
    by_rule: dict[str, int]
    refused: list[dict[str, Any]]


class Ending(NamedTuple):
    """How a batch ends, and what is stored of it under its message id."""

    status: Status
    cause: str | None
    message_id: str
    run: int
    content_hash: bytes
    receipt_status: str
    receipt: bytes


def hold_open(connection: psycopg.Connection, row: int) -> bool:
    """Lock a batch until the commit, so that no chunk of it is decided meanwhile; False if it has ended."""
    found = connection.execute(
        "SELECT status NOT IN ('done', 'cancelled', 'failed') FROM batch WHERE row = %s FOR UPDATE",
        (row,),
    ).fetchone()
    return bool(found and found[0])


def sums_of(connection: psycopg.Connection, row: int) -> Sums:
    """Of the chunks that are decided."""
    found = connection.execute(
        "SELECT coalesce(sum(rows), 0), coalesce(sum(accepted), 0), coalesce(sum(rejected), 0), "
        "coalesce(sum(unchanged), 0), coalesce(sum(superseded), 0), coalesce(sum(scheduled), 0), "
        "coalesce(sum(warnings), 0) FROM batch_chunk WHERE batch = %s AND decided_at IS NOT NULL",
        (row,),
    ).fetchone()
    assert found is not None
    by_rule = connection.execute(
        "SELECT rule.key, sum(rule.value::bigint)::bigint FROM batch_chunk c, jsonb_each_text(c.by_rule) AS rule "
        "WHERE c.batch = %s AND c.by_rule <> '{}' GROUP BY rule.key ORDER BY rule.key",
        (row,),
    ).fetchall()
    return Sums(Counts(*map(int, found)), dict(by_rule), _refused(connection, row))


def _refused(connection: psycopg.Connection, row: int) -> list[dict[str, Any]]:
    chunks = connection.execute(
        "SELECT outcomes FROM batch_chunk WHERE batch = %s AND rejected > 0 ORDER BY number LIMIT %s",
        (row, SHOWN_REFUSALS),
    )
    found: list[dict[str, Any]] = []
    for (packed,) in chunks:
        found += [each for each in unpack(packed) if each["status"] == "rejected"]
        if len(found) >= SHOWN_REFUSALS:
            break
    return found[:SHOWN_REFUSALS]


def reasons_of(connection: psycopg.Connection, row: int) -> list[dict[str, Any]]:
    """What was found of the file as a whole, as in a receipt."""
    found = connection.execute("SELECT reasons FROM batch WHERE row = %s", (row,)).fetchone()
    return list(found[0]) if found else []


def store_ending(
    connection: psycopg.Connection,
    row: int,
    ending: Ending,
    *,
    own_message_id: str,
    sender: str,
    door: str,
    media_type: str,
    received_at: datetime,
    reasons: Sequence[Mapping[str, Any]],
    publish_after_seconds: float,
) -> None:
    """The receipt under the batch's row, to be published by the relay unless its splitter does it before.

    Raises UniqueViolation where another message took the id meanwhile.
    """
    connection.execute(
        "INSERT INTO message (row, sender, message_id, run, content_hash, received_at, door, media_type, status, receipt) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            row, sender, ending.message_id, ending.run, ending.content_hash, received_at, door, media_type[:200],
            ending.receipt_status, ending.receipt.decode(),
        ),
    )  # fmt: skip
    owe_receipt(connection, row, publish_after_seconds)
    close(connection, row, ending.status, ending.cause, own_message_id, reasons)


def owe_receipt(connection: psycopg.Connection, message: int, after_seconds: float) -> None:
    """A receipt is to be published: by the relay after so long, unless it is paid before."""
    connection.execute(
        "INSERT INTO receipt_due (message, next_attempt_at) VALUES (%s, now() + make_interval(secs => %s)) "
        "ON CONFLICT (message) DO NOTHING",
        (message, after_seconds),
    )


def receipt_paid(connection: psycopg.Connection, message: int) -> None:
    connection.execute("DELETE FROM receipt_due WHERE message = %s", (message,))


def close(
    connection: psycopg.Connection,
    row: int,
    status: Status,
    cause: str | None,
    message_id: str,
    reasons: Sequence[Mapping[str, Any]] = (),
) -> None:
    """The end; what was cut and is not decided will not be, and what was counted of it is forgotten: a process that
    died over it left its count behind.
    """
    connection.execute(
        "UPDATE batch SET status = %s, cause = coalesce(cause, %s), message_id = %s, "
        "finished_at = now(), reasons = %s WHERE row = %s",
        (status, cause, message_id, Jsonb([dict(reason) for reason in reasons]), row),
    )
    connection.execute(
        "UPDATE batch_chunk SET body = NULL, said = NULL WHERE batch = %s AND decided_at IS NULL",
        (row,),
    )
    connection.execute(
        "DELETE FROM delivery_attempt a USING batch b "
        "WHERE b.row = %s AND a.sender = b.sender AND starts_with(a.message_id, b.id || ' ')",
        (row,),
    )
