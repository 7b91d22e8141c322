"""Groups of chunks that are read while the one before them is decided: used where nothing moved, thrown away else."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from typing import Any

import psycopg
import pytest

from router.pipeline import bulk, chunk_group, read_ahead
from router.pipeline.read_ahead import Readers
from router.worker.bulk import BulkDecider
from tests.integration.test_batch_faults import cut, reference
from tests.support.batching import Batching, lines, pumps
from tests.support.doors import until
from tests.support.mapping import batteries

AHEAD, DECIDING = "ahead", "deciding"


class Reader:
    """A bulk worker in the test's own thread, chunks of ten rows, two a group."""

    def __init__(
        self,
        hub: Batching,
        step: Callable[[str], None] = lambda _step: None,
        readers: Readers | None = None,
    ) -> None:
        self.pipeline = hub.bulk_pipeline(step, readers)
        self._decider = BulkDecider(
            self.pipeline, hub.database, attempts_limit=3, chunks_per_commit=2
        )

    def decide(self, batch: int, up_to: int, *, redelivered: bool = False) -> None:
        self._decider.decide([reference(batch, up_to, redelivered=redelivered)])
        # Read before the test goes on.
        wait([begun.group for begun in self.pipeline._ahead._begun.values()])


@pytest.fixture
def worker(hub: Batching) -> Iterator[Reader]:
    reader = Reader(hub)
    yield reader
    reader.pipeline.close()


@pytest.fixture(params=["a thread", "a process"])
def either(hub: Batching, request: Any) -> Iterator[Reader]:
    """Whoever it is that reads ahead."""
    reader = Reader(hub, readers=hub.reading_processes() if request.param == "a process" else None)
    yield reader
    reader.pipeline.close()


@pytest.fixture
def log(monkeypatch) -> list[tuple[int, str]]:
    """(number of a chunk, thread), each time that one is read."""
    found: list[tuple[int, str]] = []
    read = bulk.read_chunk

    def noting(chunk: Any, *rest: Any) -> Any:
        is_ahead = threading.current_thread().name.startswith("ahead")
        found.append((chunk.number, AHEAD if is_ahead else DECIDING))
        return read(chunk, *rest)

    monkeypatch.setattr(bulk, "read_chunk", noting)
    return found


@pytest.fixture
def prepared(monkeypatch) -> list[list[int]]:
    """Numbers of the chunks of a group, each time that one is prepared by the thread that decides."""
    found: list[list[int]] = []
    prepare = chunk_group.prepare_chunks

    def noting(chunks: Any, *rest: Any) -> Any:
        found.append([each.chunk.number for each in chunks])
        return prepare(chunks, *rest)

    monkeypatch.setattr(chunk_group, "prepare_chunks", noting)
    return found


def decided(hub: Batching, batch: int) -> list[int]:
    found = hub.rows(
        "SELECT number FROM batch_chunk WHERE batch = %s AND decided_at IS NOT NULL ORDER BY decided_at, number",
        batch,
    )
    return [number for (number,) in found]


def each_row_once(hub: Batching, id: str, rows: int) -> None:
    outcomes = hub.outcomes(id)
    assert [each["item"] for each in outcomes] == list(range(1, rows + 1))
    assert {each["status"] for each in outcomes} == {"accepted"}
    assert set(hub.records().values()) == {1}


async def test_the_next_group_is_read_and_prepared_on_a_thread_of_its_own(
    hub, worker, log, prepared
):
    id, batch = await cut(hub, 60)
    worker.decide(batch, 6)
    assert sorted(log) == [(1, DECIDING), (2, DECIDING), *((n, AHEAD) for n in (3, 4, 5, 6))]
    assert prepared == [[1, 2]]
    assert decided(hub, batch) == [1, 2, 3, 4, 5, 6]
    each_row_once(hub, id, 60)


async def test_a_batch_that_is_paused_in_between_is_not_gone_on_with(hub, worker, log):
    id, batch = await cut(hub, 60)
    worker.decide(batch, 2)
    hub.wish(id, "pause")
    worker.decide(batch, 6)
    assert decided(hub, batch) == [1, 2]
    hub.wish(id, "run")
    worker.decide(batch, 6)
    assert decided(hub, batch) == [1, 2, 3, 4, 5, 6]
    assert log.count((3, AHEAD)) == log.count((3, DECIDING)) == 1
    each_row_once(hub, id, 60)


async def test_after_a_cancel_nothing_that_was_read_ahead_is_decided(hub, either):
    id, batch = await cut(hub, 60)
    either.decide(batch, 2)
    hub.wish(id, "cancel")
    either.decide(batch, 6)
    assert decided(hub, batch) == [1, 2]
    assert len(hub.records()) == 20


@pytest.mark.parametrize("by_then", [3, 4])
async def test_what_another_worker_decided_meanwhile_is_not_decided_again(hub, either, by_then):
    id, batch = await cut(hub, 60)
    either.decide(batch, 2)
    other = Reader(hub)
    other.pipeline.decide(other.pipeline.next_chunks(batch, up_to=by_then, limit=2))
    other.pipeline.close()
    either.decide(batch, 6)
    assert decided(hub, batch) == [1, 2, 3, 4, 5, 6]
    each_row_once(hub, id, 60)


