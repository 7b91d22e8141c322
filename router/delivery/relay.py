"""The relay: leases, cuts, snapshots, deliveries and left-over receipts as loops of one process.

Cuts and snapshots run on threads of their own, deliveries on the event loop. Stopping lets deliveries
under way come to their end; what is broken off is sent again by the next relay, byte for byte.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import structlog

from contracts.categories import Catalogue
from registry_store.database import Database
from registry_store.feed.packing import FeedLimits
from registry_store.live_catalogue import Renew, nothing_new
from registry_store.processes import BEAT_SECONDS
from router.delivery.addresses import CallRules
from router.delivery.amqp import AmqpWay, Broker
from router.delivery.cutting import Cutting
from router.delivery.dispatch import Dispatch, DispatchLimits
from router.delivery.leases import Lease
from router.delivery.receipts import EncodeReceipt, LeftReceipts
from router.delivery.settling import Settler
from router.delivery.snapshotting import Snapshotting
from router.delivery.supervision import TRANSIENT, Trouble, repeat
from router.delivery.webhook import WebhookLimits, WebhookWay
from router.record_forms import RecordForms

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """Limits and paces of a relay, in seconds where nothing else is said."""

    feed: FeedLimits = field(default_factory=FeedLimits)
    dispatch: DispatchLimits = field(default_factory=DispatchLimits)
    webhook: WebhookLimits = field(default_factory=WebhookLimits)
    calls: CallRules = field(default_factory=CallRules)
    #: How often the head of the log is looked at: the delay that it adds to a notification.
    poll_seconds: float = 0.1
    snapshot_poll_seconds: float = 0.5
    receipt_poll_seconds: float = 1.0
    stop_seconds: float = 5.0


class Relay:
    """One process' worth. `run` returns when `stop` was called, or is cancelled."""

    def __init__(
        self,
        *,
        database: Database,
        broker_url: str,
        hub_key: bytes,
        catalogue: Catalogue,
        forms: RecordForms,
        encode_receipt: EncodeReceipt,
        settings: RelaySettings | None = None,
        renew: Renew = nothing_new,
    ) -> None:
        self._settings = settings or RelaySettings()
        self._database = database
        self._broker_url = broker_url
        self._hub_key = hub_key
        self._catalogue = catalogue
        self._renew = renew
        self._forms = forms
        self._encode_receipt = encode_receipt
        self._lease = Lease(database)
        self._trouble = Trouble()
        self._stop = asyncio.Event()

    @property
    def problem(self) -> str | None:
        return self._trouble.problem

    def stop(self) -> None:
        """To be called on the loop's thread, by a signal handler for one."""
        self._stop.set()

    async def run(self) -> None:
        async with AsyncExitStack() as stack:
            broker = await stack.enter_async_context(Broker(self._broker_url))
            webhooks = await stack.enter_async_context(
                WebhookWay(
                    self._hub_key,
                    self._forms,
                    rules=self._settings.calls,
                    limits=self._settings.webhook,
                )
            )
            settler = Settler(
                self._database,
                on_trouble=lambda error: self._trouble.note("settle", error),
                on_success=lambda: self._trouble.clear("settle"),
            )
            dispatches = [
                Dispatch(self._database, self._lease, name, way, settler, self._settings.dispatch)
                for name, way in (("amqp", AmqpWay(broker, self._forms)), ("webhook", webhooks))
            ]
            await self._run_loops(broker, settler, dispatches)

    async def _run_loops(
        self, broker: Broker, settler: Settler, dispatches: list[Dispatch]
    ) -> None:
        loop = asyncio.get_running_loop()

        def on_cut(subscriptions: frozenset[str]) -> None:
            for dispatch in dispatches:
                loop.call_soon_threadsafe(dispatch.wake, subscriptions)

        parts = {
            "catalogue": self._catalogue,
            "limits": self._settings.feed,
            "on_cut": on_cut,
            "renew": self._renew,
        }
        cutting = Cutting(self._database, self._lease, **parts)  # type: ignore[arg-type] # as named
        snapshotting = Snapshotting(self._database, self._lease, **parts)  # type: ignore[arg-type]
        receipts = LeftReceipts(self._database, broker, self._encode_receipt)
        settings = self._settings
        loops: list[tuple[str, Callable[[], Awaitable[bool]], float]] = [
            ("lease", self._beat, BEAT_SECONDS),
            ("cut", _on_thread(cutting.step), settings.poll_seconds),
            ("snapshot", _on_thread(snapshotting.step), settings.snapshot_poll_seconds),
            ("broker", _checked(broker), settings.dispatch.scan_seconds),
            ("receipts", receipts.step, settings.receipt_poll_seconds),
            *((f"deliver_{dispatch.name}", dispatch.step, 0.0) for dispatch in dispatches),
        ]
        settling = asyncio.create_task(settler.run(), name="settle")
        tasks = [
            asyncio.create_task(
                repeat(name, step, idle_seconds=idle, trouble=self._trouble, stop=self._stop),
                name=name,
            )
            for name, step, idle in loops
        ]
        _log.info("relay.started", relay=self._lease.id)
        try:
            await self._stop.wait()
        finally:
            self._stop.set()
            await self._finish(tasks, cutting, snapshotting)
            await asyncio.gather(
                *(dispatch.drain(settings.stop_seconds) for dispatch in dispatches)
            )
            settling.cancel()
            await self._leave()
            _log.info("relay.stopped", relay=self._lease.id)

    async def _finish(
        self, tasks: list[asyncio.Task[None]], cutting: Cutting, snapshotting: Snapshotting
    ) -> None:
        """Steps under way come to their end; those that take too long are undone."""
        _, late = await asyncio.wait(tasks, timeout=self._settings.stop_seconds)
        if late:
            for part in (cutting, snapshotting):
                await asyncio.to_thread(_interrupted, part)
            for task in late:
                task.cancel()
            await asyncio.wait(late, timeout=1)
        cutting.close()

    async def _beat(self) -> bool:
        await asyncio.to_thread(self._lease.beat, self._trouble.problem)
        return False

    async def _leave(self) -> None:
        try:
            await asyncio.to_thread(self._lease.leave)
        except Exception as error:  # noqa: BLE001 - the row expires by itself
            self._trouble.note("lease", error)


def _on_thread(step: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def on_thread() -> bool:
        return await asyncio.to_thread(step)

    return on_thread


def _interrupted(part: Cutting | Snapshotting) -> None:
    try:
        part.interrupt()
    except TRANSIENT:
        return  # the database is away: nothing runs on its connections


def _checked(broker: Broker) -> Callable[[], Awaitable[bool]]:
    """The broker is looked for although nothing is to be sent: `hub status` must know."""

    async def check() -> bool:
        await broker.connection()
        return False

    return check
