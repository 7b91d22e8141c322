"""Dates as tables write them: ISO, day or month first, with or without a time, spreadsheet serials.

Whether day or month comes first is not in a cell but in its file: unambiguous dates of the file show it,
for dates with a time and without one apart (they come from different exports).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from adapters.tables.cells import Unread
from contracts.reasons import Rule

_TIME = (
    r"(?P<time>[T ]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r"\s*(?:Z|[+-][0-9]{2}:?[0-9]{2}|[AaPp][Mm])?)?"
)
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})" + _TIME)
_PLAIN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMERIC = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})" + _TIME)
_NAMED = re.compile(r"([0-9]{1,2})[- /]([A-Za-z]{3})[A-Za-z]*[- /,]+([0-9]{4})" + _TIME)
_SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
#: Day 0 of spreadsheet serials; 20,000 is in 1954, 80,000 in 2119.
_SERIAL_ZERO = date(1899, 12, 30)
_SERIALS = range(20_000, 80_000)
_MONTHS_OF_YEAR = 12
YEARS = range(1880, 2200)


class DateOrder:
    """Which of day and month comes first: True, False, or None where the cells contradict each other.

    Of a column, where `file` is the order of all date columns of its file, which holds where the column
    itself shows nothing; else of a file.
    """

    def __init__(
        self, cells: Iterable[str], *, usual: bool = True, file: "DateOrder | None" = None
    ) -> None:
        evidence: dict[bool, set[bool]] = {True: set(), False: set()}
        #: Without or with a time -> a date that only the order decides.
        self._ambiguous: dict[bool, str] = {}
        for cell in cells:
            if match := _NUMERIC.fullmatch(cell.strip()):
                first, second = int(match[1]), int(match[2])
                with_time = match["time"] is not None
                if (first > _MONTHS_OF_YEAR) != (second > _MONTHS_OF_YEAR):
                    evidence[with_time].add(first > _MONTHS_OF_YEAR)
                elif first != second:
                    self._ambiguous.setdefault(with_time, cell.strip())
        self._file = file
        self.day_first: dict[bool, bool | None] = {
            with_time: _order(found, usual=usual if file is None else file.day_first[with_time])
            for with_time, found in evidence.items()
        }
        self.evident = frozenset(with_time for with_time, found in evidence.items() if found)
        self.seen = bool(self.evident)
        self.pinned = False

    @classmethod
    def pinned_to(cls, *, without: bool | None, with_time: bool | None) -> "DateOrder":
        """The order that other rows of the file showed; a date that contradicts it is refused."""
        order = cls(())
        order.day_first = {False: without, True: with_time}
        order.pinned = True
        return order

    def notes(self) -> tuple[str, ...]:
        """What a file's dates show together."""
        if not self.seen:
            return ()
        return (
            f"dates: {_WORDS[self.day_first[False]]}, with a time {_WORDS[self.day_first[True]]}",
        )

    def column_notes(self, heading: str) -> Iterator[str]:
        """Where a column has an order of its own, and where nothing in the file shows the order."""
        if self._file is None:
            return
        for with_time in (False, True):
            order, file = self.day_first[with_time], self._file
            if with_time in self.evident:
                if order is not file.day_first[with_time]:
                    yield f"dates: column {heading}: {_WORDS[order]}"
            elif with_time in self._ambiguous and with_time not in file.evident:
                example = self._ambiguous[with_time]
                yield f"dates: column {heading}: {example!r} is read {_WORDS[order]}, as is usual for the profile"


_WORDS = {True: "day first", False: "month first", None: "contradictory"}


def _order(found: set[bool], *, usual: bool | None) -> bool | None:
    if len(found) > 1:
        return None
    return next(iter(found), usual)


def date_reader(order: DateOrder) -> Callable[[str], Any]:
    """Text -> `YYYY-MM-DD`, or Unread (TAB_03)."""

    def read(cell: str) -> Any:
        if (day := _plain_day(cell)) is not None:
            return day
        text = " ".join(cell.split())
        if match := _ISO.fullmatch(text):
            return _day(cell, match[1], match[2], match[3])
        if match := _NAMED.fullmatch(text):
            return _day(cell, match[3], _MONTHS.get(match[2].lower(), 0), match[1])
        if (match := _SERIAL.fullmatch(text)) and int(match[1]) in _SERIALS:
            return (_SERIAL_ZERO + timedelta(days=int(match[1]))).isoformat()
        if match := _NUMERIC.fullmatch(text):
            return _numeric(cell, match, order)
        return Unread(Rule.TAB_03, f"{cell[:40]!r} is not a date; write YYYY-MM-DD")

    return read


@lru_cache(maxsize=8_192)
def _plain_day(cell: str) -> str | None:
    """The day that is written as the hub itself writes it; None for any other cell. However many rows a file
    has, it has few days.
    """
    if _PLAIN.fullmatch(cell) is None:
        return None
    try:
        return cell if date.fromisoformat(cell).year in YEARS else None
    except ValueError:
        return None


def is_undecided(cell: str, order: DateOrder) -> bool:
    """Whether it is a date of which only the order decides, and the order cannot be told; or one that
    contradicts the order by which its file is read.
    """
    match = _NUMERIC.fullmatch(" ".join(cell.split()))
    if match is None:
        return False
    first, second = int(match[1]), int(match[2])
    day_first = order.day_first[match["time"] is not None]
    if day_first is not None:
        return _contradicts(first, second, order.pinned, day_first)
    return max(first, second) <= _MONTHS_OF_YEAR and first != second


def _contradicts(first: int, second: int, pinned: bool, day_first: bool | None) -> bool:  # noqa: FBT001 - facts
    """Whether a date shows the other order than the rows by which its column's order is pinned."""
    shown = first > _MONTHS_OF_YEAR
    tells = shown != (second > _MONTHS_OF_YEAR)
    return pinned and tells and day_first is not None and shown is not day_first


def _numeric(cell: str, match: re.Match[str], order: DateOrder) -> Any:
    first, second = int(match[1]), int(match[2])
    day_first = order.day_first[match["time"] is not None]
    if first > _MONTHS_OF_YEAR or second > _MONTHS_OF_YEAR or first == second:
        if _contradicts(first, second, order.pinned, day_first):
            text = f"{cell[:40]!r} is not written {_WORDS[day_first]}, as the first rows of the file are"
            return Unread(Rule.TAB_03, f"{text}; write YYYY-MM-DD")
        day_first = first > _MONTHS_OF_YEAR
    if day_first is None:
        text = f"{cell[:40]!r}: day and month cannot be told apart, the file has both orders"
        return Unread(Rule.TAB_03, f"{text}; write YYYY-MM-DD")
    day, month = (first, second) if day_first else (second, first)
    return _day(cell, match[3], month, day)


def _day(cell: str, year: str | int, month: str | int, day: str | int) -> Any:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        return Unread(
            Rule.TAB_03, f"{cell[:40]!r} is not a day of the calendar, or of no use as one"
        )
    return found.isoformat()
