"""Answers pairs in processes of their own: in the order of the input, whatever happens to one of them.

A pair on which a process ends or hangs is tried again without the native canonicaliser, and then for its
differences alone; after that it is unproved, with the cause.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import orjson

from router.category_pairs import Answer
from router.category_worker import PATIENCE_SECONDS, no_answer

#: Well beyond the worker's own patience: it hangs in native code, where no signal is heard.
HANGING_SECONDS = 3 * PATIENCE_SECONDS
WORKER = (sys.executable, "-P", "-m", "router.category_worker")
_ROOT = Path(__file__).parent.parent
_MODES = ("full", "solver", "differences")
#: Pairs that are read ahead of the answers.
_AHEAD = 64


class _Worker:
    """One process; started when it is first needed, and again after it ended."""

    def __init__(self, command: Sequence[str], hanging_seconds: float) -> None:
        self._command = command
        self._hanging_seconds = hanging_seconds
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: bytes) -> bytes:
        """The answer, or nothing if the process ended or was ended for hanging."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        guard = threading.Timer(self._hanging_seconds, process.kill)
        guard.start()
        reply = b""
        try:
            process.stdin.write(request + b"\n")
            process.stdin.flush()
            reply = process.stdout.readline()
        except BrokenPipeError:
            pass
        finally:
            guard.cancel()
        if reply.endswith(b"\n"):
            return reply
        self.end()
        return b""

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": str(_ROOT)},
            )
        return self._process

    def end(self) -> None:
        """Ends the process, whether it is working or waiting."""
        if self._process is not None:
            self._process.kill()
            with suppress(BrokenPipeError):  # a request that it did not read any more
                self._process.communicate()
            self._process = None


def answers(
    texts: Iterable[bytes],
    folders: tuple[Path, ...],
    workers: int,
    *,
    command: Sequence[str] = WORKER,
    hanging_seconds: float = HANGING_SECONDS,
) -> Iterator[Answer]:
    """One answer for each text of a pair, in their order."""
    idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
    every = [_Worker(command, hanging_seconds) for _ in range(max(1, workers))]
    for worker in every:
        idle.put(worker)

    def answer(text: bytes) -> Answer:
        worker = idle.get()
        try:
            return _answered(worker, text, folders)
        finally:
            idle.put(worker)

    with ThreadPoolExecutor(len(every)) as pool:
        try:
            waiting = []
            for text in texts:
                waiting.append(pool.submit(answer, text))
                if len(waiting) >= _AHEAD:
                    yield waiting.pop(0).result()
            for pending in waiting:
                yield pending.result()
        finally:
            pool.shutdown(cancel_futures=True)
            for worker in every:
                worker.end()


def _answered(worker: _Worker, text: bytes, folders: tuple[Path, ...]) -> Answer:
    for mode in _MODES:
        request = {
            "text": text.decode("latin-1"),
            "folders": [str(folder) for folder in folders],
            "mode": mode,
        }
        reply = worker.ask(orjson.dumps(request))
        if reply:
            return dict(json.loads(reply))
    return no_answer("the process that worked on this pair crashed or hung, three times")
