"""Chunks that come next, fetched, decoded and prepared as far as they go without the transaction that decides them."""

from collections.abc import Callable
from typing import NamedTuple

import psycopg

from registry_store.batches.chunks import StoredChunk, undecided_chunks
from registry_store.messages import senders
from registry_store.rules.decision import Setting
from router.killpoints import reached
from router.pipeline.chunk_group import Prepared, ReadChunk, prepare_chunks
from router.pipeline.reading import Reading


class Following(NamedTuple):
    """At most `limit` chunks of a batch, those after the chunk of number `after`."""

    batch: int
    after: int
    limit: int

    @property
    def last(self) -> int:
        return self.after + self.limit


class ReadGroup(NamedTuple):
    """The next chunks of a batch, in their order. `stamp`: of the catalogue that they were read with."""

    chunks: list[StoredChunk]
    prepared: Prepared
    stamp: object


class GroupReader:
    """Over a connection of its own, which it opens when it first needs it. One caller at a time.

    `read` decodes a chunk.
    """

    def __init__(
        self, connect: Callable[[], psycopg.Connection], read: Callable[[StoredChunk], Reading]
    ) -> None:
        self._connect = connect
        self._read = read
        self._connection: psycopg.Connection | None = None

    def connection(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        return self._connection

    def group(self, wanted: Following, setting: Setting, stamp: object) -> ReadGroup | None:
        """None where none of them is cut yet, or the batch is not to go on. Raises what the database raises, and
        what is a bug of an adapter.
        """
        connection = self.connection()
        chunks = undecided_chunks(
            connection, wanted.batch, after=wanted.after, up_to=wanted.last, limit=wanted.limit
        )
        if not chunks:
            return None
        sender = chunks[0].batch.header.sender
        organisation = senders(connection, {sender}).get(sender)
        reached("bulk.read_ahead")
        read = [ReadChunk(chunk, self._read(chunk)) for chunk in chunks]
        return ReadGroup(chunks, prepare_chunks(read, setting, organisation), stamp)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
