"""Embedded servers: they keep data and addresses, and leave the machine as it was."""

import json
import os
import pwd
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from router.servers import ServerHost, Servers, ServerUnavailable, unprivileged
from router.servers.postgresql import EmbeddedPostgresql, binaries
from router.servers.unprivileged import Unprivileged
from router.settings import Settings

NOBODY = pwd.getpwnam("nobody")
AS_NOBODY = Unprivileged(
    prefix=("setpriv", f"--reuid={NOBODY.pw_uid}", f"--regid={NOBODY.pw_gid}", "--clear-groups")
)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def quiet(_line: str) -> None:
    pass


def small(home: Path) -> ServerHost:
    return ServerHost(Settings(home=home, postgresql_shared_buffers_megabytes=32), quiet)


@pytest.fixture
def postgresql(throwaway_home: Path) -> EmbeddedPostgresql:
    folder = throwaway_home / "postgresql"
    folder.mkdir()
    return EmbeddedPostgresql(folder=folder, shared_buffers_megabytes=32)


def of_this_home(home: Path) -> list[str]:
    """Command lines of the processes that have to do with the home."""
    found = []
    for process in psutil.process_iter():
        try:
            command, folder = process.cmdline(), process.cwd()
        except psutil.Error:
            continue
        if any(str(home) in part for part in (*command, folder)):
            found.append(" ".join(command))
    return found


def listening(home: Path) -> set[int]:
    """The ports that this home was given and that somebody listens on."""
    connections = psutil.net_connections("tcp")
    open_ports = {c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN}
    files = home.glob("*/ports.json")
    return {int(part) for file in files for part in _numbers(file) if int(part) in open_ports}


def _numbers(file: Path) -> list[str]:
    return "".join(c if c.isdigit() else " " for c in file.read_text()).split()


def surroundings(home: Path) -> dict[str, object]:
    """What a server must not change: accounts, and modes and owners of all folders above."""
    seen: dict[str, object] = {
        file: Path(file).read_bytes() for file in ("/etc/passwd", "/etc/group")
    }
    for folder in (home, *home.parents):
        status = folder.stat()
        seen[str(folder)] = (status.st_mode, status.st_uid, status.st_gid)
    return seen


def put_in(servers: Servers) -> None:
    with psycopg.connect(servers.owner_database_url) as owner:
        owner.execute("CREATE TABLE kept (line text)")
        owner.execute("INSERT INTO kept VALUES ('still here')")
    with broker(servers) as management:
        management.put("/api/queues/%2f/kept", json={"durable": True}).raise_for_status()
        management.post(
            "/api/exchanges/%2f/amq.default/publish",
            json={
                "routing_key": "kept",
                "payload": "still here",
                "payload_encoding": "string",
                "properties": {"delivery_mode": 2},
            },
        ).raise_for_status()


def kept_in(servers: Servers) -> list[str]:
    with psycopg.connect(servers.owner_database_url) as owner:
        lines = [line for (line,) in owner.execute("SELECT line FROM kept").fetchall()]
    with broker(servers) as management:
        messages = management.post(
            "/api/queues/%2f/kept/get",
            json={"count": 5, "ackmode": "ack_requeue_true", "encoding": "auto"},
        )
        return lines + [message["payload"] for message in messages.json()]


def broker(servers: Servers) -> httpx.Client:
    assert servers.broker_management_url
    return httpx.Client(base_url=servers.broker_management_url, trust_env=False, timeout=30)


def test_two_homes_side_by_side_keep_their_data_and_leave_nothing_running(
    servers: Servers, throwaway_home: Path
) -> None:
    """`servers` is the other home: up all the while, with addresses of its own."""
    before = surroundings(throwaway_home)
    host = small(throwaway_home)

    first = host.start()
    put_in(first)
    assert first.database_url != servers.database_url
    assert first.broker_url != servers.broker_url
    host.stop()
    assert of_this_home(throwaway_home) == []

    again = host.start()
    assert again == first, "a restart keeps every address and password"
    assert kept_in(again) == ["still here", "still here"]
    for server in host.embedded():
        identity = server.running()
        assert identity
        identity.send(signal.SIGKILL)
        assert identity.ended_within(10)
        server.start()
    assert kept_in(again) == ["still here", "still here"], "also after a kill"
    assert len(listening(throwaway_home)) >= 4

    host.stop()
    assert of_this_home(throwaway_home) == []
    assert listening(throwaway_home) == set()
    assert surroundings(throwaway_home) == before


def test_the_runtime_role_is_not_the_owner(servers: Servers) -> None:
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with psycopg.connect(servers.database_url) as runtime, refused:
        runtime.execute("CREATE TABLE public.mine ()")
    assert servers.runtime_role.endswith("_hub")


def test_a_start_finds_a_server_that_already_runs(postgresql: EmbeddedPostgresql) -> None:
    postgresql.start()
    first = postgresql.running()
    postgresql.start()
    assert postgresql.running() == first


def test_a_server_that_nobody_recorded_is_found_by_its_cluster(
    postgresql: EmbeddedPostgresql,
) -> None:
    postgresql.start()
    first = postgresql.running()
    (postgresql.folder / "process.json").unlink()
    assert postgresql.running() == first
    postgresql.stop()
    assert of_this_home(postgresql.folder) == []


