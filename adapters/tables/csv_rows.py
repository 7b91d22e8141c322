"""Rows of a CSV text (RFC 4180 and its relatives): separator and heading row found, limits kept.

Rows are numbered as a spreadsheet shows them: records from 1, a line break inside quotes does not
count, an empty line does.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from contracts.messages import Limits
from contracts.reasons import Reason, Rule

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
#: Banner lines may stand above the headings; further down nobody would look for them.
HEADING_ROWS = 10
#: No register has more; a row of a million separators must not become a million cells.
MOST_COLUMNS = 1024
MOST_BLANK_ROWS = 100_000
HEAD_CHARACTERS = 256 * 1024


#: A record of the file, numbered from 1, or what is wrong with it.
Record = tuple[int, list[str] | Reason]
#: A row: text, or in a workbook why there is none. A tuple, since the garbage collector has done with those.
Cells = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The headings, their row, and the rows below: (row number, cells, or what is wrong with them).

    `where`: words before each row of it, in a file of several sheets.
    """

    headings: tuple[str, ...]
    heading_row: int
    rows: Sequence[tuple[int, Cells | Reason]]
    blank_rows: int
    notes: tuple[str, ...]
    where: str = ""


class Rows:
    """The rows below the headings, as they come: (row number, cells, or what is wrong with them: TAB_01,
    TAB_03). `blank`: rows left out so far; `problem`: why the rest cannot be read (MSG_02, MSG_03).
    """

    def __init__(self, records: Iterator[Record], width: int) -> None:
        self._records = records
        self._width = width
        self.blank = 0
        self.problem: Reason | None = None

    def __iter__(self) -> Iterator[tuple[int, Cells | Reason]]:
        width = self._width
        for number, cells in self._records:
            if isinstance(cells, Reason):
                if cells.rule is not Rule.TAB_03:
                    self.problem = cells
                    return
                yield number, cells
            elif not any(cells):
                self.blank += 1
                if self.blank > MOST_BLANK_ROWS:
                    self.problem = too_many("blank rows", MOST_BLANK_ROWS, number)
                    return
            elif len(cells) == width:
                yield number, tuple(cells)
            else:
                yield number, _ragged(number, cells, width)


class Opened(NamedTuple):
    """A CSV text whose headings are found."""

    headings: tuple[str, ...]
    heading_row: int
    rows: Rows
    notes: tuple[str, ...]


def open_csv(
    head: str, lines: Iterable[str], known: Callable[[Sequence[str]], int]
) -> Opened | Reason:
    """The table in a CSV text, or why there is none (MSG_02, MSG_03). `head`: its first `HEAD_CHARACTERS`.

    `known` counts the headings in a row that the profile knows: the separator and the row with the
    most are taken.
    """
    separator, heading_row = _find_headings(head, known)
    below = islice(records(lines, separator), heading_row - 1, None)
    _, headings = next(below, (heading_row, []))
    if isinstance(headings, Reason):
        return headings
    if len(headings) > MOST_COLUMNS:
        return too_many("columns", MOST_COLUMNS, heading_row)
    notes = (f"separator: {SEPARATORS[separator]}", f"headings: row {heading_row}")
    return Opened(tuple(headings), heading_row, Rows(below, len(headings)), notes)


def read_sheet(text: str, known: Callable[[Sequence[str]], int], limits: Limits) -> Sheet | Reason:
    """The sheet in a CSV text, or why there is none (MSG_02, MSG_03, MSG_11)."""
    opened = open_csv(text[:HEAD_CHARACTERS], io.StringIO(text, newline=""), known)
    if isinstance(opened, Reason):
        return opened
    rows: list[tuple[int, Cells | Reason]] = []
    for row in opened.rows:
        rows.append(row)
        if len(rows) > limits.items:
            return too_many("rows", limits.items, row[0])
    if (problem := opened.rows.problem) is not None:
        return problem
    if not rows:
        return no_rows()
    blank = opened.rows.blank
    return Sheet(opened.headings, opened.heading_row, rows, blank, opened.notes)


def no_rows() -> Reason:
    return Reason(Rule.MSG_11, "the file has no rows below its headings")


def _ragged(number: int, cells: list[str], width: int) -> Reason:
    text = f"the row has {len(cells)} cells, there are {width} headings"
    hint = "; a separator inside a cell needs quotes"
    return Reason(Rule.TAB_01, text + hint, place=f"row {number}")


def _find_headings(head: str, known: Callable[[Sequence[str]], int]) -> tuple[str, int]:
    """(separator, row of the headings); among equals the first row and the widest reading of it."""
    best = (0, 0, 0, ",", 1)
    for separator in SEPARATORS:
        for number, cells in islice(
            records(io.StringIO(head, newline=""), separator), HEADING_ROWS
        ):
            if isinstance(cells, list) and any(cells):
                width = len(cells) if len(cells) <= MOST_COLUMNS else 0
                score = (known(cells[:MOST_COLUMNS]), -number, width, separator, number)
                best = max(best, score, key=lambda entry: entry[:3])
    return best[3], best[4]


def records(lines: Iterable[str], separator: str) -> Iterator[Record]:
    """(number, cells or a reason). TAB_03 concerns one row; any other reason ends the file."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    number = 0
    while True:
        try:
            for cells in reader:
                number += 1
                yield number, cells
        except csv.Error as error:
            number += 1
            reason = _csv_problem(str(error), number)
            yield number, reason
            if reason.rule is not Rule.TAB_03:
                return
        else:
            return


def _csv_problem(message: str, number: int) -> Reason:
    place = f"row {number}"
    if "field larger" in message:
        size = csv.field_size_limit()
        text = f"a cell has more than {size} characters; a quote that is never closed does this"
        return Reason(Rule.MSG_03, text, place=place)
    if "end of data" in message:
        return Reason(
            Rule.MSG_02, "a quote is opened here and never closed: the file is cut off", place=place
        )
    return Reason(Rule.TAB_03, f"the quotes in this row are not in order: {message}", place=place)


def too_many(what: str, limit: int, number: int, where: str = "") -> Reason:
    place = f"{where}row {number}"
    return Reason(Rule.MSG_03, f"more {what} than the limit of {limit}", place=place)
