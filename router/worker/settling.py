"""After the commit: receipts out, then the acknowledgement, in this order and never the other way."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
import structlog
from psycopg import Error as DatabaseError
from sqlalchemy.exc import SQLAlchemyError

from registry_store.database import Database
from registry_store.genesis import HUB_PARTNER
from registry_store.receipts_due import leave_to_relay
from router.answers import Answer
from router.broker import names
from router.broker.publisher import Fate, Publication, Publisher
from router.killpoints import reached
from router.worker.arrival import Arrival
from router.worker.inbox import Inbox

log = structlog.get_logger()

RECEIPT_TYPE = "fmar.receipt"
#: Type of a reference whose sender fetches the receipt by HTTP.
FETCHED_TYPE = "fmar.http"
_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Deliveries of one inbox with their answers, both in order of arrival."""

    inbox: Inbox
    arrivals: list[Arrival]
    answers: Sequence[Answer | None]


class Settler:
    """Publishes the receipts of a group and acknowledges its messages."""

    def __init__(self, publisher: Publisher, database: Database) -> None:
        self._publisher = publisher
        self._database = database

    async def settle(self, batches: Sequence[Batch]) -> None:
        """A receipt that does not get out is left to the relay: no partner stalls a lane."""
        due: list[tuple[Answer, Publication]] = []
        for batch in batches:
            for arrival, answer in zip(batch.arrivals, batch.answers, strict=True):
                if answer is not None and (receipt := _receipt(arrival, answer)) is not None:
                    due.append((answer, receipt))
        fates = await self._publisher.publish([receipt for _, receipt in due])
        reached("worker.after_publish")
        left = [
            (answer, fate)
            for (answer, receipt), fate in zip(due, fates, strict=True)
            # A client that waited and is gone asks for its receipt again, by HTTP.
            if fate is not Fate.confirmed and receipt.type == RECEIPT_TYPE
        ]
        if left:
            await self._leave_to_relay(left)
        reached("worker.before_ack")
        for batch in batches:
            if batch.arrivals:
                await batch.inbox.acknowledge(batch.arrivals)
        reached("worker.after_ack")

    async def _leave_to_relay(self, left: Sequence[tuple[Answer, Fate]]) -> None:
        """Returns only when the rows are there: the acknowledgement comes after."""
        kept = [(a.message_row, fate.value) for a, fate in left if a.message_row is not None]
        # A technical refusal is stored nowhere: whoever lets a queue run full does not learn of it.
        log.warning(
            "worker.receipts_left",
            kept=len(kept),
            dropped=len(left) - len(kept),
            partners=sorted({answer.sender for answer, _ in left})[:10],
        )
        while kept:
            try:
                await asyncio.to_thread(self._store, kept)
            except (DatabaseError, SQLAlchemyError) as error:
                log.warning("worker.receipts_kept", receipts=len(kept), error=repr(error)[:200])
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return

    def _store(self, kept: Sequence[tuple[int, str]]) -> None:
        with self._database.writing() as connection:
            leave_to_relay(connection, kept)


def _receipt(arrival: Arrival, answer: Answer) -> Publication | None:
    """Where the receipt goes: to the partner's queue, or to the HTTP process whose client waits."""
    properties = arrival.properties
    is_reference = arrival.exchange == names.REFERENCE
    if is_reference and properties.reply_to:
        return Publication(
            properties.reply_to,
            answer.body,
            properties.correlation_id or "",
            content_type=answer.media_type,
            correlation_id=properties.correlation_id,
            type="fmar.reply",
        )
    if (is_reference and properties.message_type == FETCHED_TYPE) or answer.sender == HUB_PARTNER:
        return None  # fetched by HTTP; and the hub itself reads no receipts
    return Publication(
        names.receipts(answer.sender),
        answer.body,
        orjson.loads(answer.receipt)["receipt_id"],
        content_type=answer.media_type,
        correlation_id=answer.message_id or None,
        type=RECEIPT_TYPE,
    )
