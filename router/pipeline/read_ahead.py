"""While a group of chunks is written, the next one of its batch is fetched, decoded and prepared on another thread.

The thread that writes mostly waits for PostgreSQL; begun any earlier, the two would only wait for each other's turn to
compute. What was read ahead promises nothing: whether it is still to be decided, and whether it would be prepared so
now, is looked at in the transaction that decides it.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import psycopg
import structlog

from registry_store.batches.chunks import StoredChunk, undecided_chunks
from registry_store.messages import senders
from registry_store.rules.decision import Setting
from router.killpoints import reached
from router.pipeline.chunk_group import Prepared, ReadChunk, prepare_chunks
from router.pipeline.reading import Reading

log = structlog.get_logger()

#: What waited longer (a batch was paused, a reference was lost) is read anew: its setting has an hour.
_LONGEST_SECONDS = 5.0


class ReadGroup(NamedTuple):
    """The next chunks of a batch, in their order. `stamp`: of the catalogue that they were read with."""

    read: list[ReadChunk]
    prepared: Prepared
    stamp: object

    @property
    def chunks(self) -> list[StoredChunk]:
        return [each.chunk for each in self.read]


class _Begun(NamedTuple):
    batch: int
    at: float
    group: Future[ReadGroup | None]


class ReadAhead:
    """At most one group. Not thread-safe: its caller is the one thread that decides.

    `connect` opens a connection of the reading thread's own; `read` decodes a chunk.
    """

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection],
        read: Callable[[StoredChunk], Reading],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect = connect
        self._read = read
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ahead")
        self._connection: psycopg.Connection | None = None
        self._begun: _Begun | None = None

    def begin(self, after: StoredChunk, *, limit: int, setting: Setting, stamp: object) -> None:
        """At most `limit` chunks after one that is being written. Where a group of another batch is ahead, that
        one is kept: batches of several partners take turns.
        """
        if self._begun is not None and self._is_old(self._begun):
            self.throw_away()
        if self._begun is None:
            group = self._thread.submit(self._next, after, limit, setting, stamp)
            self._begun = _Begun(after.batch.row, self._clock(), group)

    def take(self, batch: int) -> ReadGroup | None:
        """What is ahead of this batch, when it is ready. None: nothing, or it could not be read; whoever asks
        reads it then, and meets the fault.
        """
        begun = self._begun
        if begun is None or begun.batch != batch:
            return None
        self._begun = None
        group = begun.group.result()
        return None if self._is_old(begun) else group

    def throw_away(self) -> None:
        """Returns when nothing is read any more."""
        if self._begun is not None:
            begun, self._begun = self._begun, None
            if not begun.group.cancel():
                begun.group.result()

    def close(self) -> None:
        self._begun = None
        self._thread.shutdown(cancel_futures=True)
        self._drop_connection()

    def _is_old(self, begun: _Begun) -> bool:
        return self._clock() - begun.at > _LONGEST_SECONDS

    def _next(
        self, after: StoredChunk, limit: int, setting: Setting, stamp: object
    ) -> ReadGroup | None:
        """On the thread of its own."""
        try:
            chunks, organisation = self._fetched(after, limit)
            if not chunks:
                return None
            reached("bulk.read_ahead")
            read = [ReadChunk(chunk, self._read(chunk)) for chunk in chunks]
            return ReadGroup(read, prepare_chunks(read, setting, organisation), stamp)
        except Exception as error:  # noqa: BLE001 - found again, and told apart, by whoever reads it in its turn
            log.info("bulk.not_read_ahead", batch=after.batch.id, error=repr(error)[:200])
            self._drop_connection()
            return None

    def _fetched(self, after: StoredChunk, limit: int) -> tuple[list[StoredChunk], str | None]:
        """The chunks, and the organisation of their sender."""
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        batch, last = after.batch, after.number
        chunks = undecided_chunks(
            self._connection, batch.row, after=last, up_to=last + limit, limit=limit
        )
        sender = batch.header.sender
        return chunks, senders(self._connection, {sender}).get(sender) if chunks else None

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
