"""`hub up`, `down`, `status` from the command line, as an operator types them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from router.settings import environment_file

ROOT = Path(__file__).parents[2]


class CommandLine:
    """`hub` in a home of the test's own."""

    def __init__(self, home: Path, **variables: str) -> None:
        self.home = home
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HUB_HOME": str(home),
            **variables,
        }

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-P", "-m", "router.cli", *arguments],
            env=self._environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )

    def status(self) -> dict[str, Any]:
        seen: dict[str, Any] = json.loads(self("status", "--json").stdout)
        return seen


@pytest.fixture
def hub(
    tmp_path: Path, admin_database_url: str, own_names: str, broker_vhost: Any
) -> Iterator[CommandLine]:
    """On the servers of the session: no need to start others for each test."""
    command = CommandLine(
        tmp_path,
        HUB_DATABASE_URL=admin_database_url,
        HUB_DATABASE_NAME=own_names,
        HUB_DATABASE_ROLE_PREFIX=own_names,
        HUB_BROKER_URL=broker_vhost.url,
        HUB_BROKER_MANAGEMENT_URL=broker_vhost.management_url,
    )
    yield command
    command("down")


def test_a_hub_goes_up_once_and_comes_down(hub: CommandLine) -> None:
    up = hub("up", "--detach")
    assert up.returncode == 0, up.stdout + up.stderr
    first = hub.status()
    assert first["state"] == "up"
    assert first["ready"] is True
    assert [p["name"] for p in first["processes"]] == [
        "serve", "work-1", "work-bulk", "split", "relay", "clock",
    ]  # fmt: skip
    assert first["addresses"]["http"] in up.stdout

    second = hub("up", "--detach")
    assert second.returncode == 0
    assert "already up" in second.stdout
    assert hub.status()["processes"] == first["processes"], "a second up changes nothing"

    assert hub("status").returncode == 0
    assert "data stay" in hub("down").stdout
    assert not any(psutil.pid_exists(process["pid"]) for process in first["processes"])
    assert hub("status").returncode == 1
    assert hub.status()["state"] == "down"


def test_addresses_hold_no_password(hub: CommandLine) -> None:
    up = hub("up", "--detach")
    written = json.loads(environment_file(hub.home).read_text())["processes"]
    passwords = {urlsplit(url).password for name, url in written.items() if name.endswith("_URL")}
    assert len(passwords) >= 3
    assert not any(password in up.stdout for password in passwords if password)


def test_a_home_that_never_was_up_is_down(tmp_path: Path) -> None:
    hub = CommandLine(tmp_path)
    assert "not up" in hub("down").stdout
    assert hub("status").returncode == 1


def test_a_server_that_cannot_be_had_is_said_and_nothing_left_running(tmp_path: Path) -> None:
    nowhere = "postgresql://somebody:x@127.0.0.1:1/postgres"
    hub = CommandLine(tmp_path, HUB_DATABASE_URL=nowhere, HUB_BROKER_URL="amqp://127.0.0.1:1")
    up = hub("up", "--detach")
    assert up.returncode == 1
    assert "the database of HUB_DATABASE_URL cannot be used" in up.stdout
    assert hub.status()["state"] == "down"
