"""Where it takes place: a hub as `hub up` runs it, with a partner, and a second database beside it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from registry_store.migrations import upgrade
from router.servers import ServerHost, Servers
from router.servers.provisioning import Role, provision, url_for
from router.settings import Settings

PARTNER, SINGLE = "bench", "single"
_ROOT = Path(__file__).parents[2]
_MEGABYTES = 1_024


@dataclass(frozen=True, slots=True)
class Place:
    """Addresses of one run. `floor_url`: of an empty database with the same tables and indexes; `pids`: of the
    hub's processes, by name, and of its servers; `secrets`: of the partners.
    """

    folder: Path
    base_url: str
    database_url: str = field(repr=False)
    floor_url: str = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)
    pids: Mapping[str, int] = field(default_factory=dict)
    server_pids: Mapping[str, int] = field(default_factory=dict)


@contextmanager
def place() -> Iterator[Place]:
    """Servers and hub of this run alone; nothing is left behind."""
    folder = Path(tempfile.mkdtemp(prefix="fmar-bench-"))
    settings = Settings(
        home=folder / "servers",
        database_url=None,
        broker_url=None,
        postgresql_shared_buffers_megabytes=_MEGABYTES,
    )
    host = ServerHost(settings, say=lambda _line: None)
    try:
        servers = host.start()
        assert host.postgresql is not None, "this run starts its own servers"
        floor_url = _floor(host.postgresql.admin_url(), servers)
        variables = _variables(folder / "hub", servers)
        _hub(variables, "up", "--detach")
        try:
            status = json.loads(_hub(variables, "status", "--json"))
            secrets = {
                slug: json.loads(_hub(variables, "partner", "add", slug, "--role", "fsp", "--json"))
                for slug in (PARTNER, SINGLE)
            }
            yield Place(
                folder,
                status["addresses"]["http"],
                servers.database_url,
                floor_url,
                {slug: added["secret"] for slug, added in secrets.items()},
                {process["name"]: process["pid"] for process in status["processes"]},
                _server_pids(settings.home),
            )
        finally:
            _hub(variables, "down")
    finally:
        host.discard()
        shutil.rmtree(folder, ignore_errors=True)


def _server_pids(home: Path) -> dict[str, int]:
    files = {"postgresql": "postmaster.pid", "rabbitmq": "rabbitmq.pid"}
    return {
        name: int(next((home / name).rglob(file)).read_text().split()[0])
        for name, file in files.items()
    }


def _floor(admin_url: str, servers: Servers) -> str:
    """A second database as the hub's, as its runtime role."""
    owner, runtime = (
        Role(str(url.username), str(url.password))
        for url in map(make_url, (servers.owner_database_url, servers.database_url))
    )
    provision(admin_url, owner=owner, runtime=runtime, database="floor")
    upgrade(url_for(servers.owner_database_url, database="floor"), runtime_role=runtime.name)
    return url_for(servers.database_url, database="floor")


def _variables(home: Path, servers: Servers) -> dict[str, str]:
    """Of this environment, what says how batches are taken (`HUB_BATCH_...`), and nothing else of a hub."""
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("HUB_") or name.startswith("HUB_BATCH_")
    }
    return own | {
        "PYTHONPATH": str(_ROOT),
        "HUB_HOME": str(home),
        "HUB_DATABASE_URL": servers.database_url,
        "HUB_OWNER_DATABASE_URL": servers.owner_database_url,
        "HUB_BROKER_URL": servers.broker_url,
        "HUB_BROKER_MANAGEMENT_URL": servers.broker_management_url or "",
    }


def _hub(variables: Mapping[str, str], *arguments: str) -> str:
    """One command of the hub's; its output."""
    command: list[Any] = [sys.executable, "-P", "-m", "router.cli", *arguments]
    done = subprocess.run(
        command, check=False, env=dict(variables), cwd=_ROOT, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"hub {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout
