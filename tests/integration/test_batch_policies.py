"""How a batch wants to be taken: all or nothing, tried without being kept, over what is there; and sent again."""

from typing import Any

import pytest

from contracts import batches as contract
from registry_store.batches import repeating
from router.batches import run
from tests.support.batching import Batching, lines, pumps
from tests.support.doors import doors, until
from tests.support.registry import heat_pump

ALL_OR_NOTHING = {"accept": "all_or_nothing"}
UPDATE = {"existing": "update"}


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme")
        yield Batching(opened)


async def ran(hub: Batching, body: bytes, **said: Any) -> dict[str, Any]:
    """The receipt of a file that was sent and taken to its end."""
    id = hub.send("acme", body, **said)
    await hub.ended(id)
    return hub.receipt(id)


async def test_all_rows_of_a_batch_are_taken_in_one_transaction(hub: Batching):
    async with hub.running():
        receipt = await ran(hub, lines(pumps(35)), policy=ALL_OR_NOTHING)
    assert receipt["status"] == "accepted"
    assert len(hub.records()) == 35
    (segments,) = hub.rows(
        "SELECT count(*) FROM segment s WHERE EXISTS (SELECT 1 FROM change c WHERE c.event = 'asset.registered' "
        "AND c.position >= s.first_position AND c.position < s.first_position + s.count)"
    )[0]
    assert segments == 1


async def test_one_refused_row_leaves_nothing_done_and_every_other_row_says_so(hub: Batching):
    items = pumps(35)
    items[21]["attributes"]["import_capacity_kw"] = -1
    async with hub.running():
        id = hub.send("acme", lines(items), policy=ALL_OR_NOTHING)
        await hub.ended(id)
    receipt = hub.receipt(id)
    assert receipt["status"] == "rejected"
    assert hub.records() == {}
    assert receipt["counts"]["rejected"] == 35
    assert receipt["by_rule"] == {"BATCH-02": 34, "SCH-RANGE": 1}
    texts = {r["text"] for o in hub.outcomes(id) for r in o["reasons"] if r["rule"] == "BATCH-02"}
    assert texts == {"nothing was done, because of line 22: the batch is all or nothing"}


async def test_more_rows_than_one_transaction_takes_are_refused_before_any_is_decided(
    hub: Batching, monkeypatch
):
    monkeypatch.setattr(run, "MOST_ROWS_AT_ONCE", 30)
    async with hub.running():
        receipt = await ran(hub, lines(pumps(31)), policy=ALL_OR_NOTHING)
        fits = await ran(hub, lines(pumps(30)), policy=ALL_OR_NOTHING)
    assert [reason["rule"] for reason in receipt["reasons"]] == ["BATCH-01"]
    assert receipt["counts"]["rows"] == 0
    assert fits["counts"]["accepted"] == 30
    assert contract.MOST_ROWS_AT_ONCE == 20_000


async def test_a_dry_run_answers_as_the_real_one_and_keeps_nothing(hub: Batching):
    items = pumps(25)
    items[3]["attributes"]["import_capacity_kw"] = -1
    async with hub.running():
        tried = await ran(hub, lines(items), policy={"dry_run": True})
        assert hub.records() == {}
        assert hub.rows("SELECT count(*) FROM change WHERE event = 'asset.registered'") == [(0,)]
        taken = await ran(hub, lines(items))
    assert tried["message_id"] == taken["message_id"]
    for name in ("status", "counts", "by_rule", "items"):
        assert tried[name] == taken[name]
    assert len(hub.records()) == 24


async def test_update_takes_what_is_new_counts_what_is_unchanged_and_refuses_nothing(hub: Batching):
    old, new = {"statement_date": "2026-11-01"}, {"statement_date": "2026-11-08"}
    async with hub.running():
        first = await ran(hub, lines(pumps(20)), policy=UPDATE, **old)
        items = pumps(22)
        items[0]["attributes"]["import_capacity_kw"] = 9
        second = await ran(hub, lines(items), policy=UPDATE, **new)
        again = await ran(hub, lines(reversed(items)), policy=UPDATE, **new)
    assert first["counts"]["accepted"] == 20
    assert (second["counts"]["accepted"], second["counts"]["unchanged"]) == (3, 19)
    assert (again["counts"]["accepted"], again["counts"]["unchanged"]) == (0, 22)
    assert sorted(hub.records().values()) == [1] * 21 + [2]


