"""A portfolio as a workbook of one sheet, written row by row: numbers as numbers, dates as texts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import BinaryIO

from xlsxwriter import Workbook

from adapters.lexical import read_number
from bench.portfolio.layouts import ROWS_ABOVE, TableLayout
from bench.portfolio.pools import Texts
from bench.portfolio.rows import Block, Place

_OPTIONS = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
_MADE = datetime(2026, 1, 2, tzinfo=UTC)


class XlsxWriting:
    """Writes blocks of rows to a sheet that is never whole in memory."""

    def __init__(self, sink: BinaryIO, layout: TableLayout, columns: Texts) -> None:
        self._book = Workbook(sink, _OPTIONS)
        self._book.set_properties({"created": _MADE})
        self._sheet = self._book.add_worksheet(layout.first[1])
        self._headings = dict(zip(columns, layout.headings, strict=True))
        self._numbers = _numbers(columns, layout.kinds)
        for row, texts in enumerate((layout.first, layout.headings)):
            for column, text in enumerate(texts):
                self._sheet.write_string(row, column, text)

    def write(self, block: Block) -> None:
        for row, texts in enumerate(block.rows, block.first + ROWS_ABOVE):
            for column, text in enumerate(texts):
                if not text:
                    continue
                value = read_number(text) if column in self._numbers else text
                if isinstance(value, str):
                    self._sheet.write_string(row, column, value)
                else:
                    self._sheet.write_number(row, column, float(value))

    def place(self, position: int, pointer: str) -> Place:
        row, column = position + 1 + ROWS_ABOVE, self._headings.get(pointer)
        where = f'sheet "{self._sheet.get_name()}", row {row}'
        return Place(row, column, f'{where}, column "{column}"' if column else where)

    def close(self) -> None:
        self._book.close()


def _numbers(columns: Texts, kinds: Mapping[str, str]) -> frozenset[int]:
    return frozenset(at for at, column in enumerate(columns) if kinds[column] == "number")
