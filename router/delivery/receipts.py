"""Receipts that could not be published in line: the relay publishes them when it can.

Order between the receipts of one partner is not promised: each names the message that it answers.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

import orjson
import psycopg
import structlog
from psycopg.rows import class_row

from registry_store.database import Database
from router.broker import names
from router.broker.publisher import Fate, Publication
from router.delivery.amqp import Broker
from router.delivery.retry_delay import delay_seconds
from router.worker.settling import RECEIPT_TYPE

#: While a receipt is being published nobody else takes it for so long.
_CLAIM_SECONDS = 60
_AT_ONCE = 100

_CLAIM = f"""
    UPDATE receipt_due d SET attempts = d.attempts + 1,
                             next_attempt_at = now() + interval '{_CLAIM_SECONDS} seconds'
    FROM message m
    WHERE m.row = d.message AND d.message IN (
        SELECT message FROM receipt_due WHERE next_attempt_at <= now()
        ORDER BY next_attempt_at LIMIT {_AT_ONCE} FOR UPDATE SKIP LOCKED
    )
    RETURNING m.row AS message, m.sender, m.message_id, m.media_type, m.receipt, d.attempts
"""  # noqa: S608 - composed of constants

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DueReceipt:
    """`receipt` is canonical JSON; `media_type` that of the message, which says how the sender reads it."""

    message: int
    sender: str
    message_id: str
    media_type: str
    receipt: str
    attempts: int


#: A receipt in its sender's own format: media type and body.
EncodeReceipt = Callable[[DueReceipt], tuple[str, bytes]]


class LeftReceipts:
    """Claims a few receipts at a time. A crash leaves them claimed for a minute, then they come again."""

    def __init__(self, database: Database, broker: Broker, encode: EncodeReceipt) -> None:
        self._database = database
        self._broker = broker
        self._encode = encode

    async def step(self) -> bool:
        """Publishes what is due; whether there was anything."""
        receipts = await asyncio.to_thread(self._claim)
        if not receipts:
            return False
        fates = await asyncio.gather(
            *(self._publish(receipt) for receipt in receipts), return_exceptions=True
        )
        await asyncio.to_thread(self._settle, list(zip(receipts, fates, strict=True)))
        for fate in fates:
            if isinstance(fate, BaseException):
                raise fate
        return True

    async def _publish(self, receipt: DueReceipt) -> Fate:
        """As the worker does it, so that a receipt is the same message whoever publishes it.

        The receipt's id, and not the sender's message id: what the broker returns is told apart by
        nothing else, and two senders may have used the same.
        """
        media_type, body = self._encode(receipt)
        return await self._broker.publish(
            Publication(
                routing_key=names.receipts(receipt.sender),
                body=body,
                message_id=orjson.loads(receipt.receipt)["receipt_id"],
                correlation_id=receipt.message_id,
                content_type=media_type,
                type=RECEIPT_TYPE,
            )
        )

    def _claim(self) -> list[DueReceipt]:
        with (
            self._database.writing() as connection,
            connection.cursor(row_factory=class_row(DueReceipt)) as cursor,
        ):
            return cursor.execute(_CLAIM).fetchall()

    def _settle(self, results: list[tuple[DueReceipt, Fate | BaseException]]) -> None:
        with self._database.writing() as connection:
            for receipt, fate in results:
                if fate is Fate.confirmed:
                    connection.execute(
                        "DELETE FROM receipt_due WHERE message = %s", (receipt.message,)
                    )
                else:
                    _put_off(connection, receipt, fate)


def _put_off(
    connection: psycopg.Connection, receipt: DueReceipt, fate: Fate | BaseException
) -> None:
    error = fate.value if isinstance(fate, Fate) else f"{type(fate).__name__}: {fate}"
    delay = delay_seconds(receipt.attempts, random.random())  # noqa: S311 - spreading, not secrecy
    connection.execute(
        "UPDATE receipt_due SET next_attempt_at = now() + make_interval(secs => %s), last_error = %s "
        "WHERE message = %s",
        (delay, error[:200], receipt.message),
    )
    _log.warning(
        "relay.receipt_put_off", partner=receipt.sender, message_id=receipt.message_id, error=error
    )