def test_a_lock_file_that_names_a_stranger_is_no_hindrance(postgresql: EmbeddedPostgresql) -> None:
    """After a crash of the machine the pid of the old server may be anybody's: here, ours."""
    postgresql.start()
    lock = postgresql.folder / "cluster" / "postmaster.pid"
    text = lock.read_text()
    postgresql.kill()
    lock.write_text("\n".join([str(os.getpid()), *text.splitlines()[1:]]) + "\n")
    (postgresql.folder / "process.json").write_text(
        json.dumps({"pid": os.getpid(), "started": "long ago"})
    )
    assert postgresql.running() is None
    postgresql.start()
    assert postgresql.running()


def test_an_initialisation_that_was_cut_short_is_done_again(postgresql: EmbeddedPostgresql) -> None:
    half = postgresql.folder / "cluster.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    postgresql.start()
    assert postgresql.running()
    assert not half.exists()


def test_a_remembered_port_that_is_taken_is_replaced(postgresql: EmbeddedPostgresql) -> None:
    postgresql.start()
    port = postgresql.port
    postgresql.stop()
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        postgresql.start()
        assert postgresql.port != port


def test_secrets_are_for_their_owner_alone(postgresql: EmbeddedPostgresql) -> None:
    postgresql.start()
    modes = {file.stat().st_mode & 0o077 for file in postgresql.folder.glob("*.password")}
    assert modes == {0}


def test_a_database_that_may_not_be_set_up_says_what_is_missing(
    postgresql: EmbeddedPostgresql,
) -> None:
    postgresql.start()
    with psycopg.connect(postgresql.admin_url(), autocommit=True) as admin:
        admin.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
    settings = Settings(
        home=postgresql.folder.parent,
        database_url=postgresql.url(user="guest", password="guest", database="postgres"),
        broker_url="amqp://unused",
    )
    with pytest.raises(ServerUnavailable, match="CREATE ROLE fmar_owner LOGIN") as refused:
        ServerHost(settings, quiet).start()
    assert "HUB_OWNER_DATABASE_URL" in str(refused.value)


def test_a_database_given_by_name_is_used_as_it_is(postgresql: EmbeddedPostgresql) -> None:
    postgresql.start()
    with psycopg.connect(postgresql.admin_url(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE theirs")
    settings = Settings(
        home=postgresql.folder.parent,
        database_url=postgresql.admin_url().rpartition("/")[0] + "/theirs",
        broker_url="amqp://unused",
    )
    given = ServerHost(settings, quiet).start()
    with psycopg.connect(given.owner_database_url) as owner:
        owner.execute("CREATE EXTENSION btree_gist")
        owner.execute("CREATE TABLE ours ()")
        assert owner.info.dbname == "theirs"


@as_root
def test_without_user_namespaces_it_runs_as_nobody(
    postgresql: EmbeddedPostgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = unprivileged._works
    monkeypatch.setattr(unprivileged, "_works", lambda *p: p[0] != "unshare" and works(*p))
    if not _is_open_to_nobody(binaries()):
        pytest.skip("the checkout is in a folder that only root may enter")
    postgresql.folder.parent.chmod(0o711)
    postgresql.start()
    server = postgresql.running()
    assert server
    assert psutil.Process(server.pid).uids().real == NOBODY.pw_uid


@as_root
def test_an_ordinary_user_can_run_everything(throwaway_home: Path, servers: Servers) -> None:
    """`servers` has unpacked RabbitMQ by now; here an ordinary user runs it from there."""
    python = _interpreter_for_nobody()
    packages = Path(psycopg.__file__).parents[1]
    root = Path(__file__).parents[2]
    os.chown(throwaway_home, NOBODY.pw_uid, NOBODY.pw_gid)
    script = (
        "from router.servers import ServerHost\n"
        "from router.settings import Settings\n"
        "host = ServerHost(Settings(postgresql_shared_buffers_megabytes=32), print)\n"
        "host.start()\n"
        "print('running', *sorted(server.name for server in host.embedded() if server.running()))\n"
        "host.stop()\n"
    )
    outcome = subprocess.run(
        AS_NOBODY.command(python, "-P", "-c", script),
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "HUB_HOME": str(throwaway_home),
            "PYTHONPATH": f"{root}:{packages}",
        },
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    assert "running postgresql rabbitmq" in outcome.stdout
    assert of_this_home(throwaway_home) == []


def _interpreter_for_nobody() -> str:
    """A Python of our version that an ordinary user may run; root's own may be root's alone."""
    if not _is_open_to_nobody(binaries()):
        pytest.skip("the checkout is in a folder that only root may enter")
    version = f"python3.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        if all(map(_may_be_run_by_nobody, (Path(candidate), binaries() / "postgres"))):
            return candidate
    pytest.skip("no Python, or no checkout, that an ordinary user may read")


def _is_open_to_nobody(folder: Path) -> bool:
    """Whether nobody may enter it. Looked at by a program from elsewhere: what root starts in a folder of its
    own begins to run there, and then finds none of its libraries.
    """
    command = AS_NOBODY.command(Path("/bin/ls"), str(folder))
    return subprocess.run(command, capture_output=True, check=False, cwd="/").returncode == 0


def _may_be_run_by_nobody(program: Path) -> bool:
    command = AS_NOBODY.command(program, "--version")
    try:
        return subprocess.run(command, capture_output=True, check=False, cwd="/").returncode == 0
    except OSError:
        return False
