"""What a channel has delivered and nobody has taken yet, in the order of arrival."""

import asyncio
from collections import deque
from dataclasses import dataclass

from aiormq.abc import AbstractChannel, DeliveredMessage

from router.broker.connection import Gate

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
    """

    def __init__(self, channel: AbstractChannel, held: Held, arrived: asyncio.Event) -> None:
        self.channel = channel
        self._held = held
        self._arrived = arrived
        self._waiting: deque[DeliveredMessage] = deque()
        #: Tags of what arrived last, and of what was acknowledged last.
        self.last_tag = 0
        self.settled_tag = 0

    def __len__(self) -> int:
        return len(self._waiting)

    async def receive(self, message: DeliveredMessage) -> None:
        """The consumers' callback."""
        self._waiting.append(message)
        self.last_tag = message.delivery.delivery_tag or 0
        self._held.add(len(message.body))
        self._arrived.set()

    def take(self, limits: Limits) -> list[DeliveredMessage]:
        """The next ones, at least one if any waits. What was delivered before goes alone: it may be
        what ended the process that had it, and must not take its neighbours along."""
        taken: list[DeliveredMessage] = []
        size = 0
        waiting = self._waiting
        while waiting and len(taken) < limits.messages:
            message = waiting[0]
            if taken and (message.delivery.redelivered or size + len(message.body) > limits.bytes):
                break
            taken.append(waiting.popleft())
            size += len(message.body)
            if message.delivery.redelivered:
                break
        return taken

    async def acknowledge(self, messages: list[DeliveredMessage]) -> None:
        """Acknowledge these, and with them all that came before."""
        tag = messages[-1].delivery.delivery_tag or 0
        await self.channel.basic_ack(tag, multiple=True, wait=False)
        self.settled_tag = tag
        self._held.remove(sum(len(message.body) for message in messages))
