"""Rows of a CSV text (RFC 4180 and its relatives): separator and heading row found, limits kept.

Rows are numbered as a spreadsheet shows them: records from 1, a line break inside quotes does not
count, an empty line does.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from contracts.messages import Limits
from contracts.reasons import Reason, Rule

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
#: Banner lines may stand above the headings; further down nobody would look for them.
HEADING_ROWS = 10
#: No register has more; a row of a million separators must not become a million cells.
MOST_COLUMNS = 1024
MOST_BLANK_ROWS = 100_000
_HEAD_CHARACTERS = 256 * 1024


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


def read_sheet(text: str, known: Callable[[Sequence[str]], int], limits: Limits) -> Sheet | Reason:
    """The sheet in a CSV text, or why there is none (MSG_02, MSG_03, MSG_11).

    `known` counts the headings in a row that the profile knows: the separator and the row with the
    most are taken. Reasons of single rows: TAB_01 (number of cells), TAB_03 (quotes).
    """
    separator, heading_row = _find_headings(text, known)
    records = islice(_records(text, separator), heading_row - 1, None)
    _, headings = next(records, (heading_row, []))
    if isinstance(headings, Reason) or len(headings) > MOST_COLUMNS:
        return (
            headings
            if isinstance(headings, Reason)
            else _too_many("columns", MOST_COLUMNS, heading_row)
        )
    rows: list[tuple[int, Cells | Reason]] = []
    blank = 0
    for number, cells in records:
        if isinstance(cells, Reason) and cells.rule is not Rule.TAB_03:
            return cells
        if isinstance(cells, list) and not any(cells):
            blank += 1
            if blank > MOST_BLANK_ROWS:
                return _too_many("blank rows", MOST_BLANK_ROWS, number)
            continue
        rows.append((number, _checked(number, cells, len(headings))))
        if len(rows) > limits.items:
            return _too_many("rows", limits.items, number)
    if not rows:
        return Reason(Rule.MSG_11, "the file has no rows below its headings")
    notes = (f"separator: {SEPARATORS[separator]}", f"headings: row {heading_row}")
    return Sheet(tuple(headings), heading_row, rows, blank, notes)


def _checked(number: int, cells: list[str] | Reason, width: int) -> Cells | Reason:
    if isinstance(cells, Reason):
        return cells
    if len(cells) == width:
        return tuple(cells)
    text = f"the row has {len(cells)} cells, there are {width} headings"
    hint = "; a separator inside a cell needs quotes"
    return Reason(Rule.TAB_01, text + hint, place=f"row {number}")


def _find_headings(text: str, known: Callable[[Sequence[str]], int]) -> tuple[str, int]:
    """(separator, row of the headings); among equals the first row and the widest reading of it."""
    head = text[:_HEAD_CHARACTERS]
    best = (0, 0, 0, ",", 1)
    for separator in SEPARATORS:
        for number, cells in islice(_records(head, separator), HEADING_ROWS):
            if isinstance(cells, list) and any(cells):
                width = len(cells) if len(cells) <= MOST_COLUMNS else 0
                score = (known(cells[:MOST_COLUMNS]), -number, width, separator, number)
                best = max(best, score, key=lambda entry: entry[:3])
    return best[3], best[4]


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str] | Reason]]:
    """(number, cells or a reason). TAB_03 concerns one row; any other reason ends the file."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = _csv_problem(str(error), number)
            yield number, reason
            if reason.rule is not Rule.TAB_03:
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


def _too_many(what: str, limit: int, number: int) -> Reason:
    return Reason(Rule.MSG_03, f"more {what} than the limit of {limit}", place=f"row {number}")
