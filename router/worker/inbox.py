"""What a channel has delivered and nobody has taken yet, in the order of arrival."""

import asyncio
from collections import deque
from dataclasses import dataclass

from aiormq.abc import AbstractChannel, DeliveredMessage

from router.broker.connection import Gate
from router.worker.arrival import Arrival

#: A connection is read no further while so much is held, and read again below half of it.
HELD_LIMIT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is decided together at most."""

    messages: int = 500
    bytes: int = 4 * 1024 * 1024


class Held:
    """Bytes that the process holds of what is not acknowledged; shuts the gate when it is too much."""

    def __init__(self, gate: Gate, limit_bytes: int = HELD_LIMIT_BYTES) -> None:
        self._gate = gate
        self._limit = limit_bytes
        self._bytes = 0

    def add(self, count: int) -> None:
        self._bytes += count
        if self._bytes > self._limit and self._gate.is_open:
            self._gate.set(is_open=False)

    def remove(self, count: int) -> None:
        self._bytes -= count
        if self._bytes < self._limit // 2 and not self._gate.is_open:
            self._gate.set(is_open=True)


class Inbox:
    """Deliveries of all lanes of one class, on one channel.

    Delivery tags count up in the order of arrival, so whoever takes from the left and settles in that
    order may acknowledge everything up to the last one at once.

    What was delivered before is older than all of its lane that was not. RabbitMQ does not always send it so: what
    is on its way to a consumer that is cancelled goes back to the queue, and the next consumer has been seen to get
    the message behind it first (3.10; github.com/rabbitmq/rabbitmq-server, pull request 3746). Here it goes first.
    """

    def __init__(self, channel: AbstractChannel, held: Held, arrived: asyncio.Event) -> None:
        self.channel = channel
        self._held = held
        self._arrived = arrived
        self._waiting: deque[Arrival] = deque()
        self._has_overtaken = False
        #: Tags of what arrived last, and of what was acknowledged last.
        self.last_tag = 0
        self.settled_tag = 0
        self._awaited: dict[int, asyncio.Event] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def starts_redelivered(self) -> bool:
        return bool(self._waiting) and self._waiting[0].redelivered

    async def receive(self, message: DeliveredMessage) -> None:
        """The consumers' callback."""
        self.put(Arrival.of(message))
        self._arrived.set()

    def put(self, arrival: Arrival) -> None:
        if arrival.redelivered:
            self._put_before_younger(arrival)
        else:
            self._waiting.append(arrival)
        self.last_tag = arrival.tag
        self._held.add(len(arrival.body))

    def _put_before_younger(self, arrival: Arrival) -> None:
        waiting = self._waiting
        last = next((each for each in reversed(waiting) if each.queue == arrival.queue), arrival)
        if last.redelivered:  # and so is all that waits of its lane
            waiting.append(arrival)
            return
        place = next(n for n, each in enumerate(waiting) if _is_younger(each, arrival))
        waiting.insert(place, arrival)
        self._has_overtaken = True

    def take(self, limits: Limits) -> list[Arrival]:
        """The next ones, at least one if any waits. What was delivered before goes alone: it may be
        what ended the process that had it, and must not take its neighbours along; but for those that it
        overtook, which are acknowledged with it.
        """
        taken: list[Arrival] = []
        size = 0
        waiting = self._waiting
        while waiting and len(taken) < limits.messages:
            arrival = waiting[0]
            if taken and (arrival.redelivered or size + len(arrival.body) > limits.bytes):
                break
            taken.append(waiting.popleft())
            size += len(arrival.body)
            if arrival.redelivered:
                break
        if self._has_overtaken and taken:
            taken += self._overtaken(max(arrival.tag for arrival in taken))
        return taken

    def _overtaken(self, tag: int) -> list[Arrival]:
        """What waits and would be acknowledged with this tag."""
        earlier = [arrival for arrival in self._waiting if arrival.tag < tag]
        self._waiting = deque(arrival for arrival in self._waiting if arrival.tag > tag)
        tags = [arrival.tag for arrival in self._waiting]
        self._has_overtaken = tags != sorted(tags)
        return earlier

    async def acknowledge(self, arrivals: list[Arrival]) -> None:
        """Acknowledge these, and with them all that came before."""
        tag = max(arrival.tag for arrival in arrivals)
        # Waits until it is written: a connection that closes drops what it has not written yet, and the
        # last group would come again.
        await self.channel.basic_ack(tag, multiple=True, wait=True)
        self.settled_tag = tag
        for awaited in [awaited for awaited in self._awaited if awaited <= tag]:
            self._awaited.pop(awaited).set()
        self._held.remove(sum(len(arrival.body) for arrival in arrivals))

    async def settled(self, *, up_to: int) -> None:
        """Returns when everything up to this tag is acknowledged."""
        if up_to > self.settled_tag:
            await self._awaited.setdefault(up_to, asyncio.Event()).wait()


def _is_younger(other: Arrival, redelivered: Arrival) -> bool:
    return other.queue == redelivered.queue and not other.redelivered
