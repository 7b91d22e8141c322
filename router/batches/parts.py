"""The bytes of a batch as a file: read part by part from the registry, a few parts in memory at a time."""

import io
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from itertools import accumulate

import psycopg

from registry_store.batches.packing import unpacked

#: Parts that a file which is read here and there keeps in memory.
_KEPT_PARTS = 4


class Interrupted(Exception):
    """Whoever reads is to stop: the process ends, or the batch is cancelled while its parts still come."""


def part(connection: psycopg.Connection, batch: int, number: int) -> bytes | None:
    """The bytes of one part, or None while it is not there."""
    found = connection.execute(
        "SELECT body FROM batch_part WHERE batch = %s AND number = %s", (batch, number), binary=True
    ).fetchone()
    return None if found is None else unpacked(found[0])


class PartsStream(io.RawIOBase):
    """From the first byte to the last, also while parts still come.

    `wait` is called for a part that is not there: True to look again, False where the file ends before it. It
    raises Interrupted where nothing more is wanted.
    """

    def __init__(
        self, read_part: Callable[[int], bytes | None], wait: Callable[[int], bool]
    ) -> None:
        self._read_part = read_part
        self._wait = wait
        self._number = 0
        self._rest = memoryview(b"")
        #: Bytes handed out so far.
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override] # any writable buffer
        if not self._rest and not self._next():
            return 0
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        self.bytes_read += count
        return count

    def _next(self) -> bool:
        while not self._rest:
            body = self._read_part(self._number + 1)
            if body is None:
                if not self._wait(self._number + 1):
                    return False
                continue
            self._number += 1
            self._rest = memoryview(body)
        return True


class PartsFile(io.RawIOBase):
    """A file that is all there, read here and there (workbooks, Parquet). `sizes`: bytes of each part."""

    def __init__(self, read_part: Callable[[int], bytes | None], sizes: list[int]) -> None:
        self._read_part = read_part
        self._starts = [0, *accumulate(sizes)]
        self._at = 0
        self._kept: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._starts[-1]}[whence]
        if start + offset < 0:
            raise OSError("a file is not read before its beginning")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override] # any writable buffer
        if self._at >= self._starts[-1]:
            return 0
        number = bisect_right(self._starts, self._at)
        body = self._part(number)
        start = self._at - self._starts[number - 1]
        count = min(len(buffer), len(body) - start)
        buffer[:count] = body[start : start + count]
        self._at += count
        return count

    def _part(self, number: int) -> bytes:
        body = self._kept.get(number)
        if body is None:
            found = self._read_part(number)
            assert found is not None, f"part {number} of a whole file is gone"
            body = found
            self._kept[number] = body
            if len(self._kept) > _KEPT_PARTS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(number)
        return body
