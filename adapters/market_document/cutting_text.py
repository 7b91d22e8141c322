"""The bytes of a document between its header and its end, series by series as they stand there."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from adapters.market_document.cutting_tags import END

_BLOCK_BYTES = 1024 * 1024
#: A series that is larger is left to the parser, which has bounds of its own.
_LONGEST_SERIES = 4 * 1024 * 1024


class Remainder:
    """What of a document is not cut yet. `start`: what was read of it; `line`: of its first byte, from 1."""

    def __init__(self, source: BinaryIO, start: bytes, line: int) -> None:
        self._source = source
        self._series: list[bytes] = []
        self._rest = start
        self._is_at_end = False
        self._lines_read = line + start.count(b"\n")

    def take(self, rows: int, size: int) -> list[bytes]:
        """The next series, each without its end tag: `rows` of them, or fewer as soon as they have `size` bytes."""
        while len(self._series) < rows and sum(map(len, self._series)) < size and self._fill():
            pass
        taken = self._series[:rows]
        if sum(map(len, taken)) > size:
            taken = _within(taken, size)
        self._series = self._series[len(taken) :]
        return taken

    def give_back(self, taken: list[bytes]) -> None:
        """Undoes a `take`."""
        self._series = taken + self._series

    def is_end_of(self, root: bytes) -> bool:
        """Whether nothing is left but the end tag of the root."""
        if self._series or not self._is_at_end:
            return False
        return re.fullmatch(rb"\s*</" + re.escape(root) + rb"\s*>\s*", self._rest) is not None

    def left(self) -> tuple[int, Iterator[bytes]]:
        """Its first line, and all that is left, in blocks."""
        read = END.join([*self._series, self._rest])
        return self._lines_read - read.count(b"\n"), self._blocks(read)

    def _blocks(self, read: bytes) -> Iterator[bytes]:
        yield read
        while not self._is_at_end and (block := self._source.read(_BLOCK_BYTES)):
            yield block

    def _fill(self) -> bool:
        """Whether there is another series; not where the next is too large."""
        while not self._is_at_end and len(self._rest) < _LONGEST_SERIES:
            block = self._source.read(_BLOCK_BYTES)
            self._is_at_end = not block
            self._lines_read += block.count(b"\n")
            *series, self._rest = (self._rest + block).split(END)
            if series:
                self._series += series
                return True
        return False


def _within(series: list[bytes], size: int) -> list[bytes]:
    """Series up to the one with which they have that many bytes."""
    taken: list[bytes] = []
    for each in series:
        taken.append(each)
        size -= len(each)
        if size <= 0:
            break
    return taken
