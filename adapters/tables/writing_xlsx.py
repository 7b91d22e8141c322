"""Written tables as a workbook: the same bytes for the same tables, and text always as text.

Nothing that a sender stated can become a formula: every text is a cell of type text. Each sheet names its
template above its headings, so that the workbook is read back without a word of the media type.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from adapters import lexical
from adapters.tables.naming import TEMPLATE
from adapters.tables.receipts import COLUMNS, receipt_values
from adapters.tables.writing import WrittenTable

#: What a cell holds at most, by the format of the file.
_LONGEST_TEXT = 32_767
_LONGEST_NAME = 31
#: Digits that a cell keeps; a longer number is written as text.
_EXACT_DIGITS = 15
#: A workbook says when it was made; what is written twice is made once.
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
_OPTIONS = {
    "in_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}


def xlsx_document(tables: Iterable[WrittenTable]) -> bytes:
    """A sheet for each table. Raises ValueError for a text that is too long for a cell."""
    tables = tuple(tables)
    for table in tables:
        _check_texts(table)
    with _workbook() as (workbook, made):
        names: set[str] = set()
        for table in tables:
            sheet = workbook.add_worksheet(_name(table.layout, names))
            fill(workbook, sheet, table, named=True)
    return made.getvalue()


def xlsx_receipt(receipt: Mapping[str, Any]) -> bytes:
    """A receipt as a sheet with the lines of the CSV receipt."""
    lines = tuple(tuple(line) for line in receipt_values(receipt))
    with _workbook() as (workbook, made):
        table = WrittenTable("receipt", None, COLUMNS, lines)
        fill(workbook, workbook.add_worksheet("Receipt"), table, named=False)
    return made.getvalue()


@contextmanager
def _workbook() -> Iterator[tuple[Workbook, io.BytesIO]]:
    made = io.BytesIO()
    workbook = Workbook(made, _OPTIONS)
    workbook.set_properties({"created": _MADE})
    yield workbook, made
    workbook.close()


def fill(workbook: Workbook, sheet: Worksheet, table: WrittenTable, *, named: bool) -> None:
    """The rows of a table, below its headings and, `named`, the row in which it names its template."""
    first = 0
    if named:
        _write_row(sheet, 0, (TEMPLATE, table.layout, table.version))
        first = 1
    bold = workbook.add_format({"bold": True})
    for column, heading in enumerate(table.headings):
        sheet.write_string(first, column, heading, bold)
    sheet.freeze_panes(first + 1, 0)
    for number, row in enumerate(table.rows, first + 1):
        _write_row(sheet, number, row)


def _check_texts(table: WrittenTable) -> None:
    for row in table.rows:
        for value in row:
            if isinstance(value, str) and len(value) > _LONGEST_TEXT:
                text = f"a cell holds {_LONGEST_TEXT} characters, this text has {len(value)}"
                raise ValueError(text)


def _write_row(sheet: Worksheet, number: int, row: Sequence[Any]) -> None:
    for column, value in enumerate(row):
        if value is None:
            continue
        if value is True or value is False:
            sheet.write_boolean(number, column, value)
        elif isinstance(value, str):
            sheet.write_string(number, column, value)
        else:
            _write_number(sheet, number, column, lexical.write(value))


def _write_number(sheet: Worksheet, number: int, column: int, text: str) -> None:
    if len(text) > _EXACT_DIGITS:
        sheet.write_string(number, column, text)
    else:
        sheet.write_number(number, column, float(text))


def _name(layout: str, taken: set[str]) -> str:
    name, number = layout[:_LONGEST_NAME], 2
    while name.lower() in taken:
        suffix = f" {number}"
        name = layout[: _LONGEST_NAME - len(suffix)] + suffix
        number += 1
    taken.add(name.lower())
    return name
