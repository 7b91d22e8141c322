"""Processes that read the next chunks of a batch: used, replaced when they die, gone with the worker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from psycopg.errors import ReadOnlySqlTransaction

from registry_store.dead_letters import dead_letters
from router.bootstrap import chunk_reader
from router.pipeline import bulk, chunk_group
from router.pipeline.group_reading import Following
from router.pipeline.reading_processes import ReadingProcesses
from router.worker.bulk import BulkDecider
from tests.integration.test_batch_faults import cut, reference
from tests.integration.test_batch_read_ahead import decided, each_row_once
from tests.support import chunk_readers
from tests.support.batching import Batching, lines, pumps
from tests.support.chunk_readers import FATAL_CHUNK
from tests.support.mapping import batteries


class Worker:
    """A bulk worker in the test's own thread, with one process that reads; chunks of ten rows, two a group."""

    def __init__(self, hub: Batching, make: Callable[..., Any] = chunk_reader) -> None:
        self.readers = hub.reading_processes(1, make)
        self.pipeline = hub.bulk_pipeline(readers=self.readers)
        self._decider = BulkDecider(
            self.pipeline, hub.database, attempts_limit=3, chunks_per_commit=2
        )

    def decide(self, batch: int, up_to: int) -> None:
        self._decider.decide([reference(batch, up_to)])
        wait([begun.group for begun in self.pipeline._ahead._begun.values()])

    def pids(self) -> list[int]:
        pool = self.readers._pool
        return [] if pool is None else list(pool._processes)


@pytest.fixture
def worker(hub: Batching) -> Iterator[Worker]:
    opened = Worker(hub)
    yield opened
    opened.pipeline.close()


@pytest.fixture
def own_reading(monkeypatch) -> list[int]:
    """Numbers of the chunks that the process itself reads that decides."""
    found: list[int] = []
    read = bulk.read_chunk

    def noting(chunk: Any, *rest: Any) -> Any:
        found.append(chunk.number)
        return read(chunk, *rest)

    monkeypatch.setattr(bulk, "read_chunk", noting)
    return found


async def test_all_but_the_first_group_come_read_and_prepared(
    hub, worker, own_reading, monkeypatch
):
    id, batch = await cut(hub, 60)
    prepared: list[int] = []
    prepare = chunk_group.prepare_chunks

    def noting(chunks: Any, *rest: Any) -> Any:
        prepared.extend(each.chunk.number for each in chunks)
        return prepare(chunks, *rest)

    monkeypatch.setattr(chunk_group, "prepare_chunks", noting)
    worker.decide(batch, 6)
    assert own_reading == prepared == [1, 2]
    assert decided(hub, batch) == [1, 2, 3, 4, 5, 6]
    each_row_once(hub, id, 60)


async def test_what_was_published_in_between_has_the_group_read_with_it(hub, worker, own_reading):
    id, batch = await cut(hub, 60)
    worker.decide(batch, 2)
    data = {"document": batteries("1.0")}
    receipt = hub.hub.registry.send("acme", "mapping_profile.publish", data)
    assert receipt["status"] == "accepted"
    worker.decide(batch, 6)
    assert own_reading == [1, 2, 3, 4], "read with the catalogue of before, and read anew"
    each_row_once(hub, id, 60)


async def test_what_a_refused_row_names_is_noted_of_chunks_that_come_read(hub, worker, own_reading):
    items = pumps(60)
    items[45]["attributes"]["connection_status"] = "conected"
    policy = {"existing": "update", "reconcile": True}
    _, batch = await cut(hub, 60, lines(items), policy=policy)
    worker.decide(batch, 6)
    assert own_reading == [1, 2]
    ((number, named),) = hub.rows(
        "SELECT number, named FROM batch_chunk WHERE batch = %s AND named IS NOT NULL", batch
    )
    assert (number, [scheme for scheme, _, _ in named]) == (5, ["device"])


async def test_a_reader_that_is_killed_is_replaced_and_nothing_is_lost(hub, worker):
    id, batch = await cut(hub, 80)
    worker.decide(batch, 2)
    (killed,) = worker.pids()
    os.kill(killed, signal.SIGKILL)
    worker.decide(batch, 6)
    worker.readers._not_before = 0.0
    worker.readers.start()
    assert worker.pids() not in ([], [killed])
    worker.decide(batch, 8)
    assert decided(hub, batch) == [1, 2, 3, 4, 5, 6, 7, 8]
    each_row_once(hub, id, 80)
    assert hub.rows("SELECT 1 FROM delivery_attempt") == []