async def test_an_older_statement_of_the_same_sender_is_superseded(hub: Batching):
    newer = [heat_pump(f"S-{n}", n, attributes={"import_capacity_kw": 9}) for n in range(1, 6)]
    async with hub.running():
        await ran(hub, lines(newer), policy=UPDATE, statement_date="2026-11-08")
        receipt = await ran(hub, lines(pumps(5)), policy=UPDATE, statement_date="2026-11-01")
    assert receipt["counts"]["superseded"] == 5
    assert receipt["by_rule"] == {"REC-02": 5}
    assert set(hub.records().values()) == {1}


async def test_refuse_overrules_what_the_rows_state(hub: Batching):
    async with hub.running():
        await ran(hub, lines(pumps(3)))
        items = lines({**item, "on_existing": "update"} for item in pumps(4))
        receipt = await ran(hub, items, policy={"existing": "refuse"})
    assert (receipt["counts"]["accepted"], receipt["by_rule"]) == (1, {"ASSET-02": 3})


@pytest.fixture(params=["by the log", "by the record"])
def looked_up(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to see whether a batch's records have changed."""
    if request.param == "by the record":
        monkeypatch.setattr(repeating, "_LOG_PER_RECORD", 0)
        monkeypatch.setattr(repeating, "_LOG_ALWAYS", 0)


@pytest.mark.usefixtures("looked_up")
async def test_the_same_file_again_gets_the_first_receipt_and_decides_nothing(hub: Batching):
    async with hub.running():
        first = hub.send("acme", lines(pumps(25)))
        await hub.ended(first)
        second = hub.send("acme", lines(pumps(25)))
        done = await hub.ended(second)
        told = [body for kind, body in await hub.told("acme", 4) if kind == "fmar.receipt"]
    assert told[0] == told[1]
    assert done.status == "done"
    assert hub.outcomes(second) == []
    assert set(hub.records().values()) == {1}


@pytest.mark.usefixtures("looked_up")
async def test_the_same_file_runs_again_once_its_records_were_touched(hub: Batching):
    body = lines(pumps(25))
    async with hub.running():
        first = await ran(hub, body, policy=UPDATE)
        changed = [heat_pump("S-3", 3, attributes={"import_capacity_kw": 8})]
        await ran(hub, lines(changed), policy=UPDATE)
        second = await ran(hub, body, policy=UPDATE)
    assert first["receipt_id"] != second["receipt_id"]
    assert (second["counts"]["accepted"], second["counts"]["unchanged"]) == (1, 24)
    id = first["message_id"]
    runs = hub.rows("SELECT run FROM message WHERE message_id = %s ORDER BY run", id)
    assert runs == [(0,), (1,)]


async def test_a_message_id_with_other_content_is_refused(hub: Batching):
    async with hub.running():
        await ran(hub, lines(pumps(5)), message_id="load-1")
        receipt = await ran(hub, lines(pumps(6)), message_id="load-1")
    assert [reason["rule"] for reason in receipt["reasons"]] == ["MSG-05"]
    assert len(hub.records()) == 5


async def test_a_cancelled_file_that_is_sent_again_runs_again(hub: Batching):
    body = lines(pumps(300))
    async with hub.running():
        first = hub.send("acme", body, policy=UPDATE)
        await until(lambda: hub.progress(first).accepted > 20)
        hub.wish(first, "cancel")
        done = await hub.ended(first)
        receipt = await ran(hub, body, policy=UPDATE)
    assert done.status == "cancelled"
    assert receipt["counts"]["unchanged"] == done.accepted
    assert receipt["counts"]["accepted"] == 300 - done.accepted


async def test_items_of_one_batch_may_lean_on_earlier_ones(hub: Batching):
    amends = [
        {"command": "asset.amend", "asset": {"ref": f"hp-{n}"}, "patch": {"attributes": {"scop": 4}}}
        for n in range(1, 31)
    ]  # fmt: skip
    items = [heat_pump(f"S-{n}", n, refs=[{"ref": f"hp-{n}"}]) for n in range(1, 31)]
    async with hub.running():
        receipt = await ran(hub, lines([*items, *amends]))
    assert receipt["counts"]["accepted"] == 60
    assert set(hub.records().values()) == {2}
