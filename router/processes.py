"""Processes that outlive the Python object that started them: found again, and only they, by a later run.

A pid alone proves nothing: after a crash of the machine, or a day of work, the number may belong to
somebody else. A process is therefore known by its pid together with the moment of its start.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Self

import psutil

POLL_SECONDS = 0.02
LOG_BYTES_BEFORE_ROTATION = 20_000_000


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """One process, for ever: `started` tells it from a later one with the same pid."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """The process that has this pid now; None when there is none, or it has ended unreaped."""
        started = _start_of(pid)
        return None if started is None else cls(pid=pid, started=started)

    def alive(self) -> bool:
        return _start_of(self.pid) == self.started

    def send(self, number: signal.Signals) -> None:
        """Sends the signal if this very process still runs."""
        if self.alive():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def ended_within(self, seconds: float) -> bool:
        """Waits for the end, at most so long; says whether it came."""
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)  # if it was ours, its entry goes too
        return True


@dataclass(frozen=True, slots=True)
class RecordedProcess:
    """A process in a session of its own, whose identity stands in a file."""

    file: Path

    def identity(self) -> ProcessIdentity | None:
        """The process if it runs, whoever started it."""
        with suppress(FileNotFoundError, ValueError, TypeError):
            recorded = ProcessIdentity(**json.loads(self.file.read_text()))
            if recorded.alive():
                return recorded
        return None

    def start(
        self, command: Sequence[str], *, environment: Mapping[str, str], log: Path, folder: Path
    ) -> "subprocess.Popen[bytes]":
        """Starts the process with its output appended to `log`, and records it."""
        with appending(log) as output:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=folder,
                start_new_session=True,
            )
        if identity := ProcessIdentity.of(child.pid):
            self.record(identity)
        return child

    def record(self, identity: ProcessIdentity) -> None:
        write_atomically(self.file, json.dumps(asdict(identity)))

    def stop(self, number: signal.Signals, *, seconds: float) -> bool:
        """Signals, waits, and at the end kills the whole group; says whether the signal sufficed."""
        identity = self.identity()
        if identity is None:
            self.file.unlink(missing_ok=True)
            return True
        identity.send(number)
        in_time = identity.ended_within(seconds)
        kill_group(identity.pid)
        identity.ended_within(5)
        self.file.unlink(missing_ok=True)
        return in_time


def kill_group(leader_pid: int) -> None:
    """Kills what is left of the process group that this process led, also after its own end.

    A group keeps its number for as long as it has a member: those left behind are still found.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader_pid, signal.SIGKILL)


def rotate(log: Path) -> None:
    """Keeps one earlier log: an unattended hub must not fill the disk."""
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileNotFoundError):
        if log.stat().st_size > LOG_BYTES_BEFORE_ROTATION:
            log.replace(log.with_name(log.name + ".1"))


def appending(log: Path) -> BinaryIO:
    """The log opened for more, rotated where it is large; only its owner may read it."""
    rotate(log)
    return open(log, "ab", opener=partial(os.open, mode=0o600))


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, for an error that names its cause."""
    with suppress(FileNotFoundError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return "(no log)"


def write_atomically(file: Path, text: str, *, mode: int = 0o600) -> None:
    """Replaces the file as a whole: a reader sees the old text or the new, never a part."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as output:
        output.write(text)
    fresh.replace(file)


def _start_of(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None if Path("/proc/self/stat").exists() else _start_without_proc(pid)
    # Fields after the command's name, which may itself contain spaces and brackets.
    fields = stat.rpartition(")")[2].split()
    state, threads, start_ticks = fields[0], int(fields[17]), fields[19]
    # The first thread of a killed process is a zombie before the last one has let go of the sockets.
    ended = state in "ZX" and threads <= 1
    # Ticks count from boot: the boot's own id makes them unique over restarts of the machine.
    return None if ended else f"{_boot_id()}/{start_ticks}"


def _start_without_proc(pid: int) -> str | None:
    try:
        process = psutil.Process(pid)
        ended = process.status() == psutil.STATUS_ZOMBIE
        return None if ended else f"{process.create_time():.2f}"
    except psutil.Error:
        return None


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
