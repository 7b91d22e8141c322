"""One long run of a batch in which everything is killed, again and again: nothing but times and salts may differ.

A portfolio comes by HTTP to a hub of processes, single messages beside it, one subscriber by queue and one by pull.
`kill -9` of HTTP server, worker, bulk worker and a process that reads for it, splitter, relay, broker and database
follows the rows that are decided; a seed says after how many, and whom. What the hub then holds and has told is
compared, line by line, with what a run leaves behind that nothing disturbs, and in which a thread reads.

    ./hub test tests/integration/test_batch_kill_run.py -q            12,000 rows, 8 kills
    ./hub test tests/integration/test_batch_kill_run.py -m slow -q    300,000 rows, 30 kills; other seeds of the short one

With `--basetemp FOLDER`, `account.json` of each run says whom the kills met, and `traces` holds what is compared.
"""

import asyncio
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from contracts.batches import PART_BYTES
from router.batch_doors import source
from router.servers import ServerHost, Servers
from router.servers.host import EmbeddedServer
from tests.conftest import FreshDatabase, FreshVhost
from tests.support.doors import doors
from tests.support.kill_run.plan import PROCESSES, VICTIMS, Kill, Load, by_victim, kills
from tests.support.kill_run.running import Stage, run
from tests.support.kill_run.subscribers import Told
from tests.support.kill_run.traces import differences, in_flight

SHORT = Load(rows=12_000, chunk_rows=100, part_bytes=512 * 1024, singles=6, seconds=120)
LONG = Load(rows=300_000, chunk_rows=500, part_bytes=PART_BYTES, singles=20, seconds=1_800)
SEEDS, MORE_SEEDS, LONG_SEEDS = (1,), range(2, 8), (1,)


def leave_traces(
    folder: Path,
    load: Load,
    servers: tuple[FreshDatabase, FreshVhost],
    plan: list[Kill],
    may_be_killed: dict[str, EmbeddedServer],
) -> Stage:
    """One run to its end. Whatever was not killed must be alive, nothing on its way, and the log in order."""
    with doors(folder, *servers) as hub, pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "PART_BYTES", load.part_bytes)
        stage = Stage(hub, load, folder, plan, may_be_killed)
        began = time.monotonic()
        asyncio.run(run(stage))
        account = {
            "rows": load.rows,
            "seconds": round(time.monotonic() - began),
            "kills": by_victim(plan),
            "killed": stage.killed,
            "told_again": {"queue": stage.queued.again, "pull": stage.pulled.again},
        }
        (folder / "account.json").write_text(json.dumps(account, indent=1))
        assert in_flight(hub.database) == {}
        report = hub.registry.audit()
        assert report.is_clean, report.findings
    deaths = {name: len(stage.processes.deaths[name]) for name in PROCESSES}
    assert deaths == {name: by_victim(plan)[name] for name in PROCESSES}
    return stage


def undisturbed_run(folder: Path, load: Load, *servers: Any) -> Stage:
    return leave_traces(folder, load, servers, [], {})


def killed_run(
    folder: Path, load: Load, own_servers: tuple[ServerHost, Servers], plan: list[Kill]
) -> Stage:
    host, own = own_servers
    database = FreshDatabase("own", own.database_url, own.owner_database_url)
    vhost = FreshVhost("/", own.broker_url, own.broker_management_url or "")
    may_be_killed = {each.name: each for each in host.embedded()}
    return leave_traces(folder, load, (database, vhost), plan, may_be_killed)


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory,
    module_database: FreshDatabase,
    module_broker_vhost: FreshVhost,
) -> Stage:
    """What the short load leaves behind when nothing happens."""
    folder = tmp_path_factory.mktemp("undisturbed")
    return undisturbed_run(folder, SHORT, module_database, module_broker_vhost)


