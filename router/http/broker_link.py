"""The door's connection to the broker: references out, and receipts back to the clients that wait.

The worker answers a reference that names a reply queue into that queue, which belongs to this process
alone. So nobody asks the database over and over, and refusals that are stored nowhere come through too.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aio_pika import IncomingMessage
from faststream import AckPolicy
from faststream.rabbit import RabbitMessage, RabbitQueue

from router.broker import topology
from router.broker.connection import CONNECT_SECONDS
from router.broker.off_lane import BrokerAway, OffLane, broker_faults
from router.broker.publisher import Fate
from router.killpoints import reached
from router.references import Reference

log = structlog.get_logger()

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 5.0


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
        #: FastStream's, for what is published and received from the next connection on.
        self.middlewares: Sequence[Any] = ()
        self._off_lane: OffLane | None = None
        self._replies = ""
        self._waiting: dict[str, asyncio.Future[Reply]] = {}

    @property
    def is_connected(self) -> bool:
        return self._off_lane is not None

    async def run(self) -> None:
        """Until cancelled."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._connected()
                pause = _FIRST_PAUSE_SECONDS
            except BrokerAway as error:
                log.warning("serve.broker_away", error=repr(error)[:200], pause_seconds=pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)

    async def submit(self, reference: Reference, *, wait_seconds: float) -> Reply | None:
        """Onto the lane; then the receipt, if it comes within `wait_seconds`.

        Raises BrokerAway: the message is on no lane, as far as is known, and should be sent again.
        """
        off_lane = self._off_lane
        if off_lane is None:
            raise BrokerAway("no connection to the broker")
        correlation_id = uuid.uuid4().hex if wait_seconds else None
        with self._awaited(correlation_id) as receipt:
            fate = await off_lane.publish(
                reference.publication(
                    reply_to=self._replies if correlation_id else None,
                    correlation_id=correlation_id,
                )
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
        """One connection from its opening to its loss; queue and consumer are made anew with the next.

        What aio-pika would restore is closed instead: it stays "connected" without its consumer, and the
        broker may hold an exclusive queue's name for a connection that it has not missed yet.
        """
        lost = asyncio.Event()

        def lose(*_cause: object) -> None:
            lost.set()

        try:
            async with OffLane(
                self._url, name="fmar serve", on_close=lose, middlewares=self.middlewares
            ) as off_lane:
                replies = f"fmar.replies.{uuid.uuid4().hex}"
                off_lane.broker.subscriber(
                    RabbitQueue(replies, exclusive=True, auto_delete=True, durable=False),
                    ack_policy=AckPolicy.ACK_FIRST,
                    decoder=_raw,
                    no_reply=True,
                )(self._receive)
                with broker_faults():
                    async with asyncio.timeout(CONNECT_SECONDS):
                        channel = await off_lane.underlay_channel()
                        channel.closing.add_done_callback(lose)
                        channel.on_consumer_cancel_callbacks.add(lose)
                        await topology.declare(channel, lanes_per_class=self._lanes_per_class)
                        await off_lane.broker.start()
                self._replies, self._off_lane = replies, off_lane
                log.info("serve.broker_connected")
                await lost.wait()
                log.warning("serve.broker_lost")
        finally:
            self._off_lane = None

    async def _receive(self, message: IncomingMessage) -> None:
        receipt = self._waiting.get(message.correlation_id or "")
        if receipt is not None and not receipt.done():
            receipt.set_result(Reply(message.content_type or "", message.body))


async def _raw(message: RabbitMessage) -> IncomingMessage:
    """The delivery itself: FastStream's own reading decodes bodies and invents ids that are missing."""
    return message.raw_message
