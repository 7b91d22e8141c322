"""The pipeline as the bulk worker sees it: chunks of a batch, decided in order, none of them twice.

Decoding, loading, deciding and writing are those of single messages; a chunk is a message without a receipt of
its own.
"""

import traceback
from collections.abc import Sequence

import psycopg
import structlog

from adapters import Adapter
from contracts.messages import Limits
from contracts.reasons import Reason, Rule
from registry_store.batches.chunks import StoredChunk, hold, undecided_chunks
from registry_store.dead_letters import bury
from registry_store.faults import Transient
from router.pipeline.chunk_group import Readings, refuse_chunks, run_chunks
from router.pipeline.excerpts import read_chunk
from router.pipeline.group import Group
from router.pipeline.group_reading import Following, GroupReader, ReadGroup
from router.pipeline.pipeline import Pipeline
from router.pipeline.read_ahead import ReadAhead, Readers
from router.pipeline.reading import Reading
from router.pipeline.reading_thread import ReadingThread

log = structlog.get_logger()


class BulkPipeline:
    """Decides chunks, one transaction a group. Not thread-safe: one caller at a time.

    `readers`: who reads the next groups meanwhile; None: a thread of this process.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        *,
        adapters: tuple[Adapter, ...],
        limits: Limits,
        readers: Readers | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._adapters = adapters
        self._limits = limits
        if readers is None:
            readers = ReadingThread(GroupReader(pipeline.another_connection, self._read))
        self._ahead = ReadAhead(readers)

    def next_chunks(self, batch: int, *, up_to: int, limit: int) -> list[StoredChunk]:
        """What is to be decided next of a batch. Raises Transient where the registry is away."""
        try:
            return undecided_chunks(self._pipeline.connection(), batch, up_to=up_to, limit=limit)
        except psycopg.Error as error:
            self._pipeline.raise_if_passing(error)
            raise

    def ahead(self, batch: int) -> ReadGroup | None:
        """What was read ahead of this batch: its next chunks, where all before them were decided."""
        return self._ahead.take(batch)

    def is_doubtful(self, chunk: StoredChunk) -> bool:
        """Whether the process that read it ahead may have died over it."""
        return self._ahead.is_doubtful(chunk.batch.row, chunk.number)

    def decide(
        self, chunks: Sequence[StoredChunk], *, group: ReadGroup | None = None, then: int = 0
    ) -> bool:
        """Chunks of one batch, in their order. A chunk that the hub fails on is found, and answered as such.
        `group`: these chunks as they were read ahead; `then`: so many after them are read meanwhile.
        True where all of them were decided by this very call.

        Raises Transient where trying again later may help.
        """
        is_done = False
        try:
            is_done = self._run(chunks, group, then)
        except Transient:
            raise
        except Exception as error:  # noqa: BLE001 - a fault is told apart from a bug, which is isolated
            self._ahead.throw_away(chunks[0].batch.row)
            self._pipeline.raise_if_passing(error)
            if len(chunks) == 1 or chunks[0].batch.header.policy.accept == "all_or_nothing":
                trace = "".join(traceback.format_exception(error))
                self.bury(chunks, cause=type(error).__name__, detail=trace)
            else:
                middle = len(chunks) // 2
                self.decide(chunks[:middle])
                self.decide(chunks[middle:])
        finally:
            if not is_done:  # what is ahead stands after chunks that are still to be decided
                self._ahead.throw_away(chunks[0].batch.row)
        return is_done

    def _run(self, chunks: Sequence[StoredChunk], group: ReadGroup | None, then: int) -> bool:
        """Whether all of them were decided here."""
        stamp = self._pipeline.look_for_versions()

        def read_on() -> None:
            if then:
                last = chunks[-1]
                wanted = Following(last.batch.row, last.number, then)
                self._ahead.begin(wanted, self._pipeline.setting(), stamp)

        if self._ahead.is_early:
            read_on()
        if group is not None and group.stamp != stamp:
            group = None  # it was read with another catalogue
        readings = Readings(self._read)
        if group is None:
            readings.of(chunks)  # before anything is held
        ahead = group.prepared if group else None
        decided = self._pipeline.in_rounds(
            lambda connection, group: run_chunks(
                connection, chunks, readings, group, ahead, read_on
            ),
            first=None if ahead is None else ahead.setting,
        )
        return decided == len(chunks)

    def _read(self, chunk: StoredChunk) -> Reading:
        return read_chunk(chunk, self._adapters, self._limits)

    def bury(self, chunks: Sequence[StoredChunk], *, cause: str, detail: str) -> None:
        """Dead-letter what the hub fails on, and answer its rows with MSG-14; the batch goes on after it."""
        try:
            self._pipeline.in_rounds(
                lambda connection, group: _bury(connection, chunks, cause, detail[-4_000:], group)
            )
        except Exception as fault:
            self._pipeline.raise_if_passing(fault)
            raise

    def close(self) -> None:
        self._ahead.close()
        self._pipeline.close()


def _bury(
    connection: psycopg.Connection,
    chunks: Sequence[StoredChunk],
    cause: str,
    detail: str,
    group: Group,
) -> None:
    batch, first = chunks[0].batch, chunks[0]
    with connection.transaction():
        if not hold(connection, chunks):
            return
        row = bury(
            connection,
            lane=f"{batch.header.door}.bulk",
            sender=batch.header.sender,
            message_id=batch.message_id or None,
            media_type=batch.header.media_type,
            body=first.body,
            cause=cause,
            detail=detail,
            headers={"batch": batch.id, "chunk": first.number},
        )
        text = f"the hub failed on this part of the file and keeps it as dead letter {row}"
        refuse_chunks(connection, chunks, Reason(Rule.MSG_14, text), group)
    log.error(
        "bulk.dead_letter", row=row, sender=batch.header.sender, batch=batch.id, chunk=first.number, cause=cause
    )  # fmt: skip