def test_kills_are_repeatable_and_every_victim_has_its_turn() -> None:
    plan = kills(7, rows=300_000, count=30)
    assert plan == kills(7, rows=300_000, count=30) != kills(8, rows=300_000, count=30)
    assert plan == sorted(plan)
    assert set(by_victim(plan).values()) == {3, 4}
    assert 0 < plan[0].after_rows < plan[-1].after_rows < 300_000


def test_the_first_line_that_differs_is_found_and_a_file_that_is_missing(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, lines in ((one, "a\nb\nc\n"), (other, "a\nB\nc\n")):
        folder.mkdir()
        (folder / "same").write_text("a\n")
        (folder / "lines").write_text(lines)
    (one / "longer").write_text("a\nb\n")
    (other / "longer").write_text("a\n")
    (other / "more").touch()
    found = differences(one, other)
    assert [text.partition(":")[0] for text in found] == ["lines line 2", "longer line 2", "more"]


def test_notifications_that_come_twice_must_come_alike_and_none_may_be_left_out(
    tmp_path: Path,
) -> None:
    def said(sequence: int, version: int) -> dict[str, Any]:
        return {
            "sequence": sequence,
            "event": "asset.updated",
            "record": {"fsp": "O-1", "version": version},
        }

    told = Told(tmp_path, "queue")
    told.take([said(1, 1), said(2, 2), said(1, 1)])
    assert (told.count, told.again) == (2, 1)
    for wrong in (said(2, 3), said(4, 4)):
        with pytest.raises(AssertionError):
            told.take([wrong])
    assert len((tmp_path / "queue-O-1.jsonl").read_text().splitlines()) == 2


@pytest.mark.timeout(SHORT.seconds)
def test_the_load_has_refused_rows_and_everybody_is_told_of_the_others(undisturbed: Stage) -> None:
    outcomes = (undisturbed.traces / "outcomes.jsonl").open()
    statuses = Counter(json.loads(line)["status"] for line in outcomes)
    assert statuses.total() == SHORT.rows
    assert 0 < statuses["rejected"] < statuses["accepted"] / 50
    assert undisturbed.queued.count == statuses["accepted"]
    assert undisturbed.pulled.count == statuses["accepted"] + 2 * SHORT.singles


@pytest.mark.timeout(3 * SHORT.seconds)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_batch_under_kills_leaves_what_an_undisturbed_one_does(
    seed: int, undisturbed: Stage, tmp_path: Path, own_servers: tuple[ServerHost, Servers]
) -> None:
    plan = kills(seed, rows=SHORT.rows, count=len(VICTIMS))
    killed = killed_run(tmp_path, SHORT, own_servers, plan)
    assert differences(undisturbed.traces, killed.traces) == []


@pytest.mark.slow
@pytest.mark.timeout(3 * SHORT.seconds)
@pytest.mark.parametrize("seed", MORE_SEEDS)
def test_a_batch_under_other_kills_leaves_what_an_undisturbed_one_does(
    seed: int, undisturbed: Stage, tmp_path: Path, own_servers: tuple[ServerHost, Servers]
) -> None:
    plan = kills(seed, rows=SHORT.rows, count=2 * len(VICTIMS))
    killed = killed_run(tmp_path, SHORT, own_servers, plan)
    assert differences(undisturbed.traces, killed.traces) == []


@pytest.mark.slow
@pytest.mark.timeout(3 * LONG.seconds)
@pytest.mark.parametrize("seed", LONG_SEEDS)
def test_thirty_kills_in_300_000_rows_change_nothing(
    seed: int,
    tmp_path: Path,
    database: FreshDatabase,
    broker_vhost: FreshVhost,
    own_servers: tuple[ServerHost, Servers],
) -> None:
    folders = tmp_path / "undisturbed", tmp_path / "killed"
    for folder in folders:
        folder.mkdir()
    plan = kills(seed, rows=LONG.rows, count=30)
    calm = undisturbed_run(folders[0], LONG, database, broker_vhost)
    killed = killed_run(folders[1], LONG, own_servers, plan)
    assert differences(calm.traces, killed.traces) == []