async def test_what_was_published_in_between_has_the_group_read_anew(hub, worker, log):
    id, batch = await cut(hub, 60)
    worker.decide(batch, 2)
    data = {"document": batteries("1.0")}
    receipt = hub.hub.registry.send("acme", "mapping_profile.publish", data)
    assert receipt["status"] == "accepted"
    worker.decide(batch, 4)
    assert [each for each in log if each[0] in (3, 4)] == [
        (3, AHEAD), (4, AHEAD), (3, DECIDING), (4, DECIDING)
    ]  # fmt: skip
    each_row_once(hub, id, 40)


async def test_a_sender_that_is_no_partner_any_more_is_refused_in_the_very_next_group(hub, either):
    id, batch = await cut(hub, 60)
    either.decide(batch, 2)
    with hub.database.writing() as connection:
        connection.execute("UPDATE partner SET is_active = false WHERE slug = 'acme'")
    either.decide(batch, 4)
    statuses = [each["status"] for each in hub.outcomes(id)]
    assert statuses == ["accepted"] * 20 + ["rejected"] * 20


async def test_where_the_world_moved_a_group_is_prepared_anew(hub, prepared):
    id, batch = await cut(hub, 60)
    loaded = 0

    def moved(step: str) -> None:
        nonlocal loaded
        loaded += step == "loaded"
        if step == "loaded" and loaded == 2:
            raise psycopg.errors.SerializationFailure

    worker = Reader(hub, moved)
    worker.decide(batch, 6)
    worker.pipeline.close()
    assert prepared == [[1, 2], [3, 4]]
    assert decided(hub, batch) == [1, 2, 3, 4, 5, 6]
    each_row_once(hub, id, 60)


async def test_a_chunk_on_which_the_hub_fails_while_it_reads_ahead_is_refused_alone(
    hub, worker, monkeypatch
):
    id, batch = await cut(hub, 60)
    read = bulk.read_chunk

    def fails(chunk: Any, *rest: Any) -> Any:
        if chunk.number == 4:
            raise ValueError("a bug")
        return read(chunk, *rest)

    monkeypatch.setattr(bulk, "read_chunk", fails)
    worker.decide(batch, 6)
    statuses = [each["status"] for each in hub.outcomes(id)]
    assert statuses == ["accepted"] * 30 + ["rejected"] * 10 + ["accepted"] * 20
    assert hub.rows("SELECT headers->>'chunk' FROM dead_letter") == [("4",)]


async def test_where_the_reading_thread_cannot_connect_the_deciding_one_reads(
    hub, worker, log, monkeypatch
):
    id, batch = await cut(hub, 60)

    def away() -> psycopg.Connection:
        raise psycopg.OperationalError("away")

    monkeypatch.setattr(worker.pipeline._ahead._readers._reader, "_connect", away)
    worker.decide(batch, 6)
    assert {thread for _, thread in log} == {DECIDING}
    each_row_once(hub, id, 60)


async def test_what_waited_long_is_read_anew(hub, worker, log, monkeypatch):
    id, batch = await cut(hub, 40)
    worker.decide(batch, 2)
    monkeypatch.setattr(read_ahead, "_LONGEST_SECONDS", -1.0)
    worker.decide(batch, 4)
    assert sorted(log)[2:] == [(3, AHEAD), (3, DECIDING), (4, AHEAD), (4, DECIDING)]
    each_row_once(hub, id, 40)


async def test_a_group_that_is_ahead_stays_while_another_partners_is_decided(hub, worker, log):
    id, batch = await cut(hub, 40)
    other = hub.send("other", lines(pumps(40, first=500)))
    async with hub.splitting():
        await until(lambda: hub.progress(other).rows_read == 40)
    (others_batch,) = hub.rows("SELECT row FROM batch WHERE id = %s", other)[0]
    worker.decide(batch, 2)
    worker.decide(others_batch, 2)
    worker.decide(batch, 4)
    assert log.count((3, AHEAD)) == log.count((4, AHEAD)) == 1
    assert (3, DECIDING) not in log
    assert decided(hub, batch) == [1, 2, 3, 4]
    assert decided(hub, others_batch) == [1, 2]
    assert len(hub.outcomes(id)) == 40


async def test_a_chunk_that_comes_again_is_tried_alone_and_nothing_is_read_ahead(hub, worker, log):
    id, batch = await cut(hub, 40)
    worker.decide(batch, 4, redelivered=True)
    assert log == [(number, DECIDING) for number in (1, 2, 3, 4)]
    each_row_once(hub, id, 40)


@pytest.mark.parametrize("policy", [{"dry_run": True}, {"accept": "all_or_nothing"}])
async def test_nothing_is_read_ahead_of_a_dry_run_or_of_a_batch_that_is_taken_whole(
    hub, worker, log, policy
):
    id = hub.send("acme", lines(pumps(40)), policy=policy)
    async with hub.splitting():
        await until(lambda: hub.progress(id).rows_read == 40)
    (batch,) = hub.rows("SELECT row FROM batch WHERE id = %s", id)[0]
    worker.decide(batch, 4)
    assert {thread for _, thread in log} == {DECIDING}
    assert len(hub.outcomes(id)) == 40
