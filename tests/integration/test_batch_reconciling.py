"""A file reconciled and a first load told by its marker, through splitter, lanes and bulk worker to the end."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from registry_store.audit import verify
from router.bootstrap import hub_key
from tests.feed_running import cut_all, subscribe, told
from tests.support.batching import Batching, lines, pumps
from tests.support.command_line import CommandLine
from tests.support.doors import doors

RECONCILE = {"existing": "update", "reconcile": True}


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme")
        yield Batching(opened)


def statuses(hub: Batching) -> dict[str, int]:
    return dict(hub.rows("SELECT status, count(*) FROM record WHERE kind = 'asset' GROUP BY 1"))


async def test_what_a_later_file_leaves_out_is_listed_and_ended_when_its_number_is_confirmed(
    hub: Batching, tmp_path: Path
) -> None:
    async def said(*arguments: str) -> tuple[int, dict[str, Any]]:
        status, out, error = await CommandLine(hub)(*arguments, "--json")
        return status, orjson.loads(out) if out else {"error": error}

    async with hub.running():
        first = hub.send("acme", lines(pumps(30)), policy={"existing": "update"})
        await hub.ended(first)
        second = hub.send("acme", lines(pumps(30)[:27]), policy=RECONCILE)
        await hub.ended(second)
        assert hub.receipt(second)["missing"] == 3
        _, listed = await said("batch", "missing", second)
        assert listed["total"] == 3
        assert statuses(hub) == {"pending_validation": 30}
        status, refused = await said("batch", "missing", second, "--deregister", "2")
        assert status == 2
        assert "3 records were found missing, 2 are confirmed" in refused["error"]
        _, ending = await said("batch", "missing", second, "--deregister", "3")
        await hub.ended(ending["deregistering"])
    assert hub.receipt(ending["deregistering"])["counts"]["accepted"] == 3
    assert statuses(hub) == {"pending_validation": 27, "deregistered": 3}
    ended = hub.rows("SELECT id FROM record WHERE status = 'deregistered'")
    assert {id for (id,) in ended} == {each["id"] for each in listed["missing"]}


async def test_what_a_refused_row_still_names_is_told_apart_and_not_ended(hub: Batching) -> None:
    """By a reference, by accounting point, make and serial number, by neither; in a line that is no JSON."""
    known = [
        {**pump, "refs": [{"ref": f"HP-{number}"}]} for number, pump in enumerate(pumps(6), start=1)
    ]
    by_ref, by_device, by_nothing = (_wrong(pump) for pump in known[2:5])
    del by_ref["accounting_point"], by_device["refs"], by_nothing["refs"]
    by_nothing["attributes"].pop("serial_number")
    body = lines([*known[:2], by_ref, by_device, by_nothing]) + lines(known[5:])[:-3]
    async with hub.running():
        await hub.ended(hub.send("acme", lines(known), policy={"existing": "update"}))
        second = hub.send("acme", body, policy=RECONCILE)
        await hub.ended(second)
        receipt = hub.receipt(second)
        assert (receipt["missing"], receipt["missing_refused"]) == (2, 2)
        _, out, _ = await CommandLine(hub)("batch", "missing", second, "--json")
        listed = orjson.loads(out)
        assert (listed["total"], listed["refused"]) == (2, 2)
        found = {each["refs"][0]["ref"]: each["refused"] for each in listed["missing"]}
        assert found == {"HP-3": True, "HP-4": True, "HP-5": False, "HP-6": False}
        _, told_people, _ = await CommandLine(hub)("batch", "missing", second)
        assert "in a refused row" in told_people
        assert "2 more are stated by rows that were refused" in told_people
        status, _, error = await CommandLine(hub)("batch", "missing", second, "--deregister", "4")
        assert (status, "2 records were found missing, 4 are confirmed" in error) == (2, True)
        _, out, _ = await CommandLine(hub)(
            "batch", "missing", second, "--deregister", "2", "--json"
        )
        await hub.ended(orjson.loads(out)["deregistering"])
    ended = hub.rows("SELECT id FROM record WHERE status = 'deregistered'")
    assert {id for (id,) in ended} == {
        each["id"] for each in listed["missing"] if not each["refused"]
    }


def _wrong(pump: dict[str, Any]) -> dict[str, Any]:
    """With a typing error."""
    return {**pump, "attributes": {**pump["attributes"], "connection_status": "conected"}}


async def test_a_first_load_is_one_notification_and_the_log_verifies(hub: Batching) -> None:
    dso = subscribe(hub.hub.database, "acme")
    async with hub.running():
        id = hub.send("acme", lines(pumps(45)), policy={"notify": "snapshot"})
        await hub.ended(id)
    receipt = hub.receipt(id)
    assert receipt["counts"]["accepted"] == 45
    cut_all(hub.hub.database)
    (notification,) = told(hub.hub.database, dso)
    assert (notification["event"], notification["record"]["id"]) == (
        "load.completed",
        receipt["load"],
    )
    with hub.hub.database.dedicated() as connection:
        report = verify(connection, hub_key(hub.hub.settings))
    assert report.is_clean, report.findings
