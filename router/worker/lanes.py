"""The lanes of one worker: two channels with their consumers, watched.

Nothing is repaired piece by piece. When the broker cancels a consumer, closes a channel or drops the
connection, `Lanes` is broken as a whole; its owner builds a new one, and what was not acknowledged
comes again.
"""

import asyncio
from collections.abc import Iterable

import structlog
from aiormq.abc import AbstractChannel, AbstractConnection

from router.broker import names, topology
from router.broker.connection import Gate, close_quietly, connect, open_channel
from router.broker.publisher import Publisher
from router.worker.arrival import Arrival
from router.worker.inbox import Held, Inbox, Limits

log = structlog.get_logger()

#: Unacknowledged messages per lane.
PREFETCH = 1_000
#: The queues behind the lanes are read like lanes of the normal class.
SIDINGS = (names.EXPIRED, names.UNROUTABLE)
#: Of a group, normal messages get this part even while urgent ones keep coming.
_NORMAL_PART = 0.2


class LanesBroken(ConnectionError):
    """A consumer, a channel or the connection is gone: build everything anew."""


class Lanes:
    """An open connection for the lanes and one for receipts.

    They are two, because a broker that is short of memory or disk blocks connections that publish,
    and acknowledgements must still get through.
    """

    def __init__(self, consuming: AbstractConnection, publishing: AbstractConnection) -> None:
        self._connections = (consuming, publishing)
        self.arrived = asyncio.Event()
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.broken.add_done_callback(lambda broken: broken.cancelled() or broken.exception())
        self._inbox_of: dict[str, Inbox] = {}
        self.consumed: set[str] = set()
        self.publisher: Publisher
        self.urgent: Inbox
        self.normal: Inbox

    @classmethod
    async def open(cls, url: str, *, name: str, lanes_per_class: int) -> "Lanes":
        """Raises one of BROKER_FAULTS."""
        gate = Gate()
        consuming = await connect(url, name=f"{name} lanes", gate=gate)
        try:
            publishing = await connect(url, name=f"{name} receipts")
        except BaseException:
            await close_quietly(consuming)
            raise
        lanes = cls(consuming, publishing)
        try:
            await lanes._prepare(gate, lanes_per_class)
        except BaseException:
            await lanes.close()
            raise
        return lanes

    async def _prepare(self, gate: Gate, lanes_per_class: int) -> None:
        consuming, publishing = self._connections
        held = Held(gate)
        inboxes = []
        for _ in names.CLASSES:
            channel = await open_channel(consuming)
            await channel.basic_qos(prefetch_count=PREFETCH)
            inboxes.append(Inbox(channel, held, self.arrived))
            self._watch(channel)
        self.urgent, self.normal = inboxes
        await topology.declare(self.urgent.channel, lanes_per_class=lanes_per_class)
        receipts = await open_channel(publishing, confirms=True)
        self._watch(receipts)
        self.publisher = Publisher(receipts)
        for message_class, inbox in zip(names.CLASSES, inboxes, strict=True):
            for queue in names.lanes(message_class, lanes_per_class):
                self._inbox_of[queue] = inbox
        for queue in SIDINGS:
            self._inbox_of[queue] = self.normal

    def _watch(self, channel: AbstractChannel) -> None:
        channel.closing.add_done_callback(lambda _: self._break("channel or connection closed"))
        channel.on_consumer_cancel_callbacks.add(
            lambda frame: self._break(f"consumer of {frame.consumer_tag} cancelled by the broker")
        )

    def _break(self, cause: str) -> None:
        self.arrived.set()
        if not self.broken.done():
            self.broken.set_exception(LanesBroken(cause))

    async def consume(self, queue: str) -> None:
        """Start to read a lane. The consumer's tag is the queue's name."""
        inbox = self._inbox_of[queue]
        await inbox.channel.basic_consume(queue, inbox.receive, consumer_tag=queue)
        self.consumed.add(queue)

    async def release(self, queue: str) -> None:
        """Stop reading a lane; returns when all that it has delivered is acknowledged."""
        inbox = self._inbox_of[queue]
        await inbox.channel.basic_cancel(queue)
        self.consumed.discard(queue)
        await inbox.settled(up_to=inbox.last_tag)

    async def stop_consuming(self) -> None:
        for queue in sorted(self.consumed):
            await self._inbox_of[queue].channel.basic_cancel(queue)
        self.consumed.clear()

    def waiting(self) -> int:
        return len(self.urgent) + len(self.normal)

    async def take(
        self, limits: Limits, *, wait_seconds: float, patience_seconds: float
    ) -> list[tuple[Inbox, list[Arrival]]]:
        """What waits, urgent first, per inbox; empty after `patience_seconds` without any.

        Where less than a group waits, `wait_seconds` are given for more to come.
        Raises LanesBroken.
        """
        if not self.waiting():
            self.arrived.clear()
            try:
                async with asyncio.timeout(patience_seconds):
                    await self.arrived.wait()
            except TimeoutError:
                return []
        if self.waiting() < limits.messages:
            await asyncio.sleep(wait_seconds)
        if self.broken.done():
            self.broken.result()
        kept_for_normal = int(limits.messages * _NORMAL_PART) if len(self.normal) else 0
        urgent = self.urgent.take(Limits(max(1, limits.messages - kept_for_normal), limits.bytes))
        if urgent and urgent[0].redelivered:
            return [(self.urgent, urgent)]
        room = limits.messages - len(urgent)
        normal = (
            []
            if urgent and self.normal.starts_redelivered()
            else self.normal.take(Limits(room, limits.bytes))
        )
        return [(i, taken) for i, taken in ((self.urgent, urgent), (self.normal, normal)) if taken]

    async def close(self) -> None:
        for connection in self._connections:
            await close_quietly(connection)


def all_queues(lanes_per_class: int) -> Iterable[tuple[str, ...]]:
    """What is shared among workers, one class at a time, so that each gets a part of each."""
    for message_class in names.CLASSES:
        yield names.lanes(message_class, lanes_per_class)
    yield SIDINGS
