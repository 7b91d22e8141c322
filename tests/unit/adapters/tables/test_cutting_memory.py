"""Cutting takes the same memory for a long file as for a short one."""

import io
import tracemalloc
from itertools import islice

import pytest

from adapters.cutting import CutLimits
from tests.unit.adapters.tables.speaking import adapter, envelope

HEADINGS = b"Command,Reference 1,Make,Head (m),Date connected\r\n"


class Written(io.RawIOBase):
    """A CSV of so many rows, written as it is read."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = iter(range(rows))
        self._left = HEADINGS

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._left) < size:
            block = [
                b"register,W-%d,ACME,7.4,2019-05-01\r\n" % number
                for number in islice(self._rows, 2_000)
            ]
            if not block:
                break
            self._left += b"".join(block)
        taken, self._left = self._left[:size], self._left[size:]
        return taken


def peak_bytes(rows: int) -> int:
    message = envelope("text/csv; profile=hydro", b"")
    cut_whole_file(message, 1)  # what is made once is there
    tracemalloc.start()
    assert cut_whole_file(message, rows) == rows
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def cut_whole_file(message: object, rows: int) -> int:
    cut = adapter("text/csv").cut(Written(rows), message, CutLimits())
    return sum(excerpt.rows for excerpt in cut.excerpts)


@pytest.mark.timeout(60)
def test_a_long_file_takes_the_memory_of_a_short_one() -> None:
    short, long = peak_bytes(20_000), peak_bytes(200_000)
    assert long < 1.2 * short
    assert long < 16 * 1024 * 1024


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_million_rows_too() -> None:
    assert peak_bytes(1_000_000) < 16 * 1024 * 1024
