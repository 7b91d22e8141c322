"""The supervisor of one HUB_HOME: servers first, then the hub's processes; and all back in reverse.

It holds a lock for as long as it lives: the kernel lets go of it whatever happens, so that of two at
once one wins, and a crash leaves nothing that has to be cleared by hand.
"""

import fcntl
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from router.processes import ProcessIdentity, RecordedProcess, write_atomically
from router.servers import ServerHost, Servers
from router.settings import PREFIX, Settings, environment_file
from router.supervised import ProcessPlan, SupervisedProcess, SupervisedServer
from router.supervision import HubReport, State, report_file, write_report

CHECK_SECONDS = 0.1
# What a supervisor that was killed has left running gets this long to stop.
LEFT_BEHIND_SECONDS = 10.0


class AlreadyUp(RuntimeError):
    """Another supervisor holds this home."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the processes get: `variables` of their environment, with credentials; and, for people to
    read, `addresses` without.
    """

    variables: dict[str, str] = field(repr=False)
    addresses: dict[str, str]


class Supervisor:
    """Runs until it is asked to stop. `prepare` gets the servers before any process starts."""

    def __init__(
        self,
        settings: Settings,
        *,
        plans: tuple[ProcessPlan, ...],
        prepare: Callable[[Servers], Prepared],
        say: Callable[[str], None],
        throw_away: bool = False,
    ) -> None:
        """`throw_away`: nobody will start the embedded servers of this home again, so end them at once."""
        self._settings = settings
        self._plans = plans
        self._prepare = prepare
        self._say = say
        self._throw_away = throw_away
        self._host = ServerHost(settings, say)
        self._stop = threading.Event()
        self._state: State = "starting"
        self._processes: list[SupervisedProcess] = []
        self._servers: list[SupervisedServer] = []
        self._addresses: dict[str, str] = {}
        self._reported: HubReport | None = None

    def stop(self) -> None:
        """Asks for the end; safe in a signal handler and from another thread."""
        self._stop.set()

    def run(self) -> None:
        """The whole life. Raises `AlreadyUp`, or `ServerUnavailable` when a server cannot be had."""
        with _alone(self._settings.run_folder), ThreadPoolExecutor() as threads:
            self._report()
            stop_left_behind(self._settings, self._say)
            try:
                self._start(threads)
                while not self._stop.wait(CHECK_SECONDS):
                    for part in (*self._servers, *self._processes):
                        part.check()
                    self._report()
            finally:
                self._end(threads)

    def _start(self, threads: ThreadPoolExecutor) -> None:
        servers = self._host.start()
        self._servers = [
            SupervisedServer(server, threads=threads, say=self._say)
            for server in self._host.embedded()
        ]
        prepared = self._prepare(servers)
        self._publish(prepared.variables)
        self._addresses = prepared.addresses
        self._processes = [
            SupervisedProcess(
                plan,
                environment=os.environ | prepared.variables,
                records=_records(self._settings.run_folder),
                log_folder=self._settings.log_folder,
                say=self._say,
            )
            for plan in self._plans
        ]
        self._state = "running"

    def _publish(self, variables: dict[str, str]) -> None:
        """Lets commands in other terminals reach the same servers: `Settings` reads this."""
        identity = _myself()
        given = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
        written = {"supervisor": asdict(identity), "processes": variables, "given": given}
        write_atomically(environment_file(self._settings.home), json.dumps(written, indent=1))

    def _end(self, threads: ThreadPoolExecutor) -> None:
        """Processes, then the broker, then the database: nobody loses what he still needs."""
        self._state = "stopping"
        self._report()
        for process in self._processes:
            process.ask_to_stop()
        deadline = time.monotonic() + self._settings.stop_seconds
        for process in self._processes:
            process.await_stop(deadline)
        threads.shutdown(wait=True, cancel_futures=True)
        if self._throw_away:
            self._host.discard()
        else:
            self._host.stop()
        environment_file(self._settings.home).unlink(missing_ok=True)
        report_file(self._settings.run_folder).unlink(missing_ok=True)

    def _report(self) -> None:
        report = HubReport(
            state=self._state,
            supervisor=_myself(),
            processes=tuple(process.report() for process in self._processes),
            servers=tuple(server.report() for server in self._servers),
            addresses=self._addresses,
        )
        if report != self._reported:
            write_report(report_file(self._settings.run_folder), report)
            self._reported = report


def stop_on_signals(supervisor: Supervisor) -> None:
    """Ctrl-C, `hub down` and a closed terminal all mean: stop gracefully."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: supervisor.stop())


def left_behind(settings: Settings) -> list[str]:
    """Names of processes and servers of this home that run although no supervisor does."""
    records = sorted(_records(settings.run_folder).glob("*.json"))
    processes = [file.stem for file in records if RecordedProcess(file).identity()]
    host = ServerHost(settings, lambda _line: None)
    return processes + [server.name for server in host.of_this_home() if server.running()]


def stop_left_behind(settings: Settings, say: Callable[[str], None]) -> None:
    """Stops the hub's processes of a supervisor that was killed. Its servers may well go on."""
    for file in sorted(_records(settings.run_folder).glob("*.json")):
        process = RecordedProcess(file)
        if process.identity():
            say(f"stopping {file.stem}, left behind by an earlier run")
        process.stop(signal.SIGTERM, seconds=LEFT_BEHIND_SECONDS)


def _records(run_folder: Path) -> Path:
    return run_folder / "processes"


def _myself() -> ProcessIdentity:
    identity = ProcessIdentity.of(os.getpid())
    assert identity is not None
    return identity


@contextmanager
def _alone(run_folder: Path) -> Iterator[None]:
    run_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (run_folder / "supervisor.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyUp(f"a hub is already up in {run_folder.parent}") from error
        yield
