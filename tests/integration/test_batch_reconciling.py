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
