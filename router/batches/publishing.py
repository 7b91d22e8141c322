"""What the splitter publishes: references to chunks, receipts, progress. Threads ask, one loop publishes."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog
from aiormq.abc import AbstractChannel, AbstractConnection

from router.broker import topology
from router.broker.connection import BROKER_FAULTS, close_quietly, connect, open_channel
from router.broker.publisher import Fate, Publication, Publisher

log = structlog.get_logger()
T = TypeVar("T")

#: What one publication may take, a connection that is made for it included.
_PATIENCE_SECONDS = 25.0


class BatchPublisher:
    """One connection, made when it is first needed and made anew when it was lost. Thread-safe."""

    def __init__(self, url: str, *, lanes_per_class: int) -> None:
        self._url = url
        self._lanes_per_class = lanes_per_class
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="publish", daemon=True)
        self._thread.start()
        self._one_at_a_time = asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._publisher: Publisher | None = None
        self._bound: set[str] = set()

    def to_lane(self, publication: Publication, *, sender: str, lane: int) -> bool:
        """A reference, to a bulk lane that is bound first; whether the broker has it."""
        return self._ask(self._publish(publication, sender, lane)) is Fate.confirmed

    def to_partner(self, publication: Publication) -> bool:
        """Whether the broker has it: a partner's queue may be full, or gone."""
        return self._ask(self._publish(publication, None, 0)) is Fate.confirmed

    def close(self) -> None:
        self._ask(self._forget())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _ask(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _publish(self, publication: Publication, sender: str | None, lane: int) -> Fate:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                publisher = await self._connected(sender, lane)
                (fate,) = await publisher.publish([publication])
        except BROKER_FAULTS as error:
            log.warning("split.broker_away", error=repr(error)[:200])
            await self._forget()
            return Fate.unknown
        if fate is Fate.unknown:
            await self._forget()
        return fate

    async def _connected(self, sender: str | None, lane: int) -> Publisher:
        async with self._one_at_a_time:
            if self._publisher is None or self._channel is None or self._channel.is_closed:
                await self._forget()
                self._connection = await connect(self._url, name="fmar split")
                self._channel = await open_channel(self._connection)
                await topology.declare(self._channel, lanes_per_class=self._lanes_per_class)
                self._publisher = Publisher(await open_channel(self._connection, confirms=True))
            if sender is not None and sender not in self._bound:
                await topology.admit_bulk(self._channel, sender, lane=lane)
                self._bound.add(sender)
            return self._publisher

    async def _forget(self) -> None:
        connection, self._connection = self._connection, None
        self._channel = self._publisher = None
        self._bound.clear()
        if connection is not None:
            await close_quietly(connection)
