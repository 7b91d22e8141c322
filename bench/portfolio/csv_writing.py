"""A portfolio as CSV: UTF-8, lines ended by CR LF, in the dialect that is asked for."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from bench.portfolio.dialects import Dialect, respellings
from bench.portfolio.faults import BROKEN, RAGGED
from bench.portfolio.layouts import ROWS_ABOVE, TableLayout
from bench.portfolio.pools import Texts
from bench.portfolio.rows import Block, Place


class CsvWriting:
    """Writes blocks; `place` is that of the row at a position of the file, counted from 0."""

    def __init__(
        self, sink: BinaryIO, layout: TableLayout, columns: Texts, dialect: Dialect
    ) -> None:
        self._sink = sink
        self._headings = dict(zip(columns, layout.headings, strict=True))
        self._separator = dialect.separator
        self._respell = respellings(dialect, columns, layout.kinds)
        self._put([layout.first, layout.headings])

    def write(self, block: Block) -> None:
        rows: list[Sequence[str]] = [*self._respelled(block.rows)]
        start = 0
        for at, kind in block.spoilt:
            if kind == RAGGED:
                rows[at] = rows[at][:-2]
            elif kind == BROKEN:
                self._put(rows[start:at])
                self._sink.write(self._broken(rows[at]))
                start = at + 1
        self._put(rows[start:])

    def place(self, position: int, pointer: str) -> Place:
        row = position + 1 + ROWS_ABOVE
        column = self._headings.get(pointer)
        return Place(row, column, f'row {row}, column "{column}"' if column else f"row {row}")

    def close(self) -> None: ...

    def _respelled(self, rows: Sequence[Texts]) -> Iterator[Sequence[str]]:
        if not self._respell:
            yield from rows
            return
        for row in rows:
            cells = list(row)
            for index, respell in self._respell:
                cells[index] = respell(cells[index])
            yield cells

    def _put(self, rows: Sequence[Sequence[str]]) -> None:
        text = io.StringIO()
        csv.writer(text, delimiter=self._separator).writerows(rows)
        self._sink.write(text.getvalue().encode())

    def _broken(self, row: Sequence[str]) -> bytes:
        """A row whose first cell goes on behind its closing quote."""
        return f'"{row[0]}"?{self._separator}{self._separator.join(row[1:])}\r\n'.encode()
