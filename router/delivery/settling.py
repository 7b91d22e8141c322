"""Writing down what came of deliveries: many at once, as group commit does it on the way in."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

from registry_store import subscriptions
from registry_store.database import Database
from registry_store.feed import outbox
from registry_store.feed.outbox import DueBundle, Failure

#: How long the first outcome waits for company.
_GATHER_SECONDS = 0.005


@dataclass(slots=True)
class _Batch:
    delivered: list[tuple[str, int]] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Settler:
    """Each call returns when its outcome is committed. A database that is away is waited for.

    The outcome of a delivery is not thrown away meanwhile: the same bundle would be sent again.
    """

    def __init__(
        self,
        database: Database,
        *,
        on_trouble: Callable[[Exception], float],
        on_success: Callable[[], None],
    ) -> None:
        """`on_trouble` is told of each failure to write, and says how many seconds to wait."""
        self._database = database
        self._on_trouble = on_trouble
        self._on_success = on_success
        self._batch = _Batch()
        self._filled = asyncio.Event()

    async def delivered(self, bundle: DueBundle) -> None:
        self._batch.delivered.append((bundle.subscription, bundle.first_sequence))
        await self._settled()

    async def failed(self, failure: Failure) -> None:
        self._batch.failed.append(failure)
        await self._settled()

    async def gone(self, subscription: str) -> None:
        self._batch.gone.append(subscription)
        await self._settled()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._filled.wait()
            await asyncio.sleep(_GATHER_SECONDS)
            self._filled.clear()
            batch, self._batch = self._batch, _Batch()
            await self._write_until_written(batch)
            batch.done.set()

    async def _settled(self) -> None:
        batch = self._batch
        self._filled.set()
        await batch.done.wait()

    async def _write_until_written(self, batch: _Batch) -> None:
        while True:
            try:
                await asyncio.to_thread(self._write, batch)
            except Exception as error:  # noqa: BLE001 - kept and told; written down again until it holds
                await asyncio.sleep(self._on_trouble(error))
            else:
                self._on_success()
                return

    def _write(self, batch: _Batch) -> None:
        with self._database.writing() as connection:
            if batch.delivered:
                outbox.mark_delivered(connection, batch.delivered)
            if batch.failed:
                outbox.mark_failed(connection, batch.failed)
            for subscription in batch.gone:
                _close(connection, subscription)


def _close(connection: psycopg.Connection, subscription: str) -> None:
    try:
        subscriptions.close(connection, subscription)
    except subscriptions.SubscriptionUnknown:
        return  # closed already, by whoever owns it
