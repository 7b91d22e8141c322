"""What the supervisor watches: a process of the hub, or an embedded server.

Both are started, watched, and started again with growing pauses; an end is always said aloud.
"""

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from router.backoff import Backoff
from router.processes import ProcessIdentity, RecordedProcess, kill_group
from router.servers import EmbeddedServer
from router.supervision import ProcessReport, State, now


@dataclass(frozen=True, slots=True)
class ProcessPlan:
    """What to run. Its output goes to `<name>.log`."""

    name: str
    command: tuple[str, ...]


class _Watched(ABC):
    """What both kinds share: the name, the state and since when, the count of restarts, the pauses."""

    def __init__(self, name: str, log: Path, say: Callable[[str], None], state: State) -> None:
        self.name = name
        self.log = log
        self.say = say
        self.state: State = state
        self.since = now()
        self.restarts = 0
        self.last_exit: str | None = None
        self.started = time.monotonic()
        self.start_at = 0.0
        self._backoff = Backoff()

    @abstractmethod
    def check(self) -> None:
        """Notices an end, starts what is due. To be called a few times a second."""

    def enter(self, state: State) -> None:
        if state != self.state:
            self.state, self.since = state, now()

    def note_running(self) -> None:
        """Running; but what ended again and again is well only after a while."""
        self._backoff.note_running(seconds=time.monotonic() - self.started)
        self.enter("failing" if self._backoff.failing else "running")

    def note_end(self, how: str) -> None:
        ran_seconds = time.monotonic() - self.started
        pause_seconds = self._backoff.note_end(ran_seconds=ran_seconds)
        self.start_at = time.monotonic() + pause_seconds
        self.restarts += 1
        self.last_exit = how
        self.enter("failing" if self._backoff.failing else "restarting")
        line = (
            f"{self.name} ended ({how}) after {ran_seconds:.1f} s; again in {pause_seconds:.1f} s"
        )
        if self._backoff.failing:
            line += f". It ended {self._backoff.ends_in_a_row} times in a row: see {self.log}"
        self.say(line)

    def report_with(self, identity: ProcessIdentity | None) -> ProcessReport:
        return ProcessReport(
            name=self.name,
            state=self.state,
            identity=identity,
            restarts=self.restarts,
            since=self.since,
            last_exit=self.last_exit,
        )


class SupervisedProcess(_Watched):
    """A plan, and the child that carries it out at the moment."""

    def __init__(
        self,
        plan: ProcessPlan,
        *,
        environment: Mapping[str, str],
        records: Path,
        log_folder: Path,
        say: Callable[[str], None],
    ) -> None:
        super().__init__(plan.name, log_folder / f"{plan.name}.log", say, "starting")
        self._plan = plan
        self._environment = environment
        self._record = RecordedProcess(records / f"{plan.name}.json")
        self._child: subprocess.Popen[bytes] | None = None

    def check(self) -> None:
        if self._child is not None:
            code = self._child.poll()
            if code is None:
                self.note_running()
                return
            kill_group(self._child.pid)
            self._child = None
            self.note_end(signal.Signals(-code).name if code < 0 else f"exit {code}")
        if time.monotonic() >= self.start_at:
            self._child = self._record.start(
                self._plan.command,
                environment=self._environment,
                log=self.log,
                folder=self.log.parent,
            )
            self.started = time.monotonic()
            self.note_running()

    def report(self) -> ProcessReport:
        return self.report_with(ProcessIdentity.of(self._child.pid) if self._child else None)

    def ask_to_stop(self) -> None:
        """TERM: finish what is in hand. `await_stop` waits for the end."""
        self.enter("stopping")
        if self._child is not None:
            self._child.terminate()

    def await_stop(self, deadline: float) -> None:
        """Waits until the monotonic deadline; then kills, with all that the process has started."""
        if self._child is not None:
            try:
                self._child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{self.name} did not stop in time and was killed")
            kill_group(self._child.pid)
            self._child.wait()
            self._child = None
        self._record.file.unlink(missing_ok=True)
        self.enter("stopped")


class SupervisedServer(_Watched):
    """An embedded server that was started before. Starting takes seconds: it is done on a thread."""

    def __init__(
        self, server: EmbeddedServer, *, threads: ThreadPoolExecutor, say: Callable[[str], None]
    ) -> None:
        super().__init__(server.name, server.log, say, "running")
        self._server = server
        self._threads = threads
        self._start: Future[None] | None = None
        self._there = True

    def check(self) -> None:
        if self._start is not None:
            if not self._start.done():
                return
            trouble = self._start.exception()
            self._start = None
            self._there = trouble is None
            self.started = time.monotonic()
            if trouble is not None:
                self.note_end(str(trouble).splitlines()[0])
        elif self._server.running():
            self.note_running()
        elif self._there:
            self._there = False
            self.note_end("gone")
        elif time.monotonic() >= self.start_at:
            # The hub's processes have been told the address: it must not change under them.
            self._start = self._threads.submit(self._server.start, keep_port=True)

    def report(self) -> ProcessReport:
        return self.report_with(self._server.running())
