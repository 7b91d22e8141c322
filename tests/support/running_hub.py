"""A hub as it runs: processes of its command line, started again when they die, each death noted."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_ROOT = Path(__file__).parents[2]
NAMES = ("serve", "work", "relay")
_COMMANDS = {"bulk": ("work", "--bulk")}
_CHECK_SECONDS = 0.05
_STOP_SECONDS = 30


@dataclass
class RunningHub:
    """`variables`: the environment of all; `kill_at`: process -> the point at which its first one dies;
    `names`: the processes, `bulk` being the worker of chunks.
    """

    variables: Mapping[str, str]
    log_folder: Path
    kill_at: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = NAMES
    #: Exit statuses of the processes that ended by themselves, by name.
    deaths: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self) -> None:
        for name in self.names:
            self._start(name, self.kill_at.get(name))

    def is_up(self, name: str) -> bool:
        return self._running[name].poll() is None

    def kill(self, name: str) -> None:
        self._running[name].send_signal(signal.SIGKILL)

    def kill_reader(self) -> bool:
        """One of the processes that read for the bulk worker; whether there was one."""
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self._running["bulk"].pid).children():
                if any("spawn_main" in word for word in child.cmdline()):
                    child.kill()
                    return True
        return False

    def killed(self) -> set[str]:
        return {name for name, statuses in self.deaths.items() if -signal.SIGKILL in statuses}

    async def keep(self) -> None:
        """Starts again what has ended, until cancelled."""
        while True:
            for name, process in list(self._running.items()):
                if (status := process.poll()) is not None:
                    self.deaths[name].append(status)
                    self._start(name, None)
            await asyncio.sleep(_CHECK_SECONDS)

    def stop(self) -> None:
        """As an operator does. Every process must then end well, and none may have ended but by a kill."""
        unasked = {status for statuses in self.deaths.values() for status in statuses}
        assert unasked <= {-signal.SIGKILL}, f"{self.deaths}; see {self.log_folder}"
        for process in self._running.values():
            process.terminate()
        statuses = {name: process.wait(_STOP_SECONDS) for name, process in self._running.items()}
        # The HTTP server, once it has stopped in good order, lets the signal itself end the process.
        assert set(statuses.values()) <= {0, -signal.SIGTERM}, f"{statuses}; see {self.log_folder}"

    def end(self) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.kill()
                process.wait()

    def _start(self, name: str, kill_at: str | None) -> None:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("HUB_")}
        inherited["PYTHONPATH"] = str(_ROOT)
        armed = {"HUB_KILL_AT": kill_at} if kill_at else {}
        with (self.log_folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-P", "-m", "router.cli", *_COMMANDS.get(name, (name,))],
                env={**inherited, **self.variables, **armed}, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip


@contextlib.asynccontextmanager
async def running(hub: RunningHub) -> AsyncIterator[RunningHub]:
    """Kept running for the block; stopped gracefully at its end, and in any case ended."""
    hub.start()
    keeping = asyncio.create_task(hub.keep())
    try:
        yield hub
        keeping.cancel()
        hub.stop()
    finally:
        keeping.cancel()
        hub.end()
