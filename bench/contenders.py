"""The three that are compared, each in a process of its own: `python -m bench.contenders NAME`.

It reads its configuration, then one order a line, from standard input, and answers each with one line:
when it began, when all was acknowledged (monotonic seconds, the same for all processes of a machine),
and the CPU seconds that it took.

`floor`  takes what waits, publishes one message for each, acknowledges: by the worker's own means, so
         that nothing but the hub's work is missing
`hub`    the worker as it runs
`naive`  see `bench.naive`
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Any

import uvloop

from bench.naive import Naive
from bench.profiling import Profile
from bench.runs import Configuration, Run
from bench.stage import new_pipeline
from registry_store.database import Database
from router.broker import names
from router.broker.publisher import Fate, Publication
from router.collector import settle_collector
from router.logs import configure_logging
from router.worker.deciding import Decider
from router.worker.inbox import Limits
from router.worker.lanes import Lanes
from router.worker.settling import Batch, Settler
from router.worker.worker import Options, Worker

ATTEMPTS_LIMIT = 3
_IDLE_SECONDS = 60.0


class _TimedLanes(Lanes):
    """Lanes that note when the first of them began to be read."""

    def __init__(self, *connections: Any) -> None:
        super().__init__(*connections)
        self.run = Run()

    async def consume(self, queue: str) -> None:
        self.run.began = self.run.began or time.monotonic()
        await super().consume(queue)


class _Assigned:
    """Leases that are given: all lanes of this process from the first beat on."""

    id = "bench"

    def __init__(self, queues: Sequence[str]) -> None:
        self._queues = frozenset(queues)

    def beat(self) -> tuple[frozenset[str], frozenset[str]]:
        return self._queues, frozenset()

    def give_up(self, queue: str) -> None: ...

    def give_up_all(self) -> None: ...

    def stop(self) -> None: ...


class _CountingSettler(Settler):
    """Says when so many messages are acknowledged."""

    def __init__(
        self, lanes: Lanes, database: Database, expected: int, done: Callable[[], None]
    ) -> None:
        super().__init__(lanes.publisher, database)
        assert isinstance(lanes, _TimedLanes)
        self.run = lanes.run
        self._left = expected
        self._done = done

    async def settle(self, batches: Sequence[Batch]) -> None:
        await super().settle(batches)
        self.run.groups += 1
        self._left -= sum(len(batch.arrivals) for batch in batches)
        if self._left <= 0:
            self._done()


class Floor:
    """Consume, publish, acknowledge."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._body = b"x" * configuration.receipt_bytes

    async def __call__(self, expected: int, _profile: Profile | None = None) -> Run:
        lanes = await _open(self._configuration)
        for queue in self._configuration.queues:
            await lanes.consume(queue)
        options = Options()
        left = expected
        while left:
            taken = await lanes.take(
                options.limits, wait_seconds=options.wait_seconds, patience_seconds=_IDLE_SECONDS
            )
            publications = [
                Publication(
                    names.receipts(arrival.routing_key.partition(".")[0]),
                    self._body,
                    arrival.properties.message_id or "",
                )
                for _, arrivals in taken
                for arrival in arrivals
            ]
            lanes.run.groups += 1
            fates = await lanes.publisher.publish(publications)
            if set(fates) != {Fate.confirmed}:
                raise RuntimeError(f"the floor's answers were not all confirmed: {set(fates)}")
            for inbox, arrivals in taken:
                await inbox.acknowledge(arrivals)
                left -= len(arrivals)
        lanes.run.ended = time.monotonic()
        await lanes.close()
        return lanes.run


class Hub:
    """The worker of `hub work`, with lanes that it is given instead of leased."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._database = Database(configuration.database_url)
        self._pipeline = new_pipeline(self._database)

    async def __call__(self, expected: int, profile: Profile | None = None) -> Run:
        opened: list[_TimedLanes] = []

        async def open_lanes() -> Lanes:
            opened.append(await _open(self._configuration))
            return opened[-1]

        def done() -> None:
            opened[-1].run.ended = time.monotonic()
            worker.stop()

        worker = Worker(
            open_lanes=open_lanes,
            make_settler=lambda lanes: _CountingSettler(lanes, self._database, expected, done),
            decider=Decider(self._pipeline, self._database, attempts_limit=ATTEMPTS_LIMIT),
            leases=_Assigned(self._configuration.queues),  # type: ignore[arg-type] # what a worker asks of leases
            options=Options(limits=Limits()),
        )
        if profile is not None:
            profile.begin()
        await worker.run()
        (lanes,) = opened
        if profile is not None:
            lanes.run.profile = profile.end(expected)
        return lanes.run


async def _open(configuration: Configuration) -> _TimedLanes:
    lanes = await _TimedLanes.open(
        configuration.broker_url, name="bench", lanes_per_class=configuration.lanes
    )
    assert isinstance(lanes, _TimedLanes)
    return lanes


CONTENDERS: dict[str, Callable[[Configuration], Callable[..., Awaitable[Run]]]] = {
    "floor": Floor,
    "hub": Hub,
    "naive": Naive,
}


async def _serve(name: str) -> None:
    read = asyncio.get_running_loop().run_in_executor
    configuration = Configuration.read(await read(None, sys.stdin.readline))
    contender = CONTENDERS[name](configuration)
    settle_collector()
    print("ready", flush=True)
    while order := await read(None, sys.stdin.readline):
        count, _, profiled = order.strip().partition(" ")
        before = time.process_time()
        run = await contender(int(count), Profile() if profiled else None)
        run.cpu_seconds = time.process_time() - before
        print(json.dumps(asdict(run)), flush=True)


if __name__ == "__main__":
    configure_logging("warning", process=f"bench.{sys.argv[1]}")
    uvloop.run(_serve(sys.argv[1]))
