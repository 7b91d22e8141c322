"""One long run of a batch in which everything is killed, again and again: nothing but times and salts may differ.

A portfolio comes by HTTP to a hub of processes, single messages beside it, one subscriber by queue and one by pull.
`kill -9` of HTTP server, worker, bulk worker, splitter, relay, broker and database follows the rows that are decided;
a seed says after how many, and whom. What the hub then holds and has told is compared, line by line, with what a
run leaves behind that nothing disturbs.

    ./hub test tests/integration/test_batch_kill_run.py -q            12,000 rows, 7 kills
    ./hub test tests/integration/test_batch_kill_run.py -m slow -q    300,000 rows, 30 kills
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from registry_store.batches.uploading import PART_BYTES
from router.batch_doors import source
from router.servers import ServerHost, Servers
from router.servers.host import EmbeddedServer
from tests.conftest import FreshDatabase, FreshVhost
from tests.support.doors import Doors, doors
from tests.support.kill_run.plan import PROCESSES, VICTIMS, Kill, Load, by_victim, kills
from tests.support.kill_run.running import Stage, run
from tests.support.kill_run.traces import differences, in_flight

SHORT = Load(rows=12_000, chunk_rows=100, part_bytes=512 * 1024, singles=6)
LONG = Load(rows=300_000, chunk_rows=500, part_bytes=PART_BYTES, singles=20)


#: Bounds of one run on a busy machine.
SHORT_SECONDS, LONG_SECONDS = 120, 1_800


def leave_traces(
    folder: Path,
    hub: Doors,
    load: Load,
    seconds: float,
    own: ServerHost | None = None,
    plan: tuple[Kill, ...] = (),
) -> Stage:
    """One run to its end. Whatever was not killed must be alive, nothing on its way, and the log in order."""
    servers: dict[str, EmbeddedServer] = {each.name: each for each in own.embedded()} if own else {}
    stage = Stage(hub, load, folder, seconds, plan, servers)
    began = time.monotonic()
    asyncio.run(run(stage))
    account = {
        "rows": load.rows,
        "seconds": round(time.monotonic() - began),
        "kills": by_victim(plan),
        "killed": stage.killed,
        "told_again": {"queue": stage.queued.again, "pull": stage.pulled.again},
    }
    (stage.folder / "account.json").write_text(json.dumps(account, indent=1))
    assert in_flight(hub.database) == {}
    report = hub.registry.audit()
    assert report.is_clean, report.findings
    wanted = {name: count for name, count in by_victim(plan).items() if name in PROCESSES and count}
    assert {name: len(each) for name, each in stage.processes.deaths.items() if each} == wanted
    return stage


@pytest.fixture
def compared(
    tmp_path: Path,
    database: FreshDatabase,
    broker_vhost: FreshVhost,
    own_servers: tuple[ServerHost, Servers],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Stage]:
    """Runs a load twice, undisturbed and under these kills, and finds no difference; the undisturbed run."""

    def compare(load: Load, plan: list[Kill], seconds: float) -> Stage:
        monkeypatch.setattr(source, "PART_BYTES", load.part_bytes)
        host, own = own_servers
        folders = [tmp_path / "undisturbed", tmp_path / "killed"]
        for folder in folders:
            folder.mkdir()
        with doors(folders[0], database, broker_vhost) as hub:
            calm = leave_traces(folders[0], hub, load, seconds)
        own_database = FreshDatabase("own", own.database_url, own.owner_database_url)
        own_vhost = FreshVhost("/", own.broker_url, own.broker_management_url or "")
        with doors(folders[1], own_database, own_vhost) as hub:
            killed = leave_traces(folders[1], hub, load, seconds, host, tuple(plan))
        assert differences(calm.traces, killed.traces) == []
        return calm

    return compare


def test_kills_are_repeatable_and_every_victim_has_its_turn() -> None:
    plan = kills(7, rows=300_000, count=30)
    assert plan == kills(7, rows=300_000, count=30) != kills(8, rows=300_000, count=30)
    assert plan == sorted(plan)
    assert set(by_victim(plan).values()) == {4, 5}
    assert 0 < plan[0].after_rows < plan[-1].after_rows < 300_000


@pytest.mark.timeout(3 * SHORT_SECONDS)
@pytest.mark.parametrize("seed", [1])
def test_a_batch_under_kills_leaves_what_an_undisturbed_one_does(
    seed: int, compared: Callable[..., Stage]
) -> None:
    calm = compared(SHORT, kills(seed, rows=SHORT.rows, count=len(VICTIMS)), SHORT_SECONDS)
    statuses = Counter(
        json.loads(line)["status"] for line in (calm.traces / "outcomes.jsonl").open()
    )
    assert statuses.total() == SHORT.rows
    assert 0 < statuses["rejected"] < statuses["accepted"]
    assert calm.queued.count == statuses["accepted"]
    assert calm.pulled.count == calm.queued.count + 2 * SHORT.singles


@pytest.mark.slow
@pytest.mark.timeout(3 * LONG_SECONDS)
@pytest.mark.parametrize("seed", [1])
def test_thirty_kills_in_300_000_rows_change_nothing(
    seed: int, compared: Callable[..., Stage]
) -> None:
    compared(LONG, kills(seed, rows=LONG.rows, count=30), LONG_SECONDS)
