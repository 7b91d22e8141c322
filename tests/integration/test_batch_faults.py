"""What goes wrong under a batch: lost references, chunks that come twice, chunks that the hub fails on."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from registry_store.dead_letters import dead_letters
from registry_store.delivery_attempts import count_attempt
from router.batches import run, splitter
from router.batches.references import ChunkReference, publication
from router.broker import names
from router.broker.connection import close_quietly, connect, open_channel
from router.pipeline import bulk
from router.worker.arrival import Arrival
from router.worker.bulk import BulkDecider
from router.worker.deciding import Entry
from router.worker.reading import Unanswerable
from tests.support.batching import Batching, lines, pumps
from tests.support.doors import registration, until


class Died(BaseException):
    """The end of a worker, as far as a test can stand it."""


def decider(hub: Batching, pipeline: Any, *, attempts_limit: int = 2) -> BulkDecider:
    return BulkDecider(pipeline, hub.database, attempts_limit=attempts_limit, chunks_per_commit=2)


def reference(batch: int, chunk: int, *, redelivered: bool = False) -> Entry:
    said = publication("acme", ChunkReference(batch, chunk))
    properties = said.properties()
    lane = names.lane(names.BULK, 0)
    arrival = Arrival(1, lane, said.exchange, said.routing_key, redelivered, properties, b"")
    return Entry(arrival, Unanswerable("", ""))


async def cut(hub: Batching, count: int, body: bytes | None = None, **said: Any) -> tuple[str, int]:
    """A batch that is cut and not decided: its id and row. `body`: of so many rows."""
    id = hub.send("acme", lines(pumps(count)) if body is None else body, **said)
    async with hub.splitting():
        await until(lambda: hub.progress(id).rows_read == count)
    return id, hub.rows("SELECT row FROM batch WHERE id = %s", id)[0][0]


def failing_on(pipeline: Any, chunk: int, error: BaseException) -> Any:
    """The pipeline, but for groups that hold one chunk."""

    def decide(chunks: Any, **rest: Any) -> Any:
        if any(each.number == chunk for each in chunks):
            raise error
        return pipeline.decide(chunks, **rest)

    return SimpleNamespace(
        ahead=pipeline.ahead,
        next_chunks=pipeline.next_chunks,
        decide=decide,
        bury=pipeline.bury,
        close=pipeline.close,
    )


async def test_references_that_the_broker_lost_are_handed_over_again(hub: Batching, monkeypatch):
    monkeypatch.setattr(run, "_SILENCE_SECONDS", 1.0)
    id = hub.send("acme", lines(pumps(100)))
    async with hub.splitting():
        await until(lambda: hub.progress(id).rows_read == 80)  # eight chunks of ten, and no more
        connection = await connect(hub.hub.broker_url, name="test")
        channel = await open_channel(connection)
        for number in range(2):
            await channel.queue_purge(names.lane(names.BULK, number))
        await close_quietly(connection)
        async with hub.deciding():
            assert (await hub.ended(id)).accepted == 100


async def test_no_more_than_eight_chunks_wait_for_their_decision(hub: Batching):
    id = hub.send("acme", lines(pumps(300)))
    async with hub.splitting():
        await until(lambda: hub.progress(id).rows_read == 80)
        await asyncio.sleep(0.3)  # long enough for many more
        assert hub.progress(id).rows_read == 80


async def test_a_reference_that_comes_twice_decides_nothing_twice(hub: Batching):
    id, row = await cut(hub, 40)
    pipeline = hub.bulk_pipeline()
    deciding = decider(hub, pipeline)
    for chunk in (2, 2, 1, 4, 4):
        deciding.decide([reference(row, chunk)])
    pipeline.close()
    assert [outcome["item"] for outcome in hub.outcomes(id)] == list(range(1, 41))
    assert set(hub.records().values()) == {1}
    assert hub.rows("SELECT count(*) FROM change WHERE event = 'asset.registered'") == [(40,)]


async def test_chunks_are_decided_in_their_order_whatever_reference_comes_first(hub: Batching):
    _, row = await cut(hub, 60)
    pipeline = hub.bulk_pipeline()
    decider(hub, pipeline).decide([reference(row, 6), reference(row, 3)])
    pipeline.close()
    decided = hub.rows("SELECT number FROM batch_chunk ORDER BY decided_at, number")
    assert decided == [(1,), (2,), (3,), (4,), (5,), (6,)]


async def test_a_chunk_that_the_hub_fails_on_is_kept_and_the_batch_goes_on(hub: Batching, monkeypatch):  # fmt: skip
    read = bulk.read_chunk

    def fails(chunk: Any, *rest: Any) -> Any:
        if chunk.number == 3:
            raise ValueError("a bug")
        return read(chunk, *rest)

    monkeypatch.setattr(bulk, "read_chunk", fails)
    async with hub.running():
        id = hub.send("acme", lines(pumps(50)))
        done = await hub.ended(id)
    assert (done.status, done.accepted, done.rejected) == ("done", 40, 10)
    refused = [outcome for outcome in hub.outcomes(id) if outcome["status"] == "rejected"]
    assert [outcome["item"] for outcome in refused] == list(range(21, 31))
    assert {reason["rule"] for outcome in refused for reason in outcome["reasons"]} == {"MSG-14"}
    with hub.database.reading() as connection:
        (letter,) = dead_letters(connection)
    assert letter.cause == "ValueError"
    assert letter.headers == {"batch": id, "chunk": 3}
    assert len(letter.body.splitlines()) == 10


async def test_a_chunk_over_which_the_worker_dies_is_given_up_after_some_attempts(hub: Batching):
    id, row = await cut(hub, 50)
    pipeline = hub.bulk_pipeline()
    deciding = decider(hub, failing_on(pipeline, 3, Died()), attempts_limit=2)
    for _ in range(2):
        with pytest.raises(Died):
            deciding.decide([reference(row, 5, redelivered=True)])
    deciding.decide([reference(row, 5, redelivered=True)])
    pipeline.close()
    statuses = [outcome["status"] for outcome in hub.outcomes(id)]
    assert statuses == ["accepted"] * 20 + ["rejected"] * 10 + ["accepted"] * 20
    with hub.database.reading() as connection:
        (letter,) = dead_letters(connection)
    assert letter.cause == "crashed_the_worker"
    assert hub.rows("SELECT 1 FROM delivery_attempt") == []


async def test_a_file_that_the_splitter_fails_on_is_answered_and_the_next_one_runs(
    hub: Batching, monkeypatch
):
    opened = run.open_file

    def fails(connection: Any, batch: Any, *rest: Any) -> Any:
        if batch.message_id == "bad":
            raise ValueError("a bug")
        return opened(connection, batch, *rest)

    monkeypatch.setattr(run, "open_file", fails)
    bad = hub.send("acme", lines(pumps(5)), message_id="bad")
    good = hub.send("acme", lines(pumps(5)), message_id="good")
    async with hub.running():
        assert (await hub.ended(good)).accepted == 5
    assert hub.progress(bad).status == "failed"
    assert [reason["rule"] for reason in hub.receipt(bad)["reasons"]] == ["MSG-14"]


async def test_a_second_splitter_goes_on_when_the_first_ends(hub: Batching):
    id = hub.send("acme", lines(pumps(400)))
    async with hub.deciding(), hub.splitting():
        async with hub.splitting():
            await until(lambda: hub.progress(id).accepted > 20)
        assert (await hub.ended(id)).accepted == 400
    (count,) = hub.rows("SELECT count(DISTINCT first_item) FROM batch_chunk")[0]
    assert count == 40


async def test_two_partners_advance_side_by_side(hub: Batching):
    first = hub.send("acme", lines(pumps(400)))
    second = hub.send("other", lines(pumps(400, first=5_000)))
    async with hub.running():
        ids = (first, second)
        await until(lambda: any(hub.progress(id).accepted == 400 for id in ids))
        behind = min(hub.progress(id).accepted for id in ids)
        await hub.ended(first)
        await hub.ended(second)
    assert behind > 0, "the other did not wait for the end of the first"


async def test_a_single_message_is_answered_while_a_batch_runs(hub: Batching):
    id = hub.send("acme", lines(pumps(800)))
    async with hub.running(), hub.hub.working(), hub.hub.client("acme") as client:
        await until(lambda: hub.progress(id).accepted > 20)
        await client.publish(registration("m-1", point=9_000), "m-1")
        ((kind, body),) = await hub.told("acme", 1)
        assert hub.progress(id).finished_at is None
        assert (kind, body["data"]["status"]) == ("fmar.receipt", "accepted")
        await hub.ended(id, 60)


async def test_a_batch_is_not_given_up_because_the_database_was_away_often(
    hub: Batching, monkeypatch
):
    monkeypatch.setattr(splitter, "_MOST_ATTEMPTS", 1)
    monkeypatch.setattr(splitter, "_REST_SECONDS", 0.05)
    cutting = "SELECT pid FROM pg_stat_activity WHERE query LIKE %s AND pid <> pg_backend_pid()"
    async with hub.splitting():
        id = hub.send("acme", lines(pumps(20)))
        await until(lambda: hub.progress(id).rows == 20)
        for _ in range(3):
            found = await until(lambda: hub.rows(cutting, "SELECT b.status, b.wish, b.is_whole%"))
            for (pid,) in found:
                hub.rows("SELECT pg_terminate_backend(%s)", pid)
            await until(lambda gone=found: not set(gone) & set(hub.rows(cutting, "%")))
        async with hub.deciding():
            assert (await hub.ended(id)).accepted == 20
    assert hub.rows("SELECT 1 FROM delivery_attempt") == []


async def test_what_was_counted_of_a_batch_goes_with_its_end(hub: Batching):
    """A process that was killed leaves a count under the place where it was."""
    with hub.database.writing() as connection:
        count_attempt(connection, sender="acme", message_id="B-OTHER cut at 1")
    async with hub.splitting():
        id = hub.send("acme", lines(pumps(20)))
        with hub.database.writing() as connection:
            for name in ("cut at 1", "chunk 2"):
                count_attempt(connection, sender="acme", message_id=f"{id} {name}")
        async with hub.deciding():
            await hub.ended(id)
        await until(lambda: len(hub.rows("SELECT 1 FROM delivery_attempt")) == 1)
    assert hub.rows("SELECT message_id FROM delivery_attempt") == [("B-OTHER cut at 1",)]
