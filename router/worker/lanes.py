"""The lanes of one worker: a channel for each class with its consumers, watched.

Nothing is repaired piece by piece. When the broker cancels a consumer, closes a channel or drops the
connection, `Lanes` is broken as a whole; its owner builds a new one, and what was not acknowledged
comes again.
"""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

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


class Reads(NamedTuple):
    """What the workers of one role read: classes of lanes, the preferred one first."""

    role: str
    classes: tuple[str, ...]
    sidings: tuple[str, ...] = ()


SINGLE = Reads("work", names.CLASSES, SIDINGS)
#: By processes of their own, so that no single message waits for a chunk.
BULK = Reads("bulk", (names.BULK,))
#: A broker that has just started answers, or not at all.
_ANSWER_SECONDS = 30.0
#: Of a group, messages of the last class get this part even while preferred ones keep coming.
_LAST_PART = 0.2


class LanesBroken(ConnectionError):
    """A consumer, a channel or the connection is gone: build everything anew."""


class Lanes:
    """An open connection for the lanes and one for receipts.

    They are two, because a broker that is short of memory or disk blocks connections that publish,
    and acknowledgements must still get through.
    """

    def __init__(
        self, consuming: AbstractConnection, publishing: AbstractConnection, reads: Reads
    ) -> None:
        self._connections = (consuming, publishing)
        self._reads = reads
        self.arrived = asyncio.Event()
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.broken.add_done_callback(lambda broken: broken.cancelled() or broken.exception())
        self._inbox_of: dict[str, Inbox] = {}
        self.consumed: set[str] = set()
        self.publisher: Publisher
        #: One per class.
        self.inboxes: list[Inbox] = []

    @classmethod
    async def open(
        cls, url: str, *, name: str, lanes_per_class: int, reads: Reads = SINGLE
    ) -> "Lanes":
        """Raises one of BROKER_FAULTS."""
        gate = Gate()
        consuming = await connect(url, name=f"{name} lanes", gate=gate)
        try:
            publishing = await connect(url, name=f"{name} receipts")
        except BaseException:
            await close_quietly(consuming)
            raise
        lanes = cls(consuming, publishing, reads)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await lanes._prepare(gate, lanes_per_class)
        except BaseException:
            await lanes.close()
            raise
        return lanes

    async def _prepare(self, gate: Gate, lanes_per_class: int) -> None:
        consuming, publishing = self._connections
        held = Held(gate)
        for message_class in self._reads.classes:
            channel = await open_channel(consuming)
            await channel.basic_qos(prefetch_count=PREFETCH)
            inbox = Inbox(channel, held, self.arrived)
            self.inboxes.append(inbox)
            self._watch(channel)
            for queue in names.lanes(message_class, lanes_per_class):
                self._inbox_of[queue] = inbox
        for queue in self._reads.sidings:
            self._inbox_of[queue] = self.inboxes[-1]
        await topology.declare(self.inboxes[0].channel, lanes_per_class=lanes_per_class)
        receipts = await open_channel(publishing, confirms=True)
        self._watch(receipts)
        self.publisher = Publisher(receipts)

    def _watch(self, channel: AbstractChannel) -> None:
        channel.closing.add_done_callback(lambda _: self._break("channel or connection closed"))
        channel.on_consumer_cancel_callbacks.add(
            lambda frame: self._break(f"consumer of {frame.consumer_tag} cancelled by the broker")
        )

    def _break(self, cause: str) -> None:
        self.arrived.set()
        if not self.broken.done():
            self.broken.set_exception(LanesBroken(cause))

    def _check(self) -> None:
        if self.broken.done():
            self.broken.result()

    async def consume(self, queue: str) -> None:
        """Start to read a lane. The consumer's tag is the queue's name."""
        inbox = self._inbox_of[queue]
        async with asyncio.timeout(_ANSWER_SECONDS):
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
        return sum(len(inbox) for inbox in self.inboxes)

    async def take(
        self, limits: Limits, *, wait_seconds: float, patience_seconds: float
    ) -> list[tuple[Inbox, list[Arrival]]]:
        """What waits, the preferred class first, per inbox; empty after `patience_seconds` without any.

        Where less than a group waits, `wait_seconds` are given for more to come.
        Raises LanesBroken, however long ago they broke.
        """
        if not self.waiting():
            self.arrived.clear()
            self._check()
            try:
                async with asyncio.timeout(patience_seconds):
                    await self.arrived.wait()
            except TimeoutError:
                return []
        if self.waiting() < limits.messages:
            await asyncio.sleep(wait_seconds)
        self._check()
        first, last = self.inboxes[0], self.inboxes[-1]
        kept_for_last = int(limits.messages * _LAST_PART) if first is not last and len(last) else 0
        preferred = first.take(Limits(max(1, limits.messages - kept_for_last), limits.bytes))
        if first is last or (preferred and preferred[0].redelivered):
            return [(first, preferred)] if preferred else []
        room = limits.messages - len(preferred)
        others = (
            [] if preferred and last.starts_redelivered() else last.take(Limits(room, limits.bytes))
        )
        return [(i, taken) for i, taken in ((first, preferred), (last, others)) if taken]

    async def close(self) -> None:
        for connection in self._connections:
            await close_quietly(connection)


def all_queues(reads: Reads, lanes_per_class: int) -> Iterable[tuple[str, ...]]:
    """What is shared among the workers of a role, one class at a time, so that each gets a part of each."""
    for message_class in reads.classes:
        yield names.lanes(message_class, lanes_per_class)
    yield reads.sidings
