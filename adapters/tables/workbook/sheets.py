"""The table in a sheet: its heading row found below any banner, its rows as they come, and what is wrong with
single cells.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from adapters.tables.cells import Exact, Unread
from adapters.tables.csv_rows import HEADING_ROWS, Cells, Sheet
from adapters.tables.naming import Named, template_row
from adapters.tables.workbook.archive import Archive
from adapters.tables.workbook.cells import Row, rows_of
from adapters.tables.workbook.merged import Cover, areas_in, may_have_areas
from adapters.tables.workbook.parts import SheetPart, Workbook
from adapters.tables.workbook.problems import WorkbookProblem
from contracts.messages import Limits
from contracts.reasons import Reason, Rule

#: Of the cells in a row of headings at least so many in a hundred are headings of the layout.
_KNOWN_PERCENT = 50
_FEWEST_HEADINGS = 2


class OpenSheet:
    """A sheet whose first rows are looked at. Raises WorkbookProblem (MSG_02, MSG_03, XLSX_04)."""

    def __init__(
        self, archive: Archive, sheet: SheetPart, workbook: Workbook, most_rows: int
    ) -> None:
        self.name = sheet.name
        self.where = f'sheet "{sheet.name}", '
        self.not_read = f'sheet "{sheet.name}": not read, '
        self._archive = archive
        self._part = sheet.part
        self._made_from = (archive, sheet, workbook, most_rows)
        self._rows = rows_of(archive.pieces(sheet.part), sheet.name, workbook, most_rows)
        self._head = list(islice(self._rows, HEADING_ROWS))

    def again(self) -> "OpenSheet":
        """The sheet from its first row."""
        return OpenSheet(*self._made_from)

    @property
    def own_template(self) -> Named | None:
        """The template that the sheet names above its headings."""
        for _, row in self._head:
            named = template_row([_shown(row.get(column, "")) for column in range(3)])
            if named is not None:
                return named
        return None

    def table(self, known: Callable[[Sequence[str]], int]) -> "SheetTable | Reason | None":
        """The table below the row with the most headings that the layout knows; None if none is a heading
        row; a reason if a heading is none (XLSX_01 to XLSX_03).
        """
        heading = self._heading_row(known)
        if heading is None:
            return None
        headings = dict(self._head)[heading]
        for column, value in headings.items():
            if isinstance(value, Unread):
                place = f"{self.where}row {heading}, column {column_letters(column)}"
                return Reason(value.rule, value.text, place=place)
        width = max(headings) + 1
        areas = (
            areas_in(self._archive.pieces(self._part), self.name)
            if may_have_areas(self._archive.pieces(self._part))
            else []
        )
        cover = Cover(areas, width, f'sheet "{self.name}"')
        below = ((n, row) for n, row in chain(self._head, self._rows) if n > heading)
        texts = tuple(_shown(headings.get(column, "")) for column in range(width))
        return SheetTable(texts, heading, below, cover, self.where)

    def _heading_row(self, known: Callable[[Sequence[str]], int]) -> int | None:
        best, found = 0, None
        for number, row in self._head:
            texts = [_shown(value) for value in row.values()]
            count = known(texts)
            if count > best and count * 100 >= _KNOWN_PERCENT * len(row):
                best, found = count, number
        return found if best >= _FEWEST_HEADINGS else None


class SheetTable:
    """The rows below the headings of a sheet, once. Reasons of single rows: TAB_01; of cells: XLSX_01 to
    XLSX_03. `problem`: why the rest cannot be read; `blank`: rows left out so far.
    """

    def __init__(
        self,
        headings: tuple[str, ...],
        heading_row: int,
        below: Iterator[tuple[int, Row]],
        cover: Cover,
        where: str,
    ) -> None:
        self.headings = headings
        self.heading_row = heading_row
        self.where = where
        self.notes = (f"{where}headings: row {heading_row}",)
        self.blank = 0
        self.problem: Reason | None = None
        self._below = below
        self._cover = cover

    def __iter__(self) -> Iterator[tuple[int, Cells | Reason]]:
        width, last = len(self.headings), self.heading_row
        try:
            for number, row in self._below:
                self._cover.put(number, row)
                self.blank += number - last - 1
                last = number
                yield number, _cells(number, row, width, self.where)
        except WorkbookProblem as problem:
            self.problem = problem.reason

    def read(self, limits: Limits) -> Sheet | Reason:
        """All rows at once (MSG_02, MSG_03)."""
        rows: list[tuple[int, Cells | Reason]] = []
        for row in self:
            rows.append(row)
            if len(rows) > limits.items:
                text = f"more rows than the limit of {limits.items}"
                return Reason(Rule.MSG_03, text, place=self.where[:-2])
        if self.problem is not None:
            return self.problem
        return Sheet(self.headings, self.heading_row, rows, self.blank, self.notes, self.where)


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


def _cells(number: int, row: Row, width: int, where: str) -> Cells | Reason:
    if (last := max(row)) >= width:
        column = column_letters(last)
        text = f"column {column} has a cell here and no heading"
        return Reason(Rule.TAB_01, text, place=f"{where}row {number}, column {column}")
    cells: list[Any] = [""] * width
    for column_number, value in row.items():
        cells[column_number] = value
    return tuple(cells)
