"""Splitter and bulk worker killed at their points: the same registry, outcomes and receipts as undisturbed."""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from tests.conftest import FreshDatabase, FreshVhost
from tests.integration.conftest import KilledServer
from tests.support.batching import Batching, lines, pumps
from tests.support.doors import doors, until
from tests.support.running_hub import RunningHub, running

pytestmark = pytest.mark.timeout(300)

POINTS = {
    "split": (
        "split.after_head", "split.after_chunk", "split.after_publish", "split.after_cut", "split.before_end",
        "split.after_end",
    ),
    "bulk": (
        "bulk.before_decide", "chunks.before_commit", "chunks.after_commit", "worker.before_ack", "worker.after_ack",
        "bulk.read_ahead",
    ),
}  # fmt: skip
ROWS, SECONDS = 95, 90.0


@dataclass(frozen=True)
class Ending:
    """What the batches leave behind, without times, positions and random hashes and ids."""

    records: dict[tuple[str, int], Any]
    outcomes: list[list[dict[str, Any]]]
    receipts: list[dict[str, Any]]
    told: set[str]


def files() -> list[bytes]:
    """A load with faults in it, and a later edition of it."""
    first = pumps(ROWS, refs=[])
    first[13]["attributes"]["import_capacity_kw"] = -1
    second = pumps(ROWS + 10)
    for item in second[::7]:
        item["attributes"]["import_capacity_kw"] = 8
    return [lines(first), lines(second)]


def lasting(receipt: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in receipt.items() if name not in ("batch", "received_at")}


async def run(
    hub: Batching, folder: Path, kill_at: dict[str, str], disturb: Callable[[], None] | None
) -> Ending:
    settings = hub.hub.settings
    variables = {
        "HUB_HOME": str(settings.home), "HUB_DATABASE_URL": settings.database_url.get_secret_value(),
        "HUB_BROKER_URL": hub.hub.broker_url, "HUB_LANES_PER_CLASS": "2", "HUB_BATCH_CHUNK_ROWS": "10",
        "HUB_STOP_SECONDS": "10", "HUB_BATCH_READERS": "0",  # it is the worker that is killed
    }  # fmt: skip
    ids = [
        hub.send("acme", body, message_id=f"load-{n}", policy={"existing": "update"}, statement_date=f"2026-11-0{n}")
        for n, body in enumerate(files(), 1)
    ]  # fmt: skip
    processes = RunningHub(variables, folder, kill_at, names=("split", "bulk", "relay"))
    async with running(processes):
        if disturb is not None:
            await until(lambda: hub.progress(ids[0]).accepted > 20, SECONDS)
            await asyncio.to_thread(disturb)
        for id in ids:
            await until(partial(has_ended, hub, id), SECONDS)
        told = await _receipts(hub, {f"load-{n}" for n, _ in enumerate(ids, 1)})
        assert processes.killed() == kill_at.keys()
    report = hub.hub.registry.audit()
    assert report.is_clean, report.findings
    assert hub.rows("SELECT cause, detail FROM dead_letter") == []
    found = hub.rows(
        "SELECT r.id, v.version, v.content FROM record r JOIN record_version v ON v.record = r.row"
    )
    contents = {(id, version): json.loads(content) for id, version, content in found}
    for content in contents.values():
        content.pop("valid_from", None)
    receipts = [lasting(hub.receipt(id)) for id in ids]
    return Ending(contents, [hub.outcomes(id) for id in ids], receipts, told)


def has_ended(hub: Batching, id: str) -> bool:
    """No, while the database is away."""
    try:
        return hub.progress(id).finished_at is not None
    except (psycopg.Error, DBAPIError):
        return False


async def _receipts(hub: Batching, wanted: set[str]) -> set[str]:
    """Receipts of these messages from the partner's queue, once each: they may come twice."""
    found: dict[str, str] = {}
    async with asyncio.timeout(SECONDS):
        while found.keys() != wanted:
            ((kind, body),) = await hub.told("acme", 1)
            if kind == "fmar.receipt":
                text = json.dumps(lasting(body), sort_keys=True)
                assert found.setdefault(body["message_id"], text) == text
    return set(found.values())


def ending(
    folder: Path,
    database: Any,
    vhost: Any,
    kill_at: dict[str, str],
    disturb: Callable[[], None] | None = None,
) -> Ending:
    with doors(folder, database, vhost) as opened:
        opened.admit("acme")
        return asyncio.run(run(Batching(opened), folder, kill_at, disturb))


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory,
    module_database: FreshDatabase,
    module_broker_vhost: FreshVhost,
) -> Ending:
    """What a run leaves behind that nothing disturbs."""
    return ending(tmp_path_factory.mktemp("undisturbed"), module_database, module_broker_vhost, {})


def kills(seed: int) -> dict[str, str]:
    """One point for each process, all of them in turn; and for the nth time where it is passed often."""
    order = random.Random(seed)
    split, bulk = (points[seed % len(points)] for points in POINTS.values())
    often = split in ("split.after_chunk", "split.after_publish")
    return {
        "split": f"{split}:{order.randint(1, 9) if often else 1}",
        "bulk": f"{bulk}:{order.randint(1, 4)}",
    }


def test_the_files_have_every_kind_of_outcome(undisturbed: Ending) -> None:
    first, second = undisturbed.receipts
    assert (first["counts"]["accepted"], first["counts"]["rejected"]) == (ROWS - 1, 1)
    assert second["counts"]["unchanged"] > 70
    assert second["counts"]["accepted"] > 20
    assert len(undisturbed.told) == 2


@pytest.mark.parametrize("seed", range(6))
def test_processes_killed_at_their_points_change_nothing(
    seed: int,
    undisturbed: Ending,
    tmp_path: Path,
    database: FreshDatabase,
    broker_vhost: FreshVhost,
) -> None:
    assert ending(tmp_path, database, broker_vhost, kills(seed)) == undisturbed


def test_a_server_killed_in_the_midst_and_started_again_changes_nothing(
    undisturbed: Ending, tmp_path: Path, killed_server: KilledServer
) -> None:
    assert ending(tmp_path, *killed_server[:2], {}, killed_server.disturb) == undisturbed
