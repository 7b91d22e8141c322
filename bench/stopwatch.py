"""Keeps the time of named steps: elapsed seconds, and processor seconds of this thread."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Stopwatch:
    """A step that is measured twice adds up."""

    elapsed: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    _began: dict[str, tuple[float, float]] = field(default_factory=dict)

    def begin(self, step: str) -> None:
        self._began[step] = (time.perf_counter(), time.thread_time())

    def end(self, step: str) -> None:
        elapsed, cpu = time.perf_counter(), time.thread_time()
        began, cpu_began = self._began.pop(step)
        self.elapsed[step] = self.elapsed.get(step, 0.0) + elapsed - began
        self.cpu[step] = self.cpu.get(step, 0.0) + cpu - cpu_began

    @contextmanager
    def step(self, step: str) -> Iterator[None]:
        self.begin(step)
        yield
        self.end(step)
