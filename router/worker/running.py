"""`hub work`, wired: settings to a worker that runs until it is told to stop."""

import asyncio
import signal

import uvloop

from registry_store.database import Database
from router import bootstrap
from router.collector import settle_collector
from router.settings import Settings
from router.worker.deciding import Decider, Decides
from router.worker.inbox import Limits
from router.worker.lanes import Lanes
from router.worker.leases import Leases
from router.worker.settling import Settler
from router.worker.worker import Options, Worker

#: Of the time that a stopping process has, this part goes to what the worker holds.
_PART_FOR_FINISHING = 0.5


def make_worker(settings: Settings, database: Database, pipeline: Decides) -> Worker:
    if settings.broker_url is None:
        raise SystemExit("no broker: start the hub with ./hub up, or set HUB_BROKER_URL")
    url = settings.broker_url.get_secret_value()
    leases = Leases(database, lanes_per_class=settings.lanes_per_class)

    async def open_lanes() -> Lanes:
        return await Lanes.open(
            url, name=f"fmar work {leases.id}", lanes_per_class=settings.lanes_per_class
        )

    return Worker(
        open_lanes=open_lanes,
        make_settler=lambda lanes: Settler(lanes.publisher, database),
        decider=Decider(pipeline, database, attempts_limit=settings.attempts_limit),
        leases=leases,
        options=Options(
            limits=Limits(messages=settings.group_limit_messages),
            wait_seconds=settings.group_wait_milliseconds / 1_000,
            body_limit_bytes=settings.message_limit_bytes,
            stop_seconds=settings.stop_seconds * _PART_FOR_FINISHING,
        ),
    )


def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    database = bootstrap.database(settings, pool_size=4)
    pipeline = bootstrap.pipeline(settings, database)
    worker = make_worker(settings, database, pipeline)
    settle_collector()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, worker.stop)
        await worker.run()

    try:
        uvloop.run(run())
    finally:
        pipeline.close()
        database.close()
