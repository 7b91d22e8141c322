"""The run itself: one portfolio by HTTP, single messages beside it, two subscribers, and whoever is to be killed."""

import asyncio
import contextlib
import functools
import time
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pamqp.commands import Basic

from bench.generate import Plan, generate
from contracts.batches import BatchHeader, Policy
from registry_store import subscriptions
from registry_store.feed.filters import Filter
from registry_store.subscriptions import Subscription
from router.batch_doors.by_http import HttpDoor
from router.batch_doors.door import upload
from router.batch_doors.source import measured
from router.bootstrap import language
from router.broker import names
from router.broker.connection import close_quietly, connect, open_channel
from router.servers.host import EmbeddedServer
from router.servers.ports import remembered_port
from router.worker.settling import RECEIPT_TYPE
from tests.support.doors import Doors, until
from tests.support.kill_run import singles, traces
from tests.support.kill_run.plan import PROCESSES, READER, Kill, Load
from tests.support.kill_run.subscribers import Told, by_pull, by_queue
from tests.support.kill_run.watching import Decided
from tests.support.patient_partners import queue_length, send_by_amqp, send_by_http
from tests.support.running_hub import RunningHub, running

Scripts = Mapping[str, list[singles.Message]]
LANES = 2
_LOOK_SECONDS = 0.1
_MEDIA_TYPE = "text/csv; profile=heat_pump"


@dataclass
class Stage:
    """One hub: its doors, the load, who is killed when, and the folder in which it leaves its traces. `servers`: those
    that may be killed, by name.
    """

    hub: Doors
    load: Load
    folder: Path
    kills: Sequence[Kill] = ()
    servers: Mapping[str, EmbeddedServer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for slug in ("acme", "beside", "caller"):
            self.hub.admit(slug)
        self.hub.admit("watcher", "platform")
        self.port = remembered_port(self.folder / "ports.json", "http")
        self.traces = self.folder / "traces"
        self.traces.mkdir()
        #: Whom it met, and how many rows were decided by then.
        self.killed: list[str] = []
        self.queued = Told(self.traces, "queue")
        self.pulled = Told(self.traces, "pull")
        self.decided = Decided(self.hub.database, time.monotonic() + self.load.seconds)
        self.processes = RunningHub(self._variables(), self.folder, names=PROCESSES)

    def _variables(self) -> dict[str, str]:
        settings = self.hub.settings
        assert settings.database_url is not None
        return {
            "HUB_HOME": str(settings.home), "HUB_DATABASE_URL": settings.database_url.get_secret_value(),
            "HUB_BROKER_URL": self.hub.broker_url, "HUB_HTTP_PORT": str(self.port), "HUB_STOP_SECONDS": "20",
            "HUB_LANES_PER_CLASS": str(LANES), "HUB_BATCH_CHUNK_ROWS": str(self.load.chunk_rows),
            "HUB_BATCH_READERS": "1" if self.kills else "0",
        }  # fmt: skip

    def door(self) -> HttpDoor:
        base_url = f"http://127.0.0.1:{self.port}"
        return HttpDoor(base_url, partner="acme", secret=self.hub.secrets["acme"])


async def run(stage: Stage) -> None:
    """From the first byte until nothing is on its way; its traces are then in their folder."""
    hub, scripts = stage.hub, _scripts(stage)
    mine = Filter(own=True, kinds=frozenset({"asset"}))
    queued = subscriptions.create(hub.database, partner="acme", way="amqp", filter=mine)
    everyone_s = Filter(kinds=frozenset({"asset"}))
    pulled = subscriptions.create(hub.database, partner="watcher", way="pull", filter=everyone_s)
    try:
        async with running(stage.processes), asyncio.timeout(stage.load.seconds):
            async with _in_the_background(
                stage.decided.watch(),
                by_queue(hub, "acme", queued.target["queue"], stage.queued),
                by_pull(hub, "watcher", pulled.id, stage.port, stage.pulled),
            ):
                by_amqp = functools.partial(send_by_amqp, hub, "beside")
                by_http = functools.partial(send_by_http, hub, "caller", stage.port)
                async with asyncio.TaskGroup() as script:
                    sending = script.create_task(asyncio.to_thread(send, stage))
                    script.create_task(
                        singles.spread(stage.load, stage.decided, scripts["beside"], by_amqp)
                    )
                    script.create_task(
                        singles.spread(stage.load, stage.decided, scripts["caller"], by_http)
                    )
                    script.create_task(_kill(stage))
                await _settled(stage, (queued, pulled), scripts)
            await asyncio.to_thread(_fetch_outcomes, stage, sending.result())
    finally:
        stage.decided.deadline = 0.0  # whatever still waits on a thread gives up
    traces.write_registry(stage.traces, hub.database)
    traces.write_sent_receipts(stage.traces, await _sent_receipts(hub))


def send(stage: Stage) -> str:
    """The portfolio, by the hub's own client; the id of the batch."""
    load, file = stage.load, stage.folder / "portfolio.csv"
    generate(Plan(load.rows, seed=load.seed), file, language().catalogue)
    with stage.door() as door, file.open("rb") as content:
        whole = measured(content)
        header = BatchHeader(
            sender="acme", media_type=_MEDIA_TYPE, message_id="portfolio", statement_date="2026-11-01",
            file_name=file.name, policy=Policy(existing="update"), **whole._asdict(),
        )  # fmt: skip
        opened = door.open(header)
        upload(door, content, whole, opened, on_bytes=_Pace(stage, whole.size_bytes))
    return opened.id


@dataclass
class _Pace:
    """The first half of the parts go no faster than they are decided, so that the HTTP server is needed for longer;
    then the rest comes at once.
    """

    stage: Stage
    size_bytes: int
    sent_bytes: int = 0

    def __call__(self, part_bytes: int) -> None:
        load, before = self.stage.load, self.sent_bytes / self.size_bytes
        if before < 0.5:
            self.stage.decided.wait(round(0.9 * before * load.rows) - 2 * load.chunk_rows)
        self.sent_bytes += part_bytes


async def _kill(stage: Stage) -> None:
    """Each of them in the midst of the batch: while rows are still undecided."""
    for kill in stage.kills:
        await stage.decided.reach(kill.after_rows)
        await asyncio.sleep(kill.delay_seconds)
        rows = stage.decided.rows
        assert rows < stage.load.rows, f"{kill} came too late"
        if (server := stage.servers.get(kill.victim)) is not None:
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start, keep_port=True)
        elif kill.victim == READER:
            await until(stage.processes.kill_reader)
        else:
            await until(functools.partial(stage.processes.is_up, kill.victim))
            stage.processes.kill(kill.victim)
        stage.killed.append(f"{kill.victim} at {rows}")


