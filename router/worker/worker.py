"""The worker: takes what waits on its lanes, has it decided, sends receipts, acknowledges.

The receipts of one group go out while the next is decided. Broker or database away: it says so once,
keeps what it holds, and goes on when they are back.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, TypeVar

import structlog
from psycopg import Error as DatabaseError
from sqlalchemy.exc import SQLAlchemyError

from registry_store.faults import Transient
from registry_store.processes import BEAT_SECONDS
from router.answers import Answer
from router.broker.connection import BROKER_FAULTS
from router.standing import Standing
from router.worker.arrival import Arrival
from router.worker.deciding import Entry
from router.worker.inbox import Inbox, Limits
from router.worker.lanes import Lanes, LanesBroken
from router.worker.leases import Leases
from router.worker.reading import read_arrival
from router.worker.settling import Batch, Settler

log = structlog.get_logger()
T = TypeVar("T")

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 5.0
_PATIENCE_SECONDS = 0.5

Taken = list[tuple[Inbox, list[Arrival]]]


@dataclass(frozen=True, slots=True)
class Options:
    """`stop_seconds`: how long a stopping worker goes on with what it holds already."""

    limits: Limits = field(default_factory=Limits)
    wait_seconds: float = 0.005
    body_limit_bytes: int = 32 * 1024 * 1024
    stop_seconds: float = 15.0


class Decides(Protocol):
    """What is done with a group, on the one thread that decides: an answer per entry, None where there is
    nobody to answer. Raises Transient.
    """

    def decide(self, entries: Sequence[Entry]) -> list[Answer | None]: ...


class Worker:
    """`open_lanes` connects anew; `make_settler` gives what publishes over these lanes."""

    def __init__(
        self,
        *,
        open_lanes: Callable[[], Awaitable[Lanes]],
        make_settler: Callable[[Lanes], Settler],
        decider: Decides,
        leases: Leases,
        options: Options,
    ) -> None:
        self._open_lanes = open_lanes
        self._make_settler = make_settler
        self._decider = decider
        self._leases = leases
        self._options = options
        self._stop = asyncio.Event()
        self._deciding = ThreadPoolExecutor(1, thread_name_prefix="decide")
        self._leasing = ThreadPoolExecutor(1, thread_name_prefix="lease")

    def stop(self) -> None:
        """Finish what is in hand, then end. Safe in a signal handler of the loop."""
        self._stop.set()

    async def run(self) -> None:
        """Until `stop`. Raises only what is a bug."""
        pause = _FIRST_PAUSE_SECONDS
        try:
            while not self._stop.is_set():
                try:
                    lanes = await self._open_lanes()
                except BROKER_FAULTS as error:
                    log.warning("worker.broker_away", error=repr(error)[:200], pause_seconds=pause)
                    await self._pause(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
                    continue
                pause = _FIRST_PAUSE_SECONDS
                log.info("worker.connected", worker=self._leases.id)
                try:
                    await self._work(lanes)
                except (*BROKER_FAULTS, LanesBroken) as error:
                    log.warning("worker.lanes_broken", error=repr(error)[:200])
                finally:
                    await lanes.close()
                    await self._blocking(self._leases.give_up_all)
        finally:
            await self._say_goodbye()
            self._deciding.shutdown()
            self._leasing.shutdown()

    async def _work(self, lanes: Lanes) -> None:
        """Until the lanes break (raises) or the worker stops (returns)."""
        leasing = asyncio.create_task(self._keep_leases(lanes))
        try:
            await self._groups(lanes, leasing)
        finally:
            leasing.cancel()
            await asyncio.gather(leasing, return_exceptions=True)

    async def _groups(self, lanes: Lanes, leasing: "asyncio.Task[None]") -> None:
        settler = self._make_settler(lanes)
        settling: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        deadline: float | None = None
        try:
            while True:
                if leasing.done() and deadline is None:
                    leasing.result()
                if self._stop.is_set() and deadline is None:
                    deadline = loop.time() + self._options.stop_seconds
                    leasing.cancel()
                    await asyncio.gather(leasing, return_exceptions=True)
                    await lanes.stop_consuming()
                if deadline is not None and (not lanes.waiting() or loop.time() > deadline):
                    return
                taken = await lanes.take(
                    self._options.limits,
                    wait_seconds=self._options.wait_seconds,
                    patience_seconds=_PATIENCE_SECONDS,
                )
                if not taken:
                    if settling is not None and settling.done():
                        settling.result()
                    continue
                answers = await self._decide(self._entries(taken))
                if settling is not None:
                    await settling
                settling = asyncio.create_task(settler.settle(_batches(taken, answers)))
        finally:
            if settling is not None:
                await settling

    def _entries(self, taken: Taken) -> list[Entry]:
        now = datetime.now(UTC)
        limit = self._options.body_limit_bytes
        return [
            Entry(arrival, read_arrival(arrival, received_at=now, body_limit_bytes=limit))
            for _, arrivals in taken
            for arrival in arrivals
        ]

    async def _decide(self, entries: Sequence[Entry]) -> list[Answer | None]:
        """On the one deciding thread; again and again while the database is away."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(
                    self._deciding, self._decider.decide, entries
                )
            except Transient as error:
                log.warning(
                    "worker.group_kept",
                    messages=len(entries),
                    error=str(error)[:200],
                    pause_seconds=pause,
                )
            if self._stop.is_set():
                raise LanesBroken("stopped while the database was away: the group comes again")
            await self._pause(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _keep_leases(self, lanes: Lanes) -> None:
        """Every beat: take lanes that are this worker's by now, release those that are not."""
        database_standing = Standing()
        while True:
            try:
                gained, lost = await self._blocking(self._leases.beat)
            except (DatabaseError, SQLAlchemyError) as error:
                if database_standing.goes():
                    log.warning("worker.database_away", error=repr(error)[:200])
            else:
                if database_standing.comes():
                    log.info("worker.database_back")
                for queue in sorted(lost):
                    await self._release(lanes, queue)
                for queue in sorted(gained - lanes.consumed):
                    log.info("worker.lane_taken", lane=queue)
                    await lanes.consume(queue)
            await asyncio.sleep(BEAT_SECONDS)

    async def _release(self, lanes: Lanes, queue: str) -> None:
        log.info("worker.lane_released", lane=queue)
        if queue in lanes.consumed:
            await lanes.release(queue)
        await self._blocking(self._leases.give_up, queue)

    async def _blocking(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._leasing, function, *arguments)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return

    async def _say_goodbye(self) -> None:
        try:
            await self._blocking(self._leases.stop)
        except (DatabaseError, SQLAlchemyError) as error:
            log.warning("worker.database_away", error=repr(error)[:200])


def _batches(taken: Taken, answers: Sequence[Answer | None]) -> list[Batch]:
    batches, start = [], 0
    for inbox, arrivals in taken:
        batches.append(Batch(inbox, arrivals, answers[start : start + len(arrivals)]))
        start += len(arrivals)
    return batches
