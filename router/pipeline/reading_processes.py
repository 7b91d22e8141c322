"""Reading ahead in processes of its own: each fetches chunks by itself, decodes and prepares them, and gives back bytes.

A process that ends (killed, out of memory) takes those beside it along: all are started anew, after a pause
that grows where that happens again and again. They end with the process that started them, however that ends.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime

import structlog

from adapters import Adapter
from registry_store.live_catalogue import Renew
from registry_store.rules.decision import Setting
from router.backoff import Backoff
from router.collector import settle_collector
from router.logs import configure_logging
from router.pipeline.crossing import packed, unpacked
from router.pipeline.group_reading import Following, GroupReader, ReadGroup
from router.pipeline.read_ahead import ReaderDied

log = structlog.get_logger()

Packed = Future[bytes | None]

#: A file of fewer chunks is decided before a process has loaded what it reads with.
_WORTH_A_START_CHUNKS = 20


@dataclass(frozen=True, slots=True)
class ChunkReader:
    """What a process reads with. `renew` brings the catalogue up to date before each group."""

    reader: GroupReader
    renew: Renew
    make_setting: Callable[[datetime], Setting]

    def read(self, wanted: Following, now: datetime) -> bytes | None:
        """None where there is nothing to read."""
        stamp = self.renew(self.reader.connection())
        group = self.reader.group(wanted, self.make_setting(now), stamp)
        return None if group is None else packed(group)


class ReadingProcesses:
    """`count` processes, started when there is a long file to read for the first time; nobody waits for that.

    `make` gives a process what it reads with: a function that can be pickled, with arguments that can.
    """

    is_early = True

    def __init__(
        self,
        count: int,
        make: Callable[[], ChunkReader],
        adapters: tuple[Adapter, ...],
        clock: Callable[[], float] = time.monotonic,
        *,
        log_level: str = "info",
    ) -> None:
        self.most = count
        self._make = make
        self._adapters = adapters
        self._clock = clock
        self._log_level = log_level
        self._pool: ProcessPoolExecutor | None = None
        self._warm: list[Future[int]] = []
        #: What was asked of the processes that there are now.
        self._asked: set[Packed] = set()
        self._backoff = Backoff()
        self._started_at, self._not_before = 0.0, 0.0

    def start(self) -> None:
        """Returns when they are there."""
        if self._started() is not None:
            wait(self._warm)

    def begin(self, wanted: Following, setting: Setting, _stamp: object) -> Packed | None:
        is_worth_it = self._pool is not None or wanted.after >= _WORTH_A_START_CHUNKS
        pool = self._started() if is_worth_it else None
        if pool is None or not any(each.done() for each in self._warm):
            return None
        try:
            asked = pool.submit(_read, wanted, setting.now)
        except BrokenProcessPool:
            self._forget_processes()
            return None
        self._asked.add(asked)
        return asked

    def group(self, begun: Packed, setting: Setting) -> ReadGroup | None:
        try:
            answer = begun.result()
            return None if answer is None else unpacked(answer, setting, self._adapters)
        except BrokenProcessPool as error:
            if begun in self._asked:
                self._forget_processes()
            raise ReaderDied from error
        except CancelledError:  # those that were asked are gone
            return None
        except LookupError as unknown:  # read with what is not known here yet
            log.info("bulk.not_read_ahead", error=str(unknown)[:200])
            return None
        finally:
            self._asked.discard(begun)

    def drop(self, begun: Packed) -> None:
        begun.cancel()
        self._asked.discard(begun)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _started(self) -> ProcessPoolExecutor | None:
        if self._pool is None and self._clock() >= self._not_before:
            self._pool = ProcessPoolExecutor(
                self.most,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(self._make, self._log_level),
            )
            self._started_at = self._clock()
            self._warm = [self._pool.submit(os.getpid) for _ in range(self.most)]
        return self._pool

    def _forget_processes(self) -> None:
        """One has ended, and the others with it: new ones are started when they are wanted next."""
        pause = self._backoff.note_end(ran_seconds=self._clock() - self._started_at)
        self._not_before = self._clock() + pause
        log.warning("bulk.reader_died", pause_seconds=pause, deaths=self._backoff.ends_in_a_row)
        self._asked.clear()
        self.close()


#: Of a process that reads: what it reads with.
_reader: list[ChunkReader] = []


def _begin(make: Callable[[], ChunkReader], log_level: str) -> None:
    """What a process does first, and once."""
    configure_logging(log_level, process="bulk.reader")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # for the whole group: it is told by its parent
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    _reader.append(make())
    settle_collector()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _read(wanted: Following, now: datetime) -> bytes | None:
    """What fails is found again, and told apart, by whoever reads it in its turn."""
    (chunk_reader,) = _reader
    try:
        return chunk_reader.read(wanted, now)
    except Exception as error:  # noqa: BLE001 - as above
        log.info("bulk.not_read_ahead", batch=wanted.batch, error=repr(error)[:200])
        chunk_reader.reader.close()
        return None
