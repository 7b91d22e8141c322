"""Merged areas of a sheet: a cell that is not the first of its area has no value of its own.

They stand in the part below the rows that they concern, so they are looked for before the rows are read.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from adapters.tables.cells import Unread
from adapters.tables.workbook.cells import Row, column_index
from adapters.tables.workbook.problems import too_large
from adapters.tables.workbook.xml_part import Attributes, local_names, read_part
from contracts.reasons import Rule

MOST_MERGED = 10_000
#: Cells of merged areas that are answered one by one.
_MOST_COVERED = 200_000
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ELEMENT = local_names("mergeCell")
_WORD, _NUL = b"mergeCell", b"\0"


class Area(NamedTuple):
    """A merged area: rows from 1 and columns from 0, both ends included."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int
    reference: str


def may_have_areas(data: Iterable[bytes]) -> bool:
    """Whether the word stands in a part; in one of an encoding with zeros it may."""
    end = b""
    for piece in data:
        if _WORD in end + piece or _NUL in piece:
            return True
        end = piece[-len(_WORD) :]
    return False


def areas_in(data: Iterable[bytes], name: str) -> list[Area]:
    """The merged areas of a sheet. Raises WorkbookProblem (MSG_02, MSG_03, XLSX_04)."""
    references: list[str] = []

    def start(qualified: str, attributes: Attributes) -> None:
        if qualified in _ELEMENT:
            references.append(attributes.get("ref", ""))
            if len(references) > MOST_MERGED:
                raise too_large(f"more than {MOST_MERGED} merged areas", f'sheet "{name}"')

    read_part(data, f"of the sheet {name!r}", start)
    return list(_areas(references))


class Cover:
    """Puts a reason into each cell that an area covers, row by row from the top (XLSX_03)."""

    def __init__(self, areas: Sequence[Area], width: int, place: str) -> None:
        within = (area for area in areas if area.first_column < width)
        self._coming = sorted(within, key=lambda area: area.first_row, reverse=True)
        self._open: list[Area] = []
        self._width = width
        self._place = place
        self._left = _MOST_COVERED

    def put(self, number: int, row: Row) -> None:
        if self._coming and self._coming[-1].first_row <= number:
            while self._coming and self._coming[-1].first_row <= number:
                self._open.append(self._coming.pop())
        if not self._open:
            return
        self._open = [area for area in self._open if area.last_row >= number]
        for area in self._open:
            self._put(area, number, row)

    def _put(self, area: Area, number: int, row: Row) -> None:
        text = f"the cell is merged ({area.reference}): give each row its own value"
        for column in range(area.first_column, min(area.last_column, self._width - 1) + 1):
            if (number, column) == (area.first_row, area.first_column):
                continue
            row[column] = Unread(Rule.XLSX_03, text)
            self._left -= 1
            if self._left < 0:
                text = f"merged areas cover more than {_MOST_COVERED} cells"
                raise too_large(text, self._place)


def _areas(references: Sequence[str]) -> Iterator[Area]:
    for reference in references:
        if (match := _AREA.fullmatch(reference)) is not None:
            left, right = column_index(match[1]), column_index(match[3])
            if left is not None and right is not None:
                yield Area(int(match[2]), int(match[4]), left, right, reference)