async def test_what_a_reader_died_over_is_tried_alone_and_counted(hub, own_reading, monkeypatch):
    id, batch = await cut(hub, 60)
    worker = Worker(hub, chunk_readers.killed)
    counted: list[list[int]] = []
    count = BulkDecider._counted

    def noting(self: BulkDecider, chunks: Any) -> None:
        counted.append([each.number for each in chunks])
        count(self, chunks)

    monkeypatch.setattr(BulkDecider, "_counted", noting)
    worker.decide(batch, 6)
    worker.pipeline.close()
    assert counted == [[3], [FATAL_CHUNK]]
    assert decided(hub, batch) == [1, 2, 3, 4, 5, 6]
    each_row_once(hub, id, 60)


async def test_a_chunk_that_an_adapter_fails_on_in_either_process_is_refused_alone(
    hub, monkeypatch
):
    id, batch = await cut(hub, 60)
    read = bulk.read_chunk

    def fails(chunk: Any, *rest: Any) -> Any:
        if chunk.number == FATAL_CHUNK:
            raise ValueError("a bug")
        return read(chunk, *rest)

    monkeypatch.setattr(bulk, "read_chunk", fails)
    worker = Worker(hub, chunk_readers.failing)
    (before,) = worker.pids()
    worker.decide(batch, 6)
    assert worker.pids() == [before], "a bug is no end of the process"
    worker.pipeline.close()
    statuses = [each["status"] for each in hub.outcomes(id)]
    assert statuses == ["accepted"] * 30 + ["rejected"] * 10 + ["accepted"] * 20
    with hub.database.reading() as connection:
        (letter,) = dead_letters(connection)
    assert (letter.cause, letter.headers["chunk"]) == ("ValueError", FATAL_CHUNK)
    assert len(letter.body.splitlines()) == 10


@pytest.mark.parametrize(("count", "started"), [(19, False), (20, True)])
def test_processes_are_started_for_a_file_of_some_length(hub, count: int, started: bool):
    readers = ReadingProcesses(1, partial(chunk_reader, hub.hub.settings), ())
    asked = readers.begin(Following(1, count, 2), hub.hub.registry.pipeline.setting(), None)
    assert asked is None, "nobody waits for them"
    assert (readers._pool is not None) is started
    readers.close()


async def test_what_was_not_cut_when_it_was_asked_for_is_asked_for_again(hub, worker, monkeypatch):
    id, batch = await cut(hub, 40)
    asked: list[int] = []
    begin = worker.readers.begin

    def noting(wanted: Following, *rest: Any) -> Any:
        asked.append(wanted.after)
        if asked.count(wanted.after) == 1:
            return wait_for(begin(wanted._replace(after=wanted.after + 100), *rest))
        return begin(wanted, *rest)

    def wait_for(found: Any) -> Any:
        assert found.result() is None
        return found

    monkeypatch.setattr(worker.readers, "begin", noting)
    worker.decide(batch, 4)
    assert asked == [2, 2, 4, 4]
    each_row_once(hub, id, 40)


async def test_where_no_reader_can_begin_the_worker_reads_and_tries_less_and_less(hub):
    id, batch = await cut(hub, 60)
    worker = Worker(hub, chunk_readers.never_there)
    worker.decide(batch, 6)
    each_row_once(hub, id, 60)
    now = time.monotonic()
    assert worker.readers._not_before > now
    assert worker.pids() == []
    worker.pipeline.close()


def test_a_reader_writes_nothing(hub):
    reader = chunk_reader(hub.hub.settings).reader
    with pytest.raises(ReadOnlySqlTransaction):
        reader.connection().execute("UPDATE partner SET is_active = false")
    reader.close()


def test_readers_end_with_a_worker_that_is_killed(hub, tmp_path):
    """And know nothing of it by their command line: the address of the database has a password in it."""
    home, script = hub.hub.settings.home, tmp_path / "starting.py"
    script.write_text(
        "import time\n"
        "from functools import partial\n"
        "from router.bootstrap import chunk_reader\n"
        "from router.pipeline.reading_processes import ReadingProcesses\n"
        "from router.settings import Settings\n"
        "if __name__ == '__main__':\n"
        "    readers = ReadingProcesses(2, partial(chunk_reader, Settings()), ())\n"
        "    readers.start()\n"
        "    print('there', flush=True)\n"
        "    time.sleep(60)\n"
    )
    url = hub.hub.settings.database_url.get_secret_value()
    variables = {**os.environ, "HUB_HOME": str(home), "HUB_DATABASE_URL": url}
    variables["PYTHONPATH"] = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, str(script)], env=variables, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) >= 2
    assert not any(url in " ".join(child.cmdline()) for child in children)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []


def test_readers_end_when_the_worker_closes(hub):
    readers: ReadingProcesses = hub.reading_processes(2)
    children = [psutil.Process(pid) for pid in readers._pool._processes]
    readers.close()
    assert psutil.wait_procs(children, timeout=10)[1] == []
