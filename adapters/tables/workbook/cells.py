"""The cells of one sheet as text, by row and column, each as a person sees it.

Numbers are text of at most 15 significant digits, which is what a spreadsheet shows and keeps of them.
Days are `YYYY-MM-DD`, with the time where they have one. A formula is not computed, and its stored value
not taken: it is what some program last made of it, and need not be what the sender sees.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from adapters.tables.cells import Exact, Unread
from adapters.tables.csv_rows import MOST_BLANK_ROWS, MOST_COLUMNS
from adapters.tables.workbook.parts import Workbook, unescaped
from adapters.tables.workbook.problems import too_large, unreadable
from adapters.tables.workbook.xml_part import Attributes, local_names, parsed
from contracts.reasons import Rule

#: Of XML; a spreadsheet's cell holds 32,767 characters.
_LONGEST_ROW_BYTES = 32 * 1024 * 1024
#: Above the headings may stand a few rows more than the limit of items allows.
_SPARE_ROWS = 100
_ELEMENTS = local_names("row", "c", "v", "t", "f", "rPh")
_NUMBER = re.compile(
    r"-?(?:[0-9]{1,330}(?:\.[0-9]{0,330})?|\.[0-9]{1,330})(?:[eE][+-]?[0-9]{1,3})?"
)
_ROW_DIGITS, _STRING_DIGITS = 7, 9
_BASE_1900, _BASE_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - days of a calendar
#: Days up to the year 9996, counted from 1900 or 1904 alike.
_SERIALS = 2_957_000
_LETTERS = re.compile(r"[A-Z]{1,3}")

#: Column from 0 -> text, a number, or why the cell is neither.
Row = dict[int, Any]


def rows_of(
    data: Iterable[bytes], name: str, workbook: Workbook, most_rows: int
) -> Iterator[tuple[int, Row]]:
    """The rows of a sheet with their numbers, as they come; those without cells are left out.

    Raises WorkbookProblem (MSG_02, MSG_03, XLSX_04).
    """
    reader = _SheetReader(name, workbook, most_rows)
    part = f"of the sheet {name!r}"
    last = 0
    for read in parsed(data, part, reader.start, reader.end, reader.pieces.append):
        if rows := reader.taken():
            yield from rows
            last = read
        elif read - last > _LONGEST_ROW_BYTES:
            raise too_large("a row without end", f'sheet "{name}"')


def column_index(letters: str) -> int | None:
    """`A` is 0, `AA` 26; None for what is no column."""
    if not _LETTERS.fullmatch(letters):
        return None
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


class _SheetReader:
    def __init__(self, name: str, workbook: Workbook, most_rows: int) -> None:
        self._rows: list[tuple[int, Row]] = []
        self._count = 0
        self._place = f'sheet "{name}"'
        self._most_rows = most_rows
        self._texts = _texts(workbook)
        self._dates = {str(style) for style in workbook.date_styles}
        self._columns: dict[str, int] = {}
        self._row: Row = {}
        self._number = self._column = self._seen = 0
        self._kind, self._style, self._said = "n", "", ""
        self._is_formula = self._is_hint = False
        #: The text since the last element that began.
        self.pieces: list[str] = []

    def start(self, qualified: str, attributes: Attributes) -> None:
        name = _ELEMENTS.get(qualified)
        if name == "c":
            self._begin_cell(attributes)
        elif name in ("v", "t"):
            self.pieces.clear()
        elif name == "f":
            self._is_formula = True
        elif name == "row":
            self._begin_row(attributes)
        elif name == "rPh":
            self._is_hint = True

    def end(self, qualified: str) -> None:
        name = _ELEMENTS.get(qualified)
        if name == "c":
            self._end_cell()
        elif name in ("v", "t"):
            if not self._is_hint:
                self._said += "".join(self.pieces)
        elif name == "rPh":
            self._is_hint = False
        elif name == "row" and self._row:
            self._rows.append((self._number, self._row))
            self._count += 1
            if self._count > self._most_rows + _SPARE_ROWS:
                raise too_large(f"more rows than the limit of {self._most_rows}", self._place)

    def taken(self) -> list[tuple[int, Row]]:
        """The rows that are complete, once."""
        rows, self._rows = self._rows, []
        return rows

    def _begin_row(self, attributes: Attributes) -> None:
        stated = attributes.get("r", str(self._number + 1))
        if not stated.isdecimal() or len(stated) > _ROW_DIGITS or int(stated) <= self._number:
            raise unreadable(f"the row {stated[:20]!r} is out of order", self._place)
        self._number, self._column, self._row = int(stated), 0, {}
        self._seen += 1
        if self._seen > self._most_rows + MOST_BLANK_ROWS:
            raise too_large(f"more rows than the limit of {self._most_rows}", self._place)

    def _begin_cell(self, attributes: Attributes) -> None:
        if (reference := attributes.get("r")) is not None:
            letters = reference.rstrip("0123456789")
            if letters not in self._columns:
                index = column_index(letters)
                if index is None:
                    raise unreadable(f"{reference[:20]!r} is no cell", self._place)
                self._columns[letters] = index
            self._column = self._columns[letters]
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._is_formula, self._said = False, ""

    def _end_cell(self) -> None:
        value = self._value(self._said)
        if value != "":
            if self._column >= MOST_COLUMNS:
                raise too_large(f"more columns than the limit of {MOST_COLUMNS}", self._place)
            if self._column in self._row:
                raise unreadable(f"row {self._number} has a cell twice", self._place)
            self._row[self._column] = value
        self._column += 1

    def _value(self, text: str) -> Any:
        if self._kind == "e":
            return Unread(Rule.XLSX_02, f"the cell holds the error {text[:20]}")
        if self._is_formula:
            sentence = "the cell holds a formula, which is not computed here: paste its value"
            return Unread(Rule.XLSX_01, sentence)
        if self._kind == "n" and self._style in self._dates:
            return self._texts["date"](text)
        if self._kind == "n" and text:
            return Exact(_number_text(text))
        read = self._texts.get(self._kind)
        if read is None or (value := read(text)) is None:
            raise unreadable(f"row {self._number} has a cell of an unknown kind", self._place)
        return value


def _texts(workbook: Workbook) -> Mapping[str, Callable[[str], Any]]:
    """How the content of a cell is read, by the cell's type; None for what is not of the type."""
    strings = workbook.strings
    base = _BASE_1904 if workbook.from_1904 else _BASE_1900

    def shared(text: str) -> str | None:
        if not text.isdecimal() or len(text) > _STRING_DIGITS or int(text) >= len(strings):
            return None
        return strings[int(text)]

    return {
        "n": str,
        "s": shared,
        "b": {"1": "true", "0": "false", "true": "true", "false": "false", "": ""}.get,
        "str": unescaped,
        "inlineStr": unescaped,
        "d": str.strip,
        "date": lambda text: _date_text(text, base),
    }


def _number_text(text: str) -> str:
    """Plain digits, without exponent; what is no number is left as it is."""
    if text.isdecimal() or not _NUMBER.fullmatch(text):
        return text
    shown = format(float(text), ".15g")
    return format(Decimal(shown), "f") if "e" in shown else shown


def _date_text(text: str, base: datetime) -> str:
    if not _NUMBER.fullmatch(text) or not 0 <= float(text) < _SERIALS:
        return text
    days = float(text)
    moment = base + timedelta(seconds=round(days * 86_400))
    if days < 1:
        return moment.strftime("%H:%M:%S")
    return moment.strftime("%Y-%m-%d" if days.is_integer() else "%Y-%m-%d %H:%M:%S")
