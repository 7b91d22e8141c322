"""The table in a sheet: its heading row found below any banner, its rows, and what is wrong with single cells."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from adapters.tables.cells import Exact, Unread
from adapters.tables.csv_rows import HEADING_ROWS, Cells, Sheet
from adapters.tables.naming import Named, template_row
from adapters.tables.workbook.cells import Row, SheetCells, column_index
from adapters.tables.workbook.problems import too_large
from contracts.messages import Limits
from contracts.reasons import Reason, Rule

#: Cells of merged areas that are answered one by one.
_MOST_COVERED = 200_000
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})")
#: Of the cells in a row of headings at least so many in a hundred are headings of the layout.
_KNOWN_PERCENT = 50
_FEWEST_HEADINGS = 2


class _Area(NamedTuple):
    """A merged area: rows from 1 and columns from 0, both ends included."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int
    reference: str


def own_template(cells: SheetCells) -> Named | None:
    """The template that a sheet names above its headings."""
    for row in _head(cells).values():
        named = template_row([_shown(row.get(column, "")) for column in range(3)])
        if named is not None:
            return named
    return None


def heading_row(cells: SheetCells, known: Callable[[Sequence[str]], int]) -> int | None:
    """The number of the row with the most headings that the layout knows; None if none is a heading row."""
    best, found = 0, None
    for number, row in _head(cells).items():
        texts = [_shown(value) for value in row.values()]
        count = known(texts)
        if count > best and count * 100 >= _KNOWN_PERCENT * len(row):
            best, found = count, number
    return found if best >= _FEWEST_HEADINGS else None


def sheet_of(cells: SheetCells, name: str, heading: int, limits: Limits) -> Sheet | Reason:
    """The sheet below a heading row. Reasons of single rows: TAB_01; of cells: XLSX_01 to XLSX_03."""
    where = f'sheet "{name}", '
    headings = cells.rows[heading]
    for column, value in headings.items():
        if isinstance(value, Unread):
            place = f"{where}row {heading}, column {column_letters(column)}"
            return Reason(value.rule, value.text, place=place)
    width = max(headings) + 1
    below = {number: row for number, row in cells.rows.items() if number > heading}
    _cover_merged(cells.merged, below, width, f'sheet "{name}"')
    rows = [(number, _cells(number, row, width, where)) for number, row in below.items()]
    if len(rows) > limits.items:
        return Reason(Rule.MSG_03, f"more rows than the limit of {limits.items}", place=where[:-2])
    last = next(reversed(below), heading)
    return Sheet(
        tuple(_shown(headings.get(column, "")) for column in range(width)),
        heading,
        rows,
        last - heading - len(rows),
        (f"{where}headings: row {heading}",),
        where,
    )


def column_letters(index: int) -> str:
    """0 is `A`, 26 `AA`."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _shown(value: Any) -> str:
    """A cell as text, where what it holds does not matter."""
    if isinstance(value, Exact):
        return value.text
    return value if isinstance(value, str) else ""


def _head(cells: SheetCells) -> dict[int, Row]:
    return dict(islice(cells.rows.items(), HEADING_ROWS))


def _cells(number: int, row: Row, width: int, where: str) -> Cells | Reason:
    if (last := max(row)) >= width:
        column = column_letters(last)
        text = f"column {column} has a cell here and no heading"
        return Reason(Rule.TAB_01, text, place=f"{where}row {number}, column {column}")
    cells: list[Any] = [""] * width
    for column_number, value in row.items():
        cells[column_number] = value
    return tuple(cells)


def _cover_merged(
    references: Sequence[str], rows: Mapping[int, Row], width: int, place: str
) -> None:
    """Cells of merged areas but the first have no value of their own: a reason for each, never a blank."""
    left = _MOST_COVERED
    numbers = sorted(rows)
    for area in _areas(references):
        for number in (
            numbers if len(numbers) < area.last_row - area.first_row else _within(area, rows)
        ):
            if not area.first_row <= number <= area.last_row:
                continue
            for column in range(area.first_column, min(area.last_column, width - 1) + 1):
                if (number, column) == (area.first_row, area.first_column):
                    continue
                text = f"the cell is merged ({area.reference}): give each row its own value"
                rows[number][column] = Unread(Rule.XLSX_03, text)
                left -= 1
                if left < 0:
                    raise too_large(f"merged areas cover more than {_MOST_COVERED} cells", place)


def _within(area: _Area, rows: Mapping[int, Row]) -> Iterator[int]:
    return (number for number in range(area.first_row, area.last_row + 1) if number in rows)


def _areas(references: Sequence[str]) -> Iterator[_Area]:
    for reference in references:
        if (match := _AREA.fullmatch(reference)) is not None:
            left, right = column_index(match[1]), column_index(match[3])
            if left is not None and right is not None:
                yield _Area(int(match[2]), int(match[4]), left, right, reference)
