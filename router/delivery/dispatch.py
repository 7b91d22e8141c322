"""Handing bundles to their ways: each subscription in order and on its own, all of them side by side.

Subscriptions that answer promptly and those that are slow or failing have separate places, so that any
number of the second kind takes nothing from the first.
"""

import asyncio
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from registry_store.database import Database
from registry_store.feed import outbox
from registry_store.feed.outbox import DueBundle, Failure
from router.delivery.leases import Lease
from router.delivery.outcomes import Delivered, Gone, Outcome, Refused, Unavailable, Way
from router.delivery.retry_delay import delay_seconds
from router.delivery.settling import Settler
from router.killpoints import reached

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DispatchLimits:
    """Places are deliveries under way. `slow_seconds`: who takes longer gets the other kind of place."""

    prompt_places: int = 128
    slow_places: int = 64
    slow_seconds: float = 1.0
    scan_seconds: float = 1.0
    unavailable_seconds: float = 1.0
    first_retry_seconds: float = 1.0
    longest_retry_seconds: float = 900.0


class Dispatch:
    """The deliveries of one relay by one way: a broker that is away holds no webhook up."""

    def __init__(
        self,
        database: Database,
        lease: Lease,
        name: str,
        way: Way,
        settler: Settler,
        limits: DispatchLimits | None = None,
    ) -> None:
        self._database = database
        self._lease = lease
        self.name = name
        self._way = way
        self._settler = settler
        self._limits = limits or DispatchLimits()
        self._places = {False: self._limits.prompt_places, True: self._limits.slow_places}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._slow: set[str] = set()
        self._to_look_at: set[str] = set()
        self._woken = asyncio.Event()
        self._scanned_at = float("-inf")

    def wake(self, subscriptions: Iterable[str]) -> None:
        """These have new bundles. To be called on the loop's thread."""
        self._to_look_at.update(subscriptions)
        self._woken.set()

    async def step(self) -> bool:
        """Hands out what is due, or waits for news for a while; always to be called again at once."""
        self._woken.clear()
        if not await self._hand_out():
            try:
                async with asyncio.timeout(self._limits.scan_seconds):
                    await self._woken.wait()
            except TimeoutError:
                pass  # the scan finds what nobody told of: retries that are due, bundles of a dead relay
        return True

    async def drain(self, seconds: float) -> None:
        """Lets deliveries under way come to their end, at most so long; then breaks them off."""
        if self._busy:
            _, late = await asyncio.wait(list(self._busy.values()), timeout=seconds)
            for task in late:
                task.cancel()

    async def _hand_out(self) -> bool:
        """Starts what can be started; whether anything was."""
        if time.monotonic() - self._scanned_at >= self._limits.scan_seconds:
            self._to_look_at |= self._lease.mine
            self._scanned_at = time.monotonic()
        # A busy one wakes the dispatcher itself when it has come to its end.
        ids, self._to_look_at = (self._to_look_at & self._lease.mine) - self._busy.keys(), set()
        started = await self._start(ids - self._slow, tried=False, slow=False)
        started += await self._start(ids & self._slow, tried=False, slow=True)
        started += await self._start(ids - self._busy.keys(), tried=True, slow=True)
        return started > 0

    async def _start(self, ids: set[str], *, tried: bool, slow: bool) -> int:
        """Into free places of one kind; whoever finds none is looked at again."""
        room = self._places[slow]
        bundles = await asyncio.to_thread(self._due, ids, room, tried) if room and ids else []
        for bundle in bundles:
            self._places[slow] -= 1
            self._busy[bundle.subscription] = asyncio.create_task(self._deliver(bundle, slow=slow))
        if len(bundles) == room:
            self._to_look_at |= ids - self._busy.keys()
        return len(bundles)

    def _due(self, ids: set[str], limit: int, tried: bool) -> list[DueBundle]:  # noqa: FBT001
        with self._database.writing() as connection:
            return outbox.due(connection, ids, way=self.name, limit=limit, tried=tried)

    async def _deliver(self, bundle: DueBundle, *, slow: bool) -> None:
        try:
            reached("relay.deliver.before_publish")
            began = time.monotonic()
            outcome = await self._way.send(bundle)
            self._note_pace(bundle.subscription, time.monotonic() - began)
            reached("relay.deliver.after_publish")
            await self._settle(bundle, outcome)
            reached("relay.deliver.after_mark")
        finally:
            del self._busy[bundle.subscription]
            self._places[slow] += 1
            self.wake((bundle.subscription,))

    async def _settle(self, bundle: DueBundle, outcome: Outcome) -> None:
        match outcome:
            case Delivered():
                await self._settler.delivered(bundle)
            case Refused(error):
                delay = delay_seconds(
                    bundle.attempts + 1,
                    random.random(),  # noqa: S311 - spreading, not secrecy
                    first=self._limits.first_retry_seconds,
                    longest=self._limits.longest_retry_seconds,
                )
                _log.warning(
                    "relay.refused",
                    subscription=bundle.subscription,
                    error=error,
                    first_sequence=bundle.first_sequence,
                    again_in_seconds=round(delay, 1),
                )
                await self._settler.failed(
                    Failure(bundle.subscription, bundle.first_sequence, delay, error)
                )
            case Gone():
                _log.warning("relay.gone", subscription=bundle.subscription)
                await self._settler.gone(bundle.subscription)
            case Unavailable(error):
                _log.warning("relay.unavailable", subscription=bundle.subscription, error=error)
                await asyncio.sleep(self._limits.unavailable_seconds)

    def _note_pace(self, subscription: str, seconds: float) -> None:
        if seconds > self._limits.slow_seconds:
            self._slow.add(subscription)
        else:
            self._slow.discard(subscription)
