"""`hub work`, wired: settings to a worker that runs until it is told to stop."""

import asyncio
import os
import signal
import sys

import uvloop

from registry_store.database import Database
from router import bootstrap
from router.collector import settle_collector
from router.patience import until_there
from router.pipeline.bulk import BulkPipeline
from router.pipeline.pipeline import Pipeline
from router.settings import Settings
from router.worker.bulk import BulkDecider
from router.worker.deciding import Decider, Decides
from router.worker.inbox import Limits
from router.worker.lanes import BULK, SINGLE, Lanes, Reads
from router.worker.leases import Leases
from router.worker.settling import Settler
from router.worker.worker import Options, Worker

#: Of the time that a stopping process has, this part goes to what the worker holds.
_PART_FOR_FINISHING = 0.5
#: How long a thread that wants to compute waits for one that does (Python's default: 5 ms). The thread that writes wants
#: to after every answer of PostgreSQL, a dozen times a group, while the other reads ahead.
_BULK_SWITCH_SECONDS = 0.001
#: Where processors are short, single messages go before chunks.
BULK_NICENESS = 5


def make_worker(settings: Settings, database: Database, pipeline: Decides) -> Worker:
    """The worker of single messages."""
    decider = Decider(pipeline, database, attempts_limit=settings.attempts_limit)
    return _worker(settings, database, decider, SINGLE, settings.group_limit_messages)


def make_bulk_worker(settings: Settings, database: Database, pipeline: BulkPipeline) -> Worker:
    """The worker of chunks: a reference is a message here."""
    decider = BulkDecider(
        pipeline,
        database,
        attempts_limit=settings.attempts_limit,
        chunks_per_commit=settings.batch_chunks_per_commit,
    )
    return _worker(settings, database, decider, BULK, settings.batch_chunks_per_commit)


def _worker(
    settings: Settings, database: Database, decider: Decider | BulkDecider, reads: Reads, limit: int
) -> Worker:
    if settings.broker_url is None:
        raise SystemExit("no broker: start the hub with ./hub up, or set HUB_BROKER_URL")
    url = settings.broker_url.get_secret_value()
    leases = Leases(database, lanes_per_class=settings.lanes_per_class, reads=reads)

    async def open_lanes() -> Lanes:
        return await Lanes.open(
            url,
            name=f"fmar {reads.role} {leases.id}",
            lanes_per_class=settings.lanes_per_class,
            reads=reads,
        )

    return Worker(
        open_lanes=open_lanes,
        make_settler=lambda lanes: Settler(lanes.publisher, database),
        decider=decider,
        leases=leases,
        options=Options(
            limits=Limits(messages=limit),
            wait_seconds=settings.group_wait_milliseconds / 1_000,
            body_limit_bytes=settings.message_limit_bytes,
            stop_seconds=settings.stop_seconds * _PART_FOR_FINISHING,
        ),
    )


def work(settings: Settings, *, bulk: bool = False) -> None:
    """Work until SIGTERM or SIGINT."""
    database = bootstrap.database(settings, pool_size=4)
    pipeline: Pipeline | BulkPipeline
    if bulk:
        os.nice(BULK_NICENESS)
        sys.setswitchinterval(_BULK_SWITCH_SECONDS)
        pipeline = until_there(lambda: bootstrap.bulk_pipeline(settings, database))
        worker = make_bulk_worker(settings, database, pipeline)
    else:
        pipeline = until_there(lambda: bootstrap.pipeline(settings, database))
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
