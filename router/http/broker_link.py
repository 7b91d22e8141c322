"""The door's connection to the broker: references out, and receipts back to the clients that wait.

The worker answers a reference that names a reply queue into that queue, which belongs to this process
alone. So nobody asks the database over and over, and refusals that are stored nowhere come through too.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from aiormq.abc import DeliveredMessage

from router.broker import topology
from router.broker.connection import BROKER_FAULTS, close_quietly, connect, open_channel
from router.broker.publisher import Fate, Publisher
from router.killpoints import reached
from router.references import Reference

log = structlog.get_logger()

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 5.0


class BrokerAway(Exception):
    """The message is on no lane, as far as is known: the client should send it again."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A receipt in the sender's own format."""

    media_type: str
    body: bytes


class BrokerLink:
    """Keeps one connection, and makes it anew when it is lost. `run` is its life."""

    def __init__(self, url: str, *, lanes_per_class: int) -> None:
        self._url = url
        self._lanes_per_class = lanes_per_class
        self._publisher: Publisher | None = None
        self._replies = ""
        self._waiting: dict[str, asyncio.Future[Reply]] = {}

    @property
    def is_connected(self) -> bool:
        return self._publisher is not None

    async def run(self) -> None:
        """Until cancelled."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._connected()
                pause = _FIRST_PAUSE_SECONDS
            except BROKER_FAULTS as error:
                log.warning("serve.broker_away", error=repr(error)[:200], pause_seconds=pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)

    async def submit(self, reference: Reference, *, wait_seconds: float) -> Reply | None:
        """Onto the lane; then the receipt, if it comes within `wait_seconds`. Raises BrokerAway."""
        publisher = self._publisher
        if publisher is None:
            raise BrokerAway("no connection to the broker")
        correlation_id = uuid.uuid4().hex if wait_seconds else None
        with self._awaited(correlation_id) as receipt:
            (fate,) = await publisher.publish(
                [
                    reference.publication(
                        reply_to=self._replies if correlation_id else None,
                        correlation_id=correlation_id,
                    )
                ]
            )
            if fate is not Fate.confirmed:
                raise BrokerAway(f"the broker did not take the message: {fate.value}")
            reached("http.after_publish")
            if receipt is None:
                return None
            try:
                async with asyncio.timeout(wait_seconds):
                    return await receipt
            except TimeoutError:
                return None

    @contextlib.contextmanager
    def _awaited(self, correlation_id: str | None) -> "Iterator[asyncio.Future[Reply] | None]":
        if correlation_id is None:
            yield None
            return
        receipt: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[correlation_id] = receipt
        try:
            yield receipt
        finally:
            del self._waiting[correlation_id]

    async def _connected(self) -> None:
        """One connection from its opening to its loss."""
        connection = await connect(self._url, name="fmar serve")
        lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            outgoing = await open_channel(connection, confirms=True)
            incoming = await open_channel(connection)
            await topology.declare(incoming, lanes_per_class=self._lanes_per_class)
            queue = await incoming.queue_declare(exclusive=True, auto_delete=True)
            await incoming.basic_consume(queue.queue or "", self._receive, no_ack=True)

            def lose(_cause: object) -> None:
                if not lost.done():
                    lost.set_result(None)

            for channel in (outgoing, incoming):
                channel.closing.add_done_callback(lose)
            incoming.on_consumer_cancel_callbacks.add(lose)
            self._replies, self._publisher = queue.queue or "", Publisher(outgoing)
            log.info("serve.broker_connected")
            await lost
            log.warning("serve.broker_lost")
        finally:
            self._publisher = None
            await close_quietly(connection)

    async def _receive(self, message: DeliveredMessage) -> None:
        properties = message.header.properties
        receipt = self._waiting.get(properties.correlation_id or "")
        if receipt is not None and not receipt.done():
            receipt.set_result(Reply(properties.content_type or "", message.body))
