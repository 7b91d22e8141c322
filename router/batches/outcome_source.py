"""The bytes of a batch once more, for its outcome file: as a stream, or to be read here and there."""

import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from registry_store.batches.uploading import parts_of
from registry_store.database import Database
from router.batches.expanding import ExpandBounds, Expanded, FileBroken
from router.batches.parts import PartsFile, PartsStream, part

_BUFFER_BYTES = 256 * 1024


@contextmanager
def streamed(
    database: Database, row: int, encoding: str, bounds: ExpandBounds
) -> Iterator[BinaryIO]:
    """From the first byte to the last that is there, expanded; ends where the file is broken."""
    stream = PartsStream(lambda number: _part(database, row, number), lambda _: False)
    source: io.RawIOBase = stream
    if encoding:
        packed = cast(BinaryIO, io.BufferedReader(stream, _BUFFER_BYTES))
        source = _UntilBroken(Expanded(packed, encoding, bounds))
    yield cast(BinaryIO, io.BufferedReader(source, _BUFFER_BYTES))


@contextmanager
def seekable(
    database: Database, row: int, encoding: str, bounds: ExpandBounds
) -> Iterator[BinaryIO]:
    """The whole file; one that has to be expanded goes by way of the disk."""
    if not encoding:
        with database.reading() as connection:
            sizes = [each.size_bytes for each in parts_of(connection, row)]
        file = PartsFile(lambda number: _part(database, row, number), sizes)
        yield cast(BinaryIO, io.BufferedReader(file, _BUFFER_BYTES))
        return
    with (
        streamed(database, row, encoding, bounds) as stream,
        tempfile.TemporaryFile(prefix="fmar-outcomes-") as whole,
    ):
        shutil.copyfileobj(stream, whole, _BUFFER_BYTES)
        whole.seek(0)
        yield cast(BinaryIO, whole)


def is_there(database: Database, row: int) -> bool:
    """Whether the bytes are still kept."""
    return _part(database, row, 1) is not None


def _part(database: Database, row: int, number: int) -> bytes | None:
    with database.reading() as connection:
        return part(connection, row, number)


class _UntilBroken(io.RawIOBase):
    """Ends where the file cannot be read further: rows behind were never answered."""

    def __init__(self, source: io.RawIOBase) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override] # any writable buffer
        try:
            return self._source.readinto(buffer) or 0
        except FileBroken:
            return 0
