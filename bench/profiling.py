"""Where the time of the hub goes: CPU and elapsed microseconds per message, step by step.

Steps are functions that are replaced for one run by ones that keep the time; a run that is profiled is
not compared. CPU time is that of the thread, so what the database or the broker does shows only as
elapsed time; steps within steps are counted in both.
"""

import time
from collections.abc import Callable
from importlib import import_module
from threading import get_ident
from typing import Any

#: step -> where it stands: module, then attribute (of a class, where there is one).
STEPS: dict[str, tuple[str, str]] = {
    "read_arrival": ("router.worker.worker", "read_arrival"),
    "decode": ("router.pipeline.pipeline", "read"),
    "look_up_messages": ("router.pipeline.group", "known_messages"),
    "look_up_senders": ("router.pipeline.group", "senders"),
    "prepare": ("router.pipeline.group", "prepare"),
    "load": ("router.pipeline.group", "load"),
    "decide": ("router.pipeline.group", "decide"),
    "receipt": ("router.pipeline.group", "_answer"),
    "write": ("registry_store.writing", "WriteSet.flush"),
    "write.append_to_log": ("registry_store.writing", "append"),
    "group": ("router.pipeline.pipeline", "run"),
    "publish.frames": ("router.broker.publisher", "_frames"),
    "publish.receipt": ("router.worker.settling", "_receipt"),
}


class Profile:
    """Keeps the time from `begin` to `end`, both called on the event loop's thread."""

    def __init__(self) -> None:
        self._cpu: dict[str, float] = dict.fromkeys(STEPS, 0.0)
        self._elapsed: dict[str, float] = dict.fromkeys(STEPS, 0.0)
        self._calls: dict[str, int] = dict.fromkeys(STEPS, 0)
        self._restore: list[Callable[[], None]] = []
        self._loop_thread = get_ident()

    def begin(self) -> None:
        for step, (module, path) in STEPS.items():
            owner: Any = import_module(module)
            *classes, name = path.split(".")
            for each in classes:
                owner = getattr(owner, each)
            original = getattr(owner, name)
            setattr(owner, name, self._timed(step, original))
            self._restore.append(
                lambda owner=owner, name=name, original=original: setattr(owner, name, original)
            )
        self._process, self._loop, self._began = (
            time.process_time(),
            time.thread_time(),
            time.perf_counter(),
        )

    def end(self, messages: int) -> dict[str, Any]:
        """Microseconds per message."""
        loop, process = time.thread_time() - self._loop, time.process_time() - self._process
        elapsed = time.perf_counter() - self._began
        for restore in self._restore:
            restore()

        def each(seconds: float) -> float:
            return round(seconds / messages * 1e6, 1)

        return {
            "messages_per_group": round(messages / max(1, self._calls["group"]), 1),
            "elapsed": each(elapsed),
            "cpu_of_process": each(process),
            "cpu_of_event_loop": each(loop),
            "cpu_of_deciding_thread": each(process - loop),
            "steps_cpu": {step: each(seconds) for step, seconds in self._cpu.items()},
            "steps_elapsed": {step: each(seconds) for step, seconds in self._elapsed.items()},
        }

    def _timed(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        cpu, elapsed, calls = self._cpu, self._elapsed, self._calls
        thread_time, perf_counter = time.thread_time, time.perf_counter

        def timed(*arguments: Any, **named: Any) -> Any:
            cpu_before, before = thread_time(), perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                cpu[step] += thread_time() - cpu_before
                elapsed[step] += perf_counter() - before
                calls[step] += 1

        return timed