async def _settled(stage: Stage, told: Sequence[Subscription], scripts: Scripts) -> None:
    """Every message is answered, every notification was taken, and nothing is on its way."""
    left = None
    while left != "":
        assert time.monotonic() < stage.decided.deadline, left
        try:
            left = await asyncio.to_thread(_left, stage, told, scripts) or await _in_lanes(stage)
        except Exception as fault:  # noqa: BLE001 - a server that comes back
            left = repr(fault)
        await asyncio.sleep(_LOOK_SECONDS)


def _left(stage: Stage, told: Sequence[Subscription], scripts: Scripts) -> str:
    for sender, messages in scripts.items():
        if stage.hub.statuses(sender).keys() != {id for id, _ in messages}:
            return f"{sender} is not answered"
    if "portfolio" not in stage.hub.statuses("acme"):
        return f"the batch has not ended: {stage.decided.rows} rows are decided"
    ids = [each.id for each in told]
    with stage.hub.database.reading() as connection:
        behind = connection.execute(
            "SELECT id FROM subscription WHERE id = ANY(%s) AND position < (SELECT max(position) FROM change)",
            (ids,),
        ).fetchall()
        numbered = dict(
            connection.execute(
                "SELECT id, next_sequence - 1 FROM subscription WHERE id = ANY(%s)", (ids,)
            )
        )
    if behind:
        return f"{behind} are behind"
    taken = dict(zip(ids, (stage.queued.count, stage.pulled.count), strict=True))
    return "" if taken == numbered else f"{taken} notifications were taken of {numbered}"


async def _in_lanes(stage: Stage) -> str:
    connection = await connect(stage.hub.broker_url, name="test")
    try:
        channel = await open_channel(connection)
        classes = (*names.CLASSES, names.BULK)
        queues = [lane for each in classes for lane in names.lanes(each, LANES)]
        waiting = {queue: await queue_length(channel, queue) for queue in queues}
    finally:
        await close_quietly(connection)
    return f"{waiting} in lanes" if any(waiting.values()) else ""


async def _sent_receipts(hub: Doors) -> list[tuple[str, str | None, str, bytes]]:
    """Whatever waits in the partners' queues of receipts, but events of progress."""
    found: list[tuple[str, str | None, str, bytes]] = []
    connection = await connect(hub.broker_url, name="test")
    channel = await open_channel(connection)
    for slug in ("acme", "beside"):
        while not isinstance(
            (message := await channel.basic_get(names.receipts(slug), no_ack=True)).delivery,
            Basic.GetEmpty,
        ):
            said = message.header.properties
            if said.message_type == RECEIPT_TYPE:
                found.append((slug, said.correlation_id, said.content_type or "", message.body))
    await close_quietly(connection)
    return found


@contextlib.asynccontextmanager
async def _in_the_background(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """As long as the block lasts; what fails there ends the block."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in works]
        yield
        for task in tasks:
            task.cancel()


def _scripts(stage: Stage) -> Scripts:
    count = stage.load.singles
    return {
        "beside": singles.script("beside", count, 1_000),
        "caller": singles.script("caller", count, 2_000),
    }


def _fetch_outcomes(stage: Stage, batch: str) -> None:
    with stage.door() as door:
        traces.write_outcomes(stage.traces, door, batch)
