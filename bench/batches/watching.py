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
    """Peak resident memory of processes, in megabytes, by name; and of the largest that each has started, under its
    name and `children`.
    """

    def __init__(self, pids: Mapping[str, int]) -> None:
        super().__init__()
        self._processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        self.peak_mb: dict[str, float] = dict.fromkeys(pids, 0.0)

    def _run(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            for name, process in self._processes.items():
                with suppress(psutil.NoSuchProcess):
                    self._note(name, process)
                    for child in process.children(recursive=True):
                        self._note(f"{name} children", child)

    def _note(self, name: str, process: psutil.Process) -> None:
        peak = round(process.memory_info().rss / _MEGABYTE, 1)
        self.peak_mb[name] = max(self.peak_mb.get(name, 0.0), peak)


def processor_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Processor time that processes and all that they started have used by now, in seconds, by name; and of it what
    was used by those that they started, under the name and `children`.
    """
    used = {}
    for name, pid in pids.items():
        process = psutil.Process(pid)
        used[name] = _used(process)
        if children := process.children():
            used[f"{name} children"] = sum(map(_used, children))
    return used


def _used(process: psutil.Process) -> float:
    """0.0 of one that has ended."""
    with suppress(psutil.NoSuchProcess):
        own = process.cpu_times()
        used = own.user + own.system + own.children_user + own.children_system
        return float(used + sum(map(_used, process.children())))
    return 0.0


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
