"""From a file that is there to its receipt: cut, decided chunk by chunk, answered once."""

import asyncio
import gzip

import pytest
import zstandard

from router.broker import names
from router.broker.connection import close_quietly, connect, open_channel
from router.broker.publisher import Fate
from tests.support.batching import Batching, lines, pumps
from tests.support.doors import until
from tests.support.registry import heat_pump


async def test_every_row_of_a_file_is_answered_and_the_receipt_counts_them(hub: Batching):
    items = pumps(45)
    items[7]["attributes"]["import_capacity_kw"] = -1
    items[31] = {**items[3]}  # the same device again
    async with hub.running():
        id = hub.send("acme", lines(items))
        done = await hub.ended(id)
        (_, receipt), (_, event) = told = await hub.told("acme", 2)
    assert [kind for kind, _ in told] == ["fmar.receipt", "fmar.batch.progress"]
    event = event["data"]
    refused = hub.receipt(id)["items"]
    assert (done.status, done.rows, done.rows_read, done.answered) == ("done", 45, 45, 45)
    assert (done.accepted, done.rejected) == (43, 2)
    assert receipt["batch"] == id
    assert receipt["status"] == "partially_accepted"
    assert receipt["counts"] == {
        "rows": 45, "accepted": 43, "rejected": 2, "unchanged": 0, "superseded": 0, "scheduled": 0, "warnings": 0,
    }  # fmt: skip
    assert receipt["by_rule"] == {"SCH-RANGE": 1, "ASSET-02": 1}
    assert [(i["item"], i["place"]) for i in refused] == [(8, "line 8"), (32, "line 32")]
    assert event["status"] == "done"
    outcomes = hub.outcomes(id)
    assert [outcome["item"] for outcome in outcomes] == list(range(1, 46))
    assert {o["id"] for o in outcomes if "id" in o} == set(hub.records())


async def test_changes_name_the_batch_s_message_from_the_first_chunk_on(hub: Batching):
    async with hub.running():
        id = hub.send("acme", lines(pumps(12)), message_id="load-1")
        await hub.ended(id)
    assert hub.hub.registry.audit().problems == 0
    (row,) = hub.rows("SELECT row FROM batch WHERE id = %s", id)[0]
    found = hub.rows("SELECT DISTINCT message FROM change WHERE event = 'asset.registered'")
    assert found == [(row,)]


async def test_bytes_that_are_not_there_yet_are_waited_for(hub: Batching):
    body = lines(pumps(60))
    id = hub.announce("acme", body)
    hub.put(id, "acme", 1, body[:9_000])
    async with hub.running():
        await until(lambda: hub.progress(id).accepted > 0)
        assert hub.progress(id).rows is None
        hub.put(id, "acme", 2, body[9_000:])
        hub.complete(id, "acme", body)
        done = await hub.ended(id)
    assert (done.status, done.accepted) == ("done", 60)


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])  # fmt: skip
async def test_compressed_files_are_expanded_on_the_way(hub: Batching, encoding, compress):
    async with hub.running():
        id = hub.send("acme", compress(lines(pumps(30))), content_encoding=encoding)
        assert (await hub.ended(id)).accepted == 30


async def test_a_compressed_file_that_is_cut_off_is_answered_as_far_as_it_goes(hub: Batching):
    body = gzip.compress(lines(pumps(200)))[:-200]
    async with hub.running():
        id = hub.send("acme", body, content_encoding="gzip")
        done = await hub.ended(id)
    receipt = hub.receipt(id)
    assert done.status == "done"
    assert receipt["status"] in ("partially_accepted", "rejected")
    assert {reason["rule"] for reason in receipt["reasons"]} == {"MSG-02"}
    assert done.accepted == len(hub.records()) < 200


async def test_a_format_that_is_not_cut_is_refused_as_a_whole(hub: Batching):
    async with hub.running():
        id = hub.send("acme", b"pixels", media_type="image/png")
        done = await hub.ended(id)
    assert done.status == "failed"
    assert {reason["rule"] for reason in hub.receipt(id)["reasons"]} == {"MSG-01"}


async def test_batches_of_one_partner_run_in_the_order_in_which_they_were_opened(hub: Batching):
    first = hub.send("acme", lines(pumps(40)))
    second = hub.send(
        "acme",
        lines(heat_pump(f"S-{n}", n, attributes={"import_capacity_kw": 9}) for n in range(1, 41)),
        policy={"existing": "update"},
    )
    async with hub.running():
        last = await hub.ended(second)
    assert hub.progress(first).finished_at <= last.started_at
    assert set(hub.records().values()) == {2}


async def test_a_partner_s_batch_does_not_wait_for_another_s(hub: Batching):
    long = hub.send("acme", lines(pumps(600)))
    short = hub.send("other", lines(pumps(20, first=5_000)))
    async with hub.running():
        done = await hub.ended(short)
        assert hub.progress(long).finished_at is None or hub.progress(long).finished_at > done.finished_at  # fmt: skip
        assert (await hub.ended(long)).accepted == 600


async def test_a_batch_that_is_paused_stands_still_and_goes_on_after_a_restart(hub: Batching):
    id = hub.send("acme", lines(pumps(300)))
    async with hub.running():
        await until(lambda: hub.progress(id).accepted > 20)
        hub.wish(id, "pause")
        await until(lambda: hub.progress(id).status == "paused")
        held = hub.progress(id).accepted
    async with hub.running():
        await asyncio.sleep(0.5)  # long enough for many chunks
        assert hub.progress(id).accepted == held < 300
        hub.wish(id, "run")
        assert (await hub.ended(id)).accepted == 300


async def test_after_a_cancel_no_chunk_is_decided_and_what_was_done_stands(hub: Batching):
    id = hub.send("acme", lines(pumps(300)))
    async with hub.running():
        await until(lambda: hub.progress(id).accepted > 20)
        hub.wish(id, "cancel")
        done = await hub.ended(id)
        second = hub.send("acme", lines(pumps(5, first=2_000)))
        await hub.ended(second)
    receipt = hub.receipt(id)
    assert done.status == "cancelled"
    assert done.accepted == len(hub.records()) - 5 == receipt["counts"]["accepted"] < 300
    assert receipt["status"] == "partially_accepted"
    assert [reason["rule"] for reason in receipt["reasons"]] == ["BATCH-03"]
    assert hub.rows("SELECT 1 FROM batch_chunk WHERE body IS NOT NULL") == []


async def test_a_partner_cannot_reach_the_bulk_lanes(hub: Batching):
    async with hub.hub.client("acme") as client:
        for exchange in (names.INTAKE, names.REFERENCE):
            fate = await client.publish(b"", "m", key=names.key("acme", names.BULK), exchange=exchange)  # fmt: skip
            assert fate is not Fate.confirmed
    connection = await connect(hub.hub.broker_url, name="test")
    channel = await open_channel(connection)
    for number in range(2):
        queue = names.lane(names.BULK, number)
        assert (await channel.queue_declare(queue, passive=True)).message_count == 0
    await close_quietly(connection)
