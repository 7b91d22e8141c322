"""`./hub demo`, as anyone would run it: a process of its own, with servers of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import orjson
import psutil
import psycopg
import pytest

from router.servers import Servers

ROOT = Path(__file__).parents[2]
#: On a busy machine of two cores; alone it takes a fifth of this.
SECONDS = 240


def run_demo(home: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        (sys.executable, "-P", "-m", "router.cli", "demo", *arguments),
        env=os.environ | {"HUB_HOME": str(home), "PYTHONPATH": str(ROOT)} | variables,
        cwd=ROOT,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def account(home: Path) -> dict[str, Any]:
    done = run_demo(home, "--json")
    assert done.returncode == 0, done.stderr.decode()
    parsed: dict[str, Any] = orjson.loads(done.stdout)
    return parsed


# The first test that asks for the demo pays for it, and the default limit is shorter.
pytestmark = pytest.mark.timeout(SECONDS + 30)


def test_everything_is_as_it_should_be(account: dict[str, Any]) -> None:
    assert account["ok"]
    assert account["audit"]["clean"]
    assert len(account["checks"]) >= 20


def test_messages_come_by_every_door_and_in_every_format(account: dict[str, Any]) -> None:
    exchanges = account["exchanges"]
    assert {each["door"] for each in exchanges} == {"AMQP", "HTTP", "hub send"}
    assert {each["format"] for each in exchanges} == {"json", "csv (ecr)", "xml", "flat"}
    statuses = {status for each in exchanges for status in each["counts"]}
    assert statuses == {"accepted", "rejected", "unchanged", "superseded"}


def test_what_is_refused_is_told_with_place_and_rule(account: dict[str, Any]) -> None:
    reasons = [reason for each in account["exchanges"] for reason in each["reasons"]]
    assert {"ASSET-01", "ECR-01", "ECR-04", "MSG-05", "REC-02", "SCH-TYPE"} <= {
        r["rule"] for r in reasons
    }
    assert all(reason["place"] for reason in reasons if reason["rule"] != "MSG-05")


def test_each_subscriber_is_told_in_its_own_numbers(account: dict[str, Any]) -> None:
    told = {each["asked_for"]: each["notifications"] for each in account["told"]}
    for notifications in told.values():
        assert [each["sequence"] for each in notifications] == list(
            range(1, len(notifications) + 1)
        )
    assert [each["event"] for each in told["GSP group _A"][-3:]] == [
        "record.entered",
        "asset.registered",
        "market_unit.created",
    ]
    assert told["GSP group _C"][-1]["event"] == "record.withdrawn"
    assert told["GSP group _C"][-1]["record"].keys() == {"id", "kind"}


def test_nothing_is_left_behind(account: dict[str, Any], home: Path) -> None:
    assert list(home.glob("demo-*")) == []
    running = [process for process in psutil.process_iter(["cmdline"]) if _names(process, home)]
    assert running == []


def test_servers_that_are_given_are_left_as_they_were(
    home: Path, servers: Servers, admin_database_url: str
) -> None:
    """The demo takes a database, roles and a virtual host of its own, and gives them back."""
    if servers.broker_management_url is None:
        pytest.skip("a virtual host of its own needs HUB_BROKER_MANAGEMENT_URL")
    before = _on_servers(servers, admin_database_url)
    done = run_demo(
        home,
        "--json",
        HUB_DATABASE_URL=admin_database_url,
        HUB_BROKER_URL=servers.broker_url,
        HUB_BROKER_MANAGEMENT_URL=servers.broker_management_url,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert not (home / "postgresql").exists()
    assert _on_servers(servers, admin_database_url) == before


def test_servers_that_cannot_be_used_end_it_with_the_cause(home: Path) -> None:
    done = run_demo(home, "--json", HUB_BROKER_URL="amqp://guest:guest@127.0.0.1:1/")
    assert done.returncode == 1
    told = orjson.loads(done.stdout)
    assert (told["ok"], told["logs"]) == (False, [])
    assert "HUB_BROKER_MANAGEMENT_URL" in told["cause"]
    assert list(home.glob("demo-*")) == []


def test_a_step_that_fails_ends_it_with_the_cause_and_keeps_the_logs(home: Path) -> None:
    done = run_demo(home, "--json", HUB_START_SECONDS="0.001")
    assert done.returncode == 1
    told = orjson.loads(done.stdout)
    assert (told["ok"], told["step"]) == (False, "start the hub")
    (folder,) = told["logs"]
    assert {"serve.log", "relay.log"} <= {file.name for file in Path(folder).iterdir()}
    assert [process for process in psutil.process_iter(["cmdline"]) if _names(process, home)] == []


def _on_servers(servers: Servers, admin_url: str) -> tuple[set[str], set[str], set[str]]:
    """Databases, roles and virtual hosts."""
    with psycopg.connect(admin_url) as admin:
        databases = {name for (name,) in admin.execute("SELECT datname FROM pg_database")}
        roles = {name for (name,) in admin.execute("SELECT rolname FROM pg_roles")}
    found = httpx.get(f"{servers.broker_management_url}/api/vhosts", trust_env=False).json()
    return databases, roles, {vhost["name"] for vhost in found}


def _names(process: psutil.Process, home: Path) -> bool:
    return any(str(home) in argument for argument in process.info["cmdline"] or ())
