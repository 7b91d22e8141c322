"""Workers that take turns at named steps, in an order drawn from a seed."""

import queue
import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

#: A worker that does not come to its next step within this time waits for another's lock.
_BLOCKED_SECONDS = 0.05
_HANG_SECONDS = 30


class _Worker(threading.Thread):
    def __init__(
        self,
        name: str,
        work: Callable[[Callable[[str], None]], Any],
        reports: "queue.Queue[_Worker]",
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._work, self._reports = work, reports
        self._turn = threading.Semaphore(0)
        self.steps: list[str] = []
        self.result: Any = None
        self.error: BaseException | None = None
        self.is_done = False

    def run(self) -> None:
        try:
            self.step("start")
            self.result = self._work(self.step)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            self.error = error
        self.is_done = True
        self._reports.put(self)

    def step(self, name: str) -> None:
        self.steps.append(name)
        self._reports.put(self)
        self._turn.acquire()

    def go_on(self) -> None:
        self._turn.release()


def interleave(seed: int, works: Sequence[Callable[[Callable[[str], None]], Any]]) -> list[Any]:
    """Run the works side by side; each calls the function it is given at its steps, and goes on when the
    seed says so. A work that waits for a database lock lets the others go on. Returns their results."""
    order = random.Random(seed)
    reports: queue.Queue[_Worker] = queue.Queue()
    workers = [_Worker(f"worker-{number}", work, reports) for number, work in enumerate(works)]
    for worker in workers:
        worker.start()
    waiting: list[_Worker] = []
    running = set(workers)
    while running or waiting:
        try:
            # All that can come to a step do so before the next turn is drawn.
            while running:
                worker = reports.get(timeout=_BLOCKED_SECONDS if waiting else _HANG_SECONDS)
                running.discard(worker)
                if not worker.is_done:
                    waiting.append(worker)
        except queue.Empty:
            assert waiting, f"hung: {[(w.name, w.steps) for w in running]}"
        if waiting:
            worker = waiting.pop(order.randrange(len(waiting)))
            running.add(worker)
            worker.go_on()
    for worker in workers:
        if worker.error is not None:
            raise worker.error
    return [worker.result for worker in workers]
