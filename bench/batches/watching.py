"""What is watched while a batch runs: the memory of the hub's processes, and how long a single message takes."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

import httpx
import psutil

_LOOK_SECONDS = 0.05
_MEGABYTE = 1024 * 1024


class _Watching(ABC):
    """A thread that does something until it is told to stop."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    @abstractmethod
    def _run(self) -> None: ...


class Memory(_Watching):
    """Peak resident memory of processes and of all that they start, in megabytes, by name."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        super().__init__()
        self._processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        self.peak_mb: dict[str, float] = dict.fromkeys(pids, 0.0)

    def _run(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            for name, process in self._processes.items():
                try:
                    family = [process, *process.children(recursive=True)]
                    most = max(each.memory_info().rss for each in family)
                except psutil.NoSuchProcess:
                    continue
                self.peak_mb[name] = max(self.peak_mb[name], round(most / _MEGABYTE, 1))


def processor_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Processor time that processes and all that they started have used by now, in seconds, by name."""
    return {name: _used(psutil.Process(pid)) for name, pid in pids.items()}


def _used(process: psutil.Process) -> float:
    own = process.cpu_times()
    used = own.user + own.system + own.children_user + own.children_system
    for child in process.children():
        with suppress(psutil.NoSuchProcess):
            used += _used(child)
    return float(used)


class SingleMessages(_Watching):
    """Sends one message every so often by HTTP and waits for its receipt; `seconds`: how long each took."""

    def __init__(
        self,
        base_url: str,
        auth: tuple[str, str],
        make: Callable[[int], bytes],
        every_seconds: float,
    ) -> None:
        super().__init__()
        self._client = httpx.Client(base_url=base_url, auth=auth, timeout=60, trust_env=False)
        self._make = make
        self._every_seconds = every_seconds
        self.seconds: list[float] = []
        self.problem: Exception | None = None

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._every_seconds):
                self._send()
        except Exception as problem:  # noqa: BLE001 - a thread has nobody to raise to; its owner looks
            self.problem = problem

    def _send(self) -> None:
        number = len(self.seconds) + 1
        body = self._make(number)
        headers = {
            "content-type": "application/cloudevents+json",
            "ce-id": f"m-{number}",
            "prefer": "wait=30",
        }
        began = time.perf_counter()
        answer = self._client.post("/v1/messages", content=body, headers=headers)
        self.seconds.append(time.perf_counter() - began)
        if answer.status_code != httpx.codes.OK or b'"accepted"' not in answer.content:
            raise RuntimeError(f"a single message: {answer.status_code} {answer.text[:300]}")
