"""Columns of CSV files that are read at once: where all cells are written as the hub itself would write them.

Whether they are is told from all of them together, in a few passes that cost less than a call for each cell.
One odd cell, and the column is read cell by cell (`cells`): the result is the same. Each different cell is
looked at once: most columns of a register have few.
"""

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any

from adapters.lexical import NUMBER, read_sound_number
from adapters.tables.dates import YEARS
from adapters.tables.kinds import Asked

_NUMBERS = re.compile(rf"{NUMBER}(?:\n{NUMBER})*", re.ASCII)
_DAYS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:\n[0-9]{4}-[0-9]{2}-[0-9]{2})*")


def read_at_once(
    asked: Asked, cells: Sequence[str], distinct: AbstractSet[str], longest: int
) -> Sequence[Any] | None:
    """The values of these cells, not all of them empty; None if they are to be read one by one.

    `distinct`: the same cells, each once.
    """
    column = asked.match.column
    read = _AT_ONCE.get(column.kind)
    if read is None or column.null_markers != {""} or max(map(len, distinct)) > longest:
        return None
    return read(asked, cells, distinct)


def _lines(_: Asked, cells: Sequence[str], distinct: AbstractSet[str]) -> Sequence[Any] | None:
    joined = "\n".join(distinct)
    are_plain = (
        joined.isascii()
        and "'" not in joined
        and "E+" not in joined
        and joined.count("\n") == len(distinct) - 1
        and joined.replace("\n", "").isprintable()
        and " \n" not in joined
        and "\n " not in joined
        and joined == joined.strip(" ")
    )
    return _stated(cells, distinct) if are_plain else None


def _numbers(
    asked: Asked, cells: Sequence[str], distinct: AbstractSet[str]
) -> Sequence[Any] | None:
    column = asked.match.column
    usual = next(iter(column.units), None)
    if (
        asked.form.sign != "."
        or asked.match.unit != usual
        or column.units.get(usual or "", "1") != "1"
    ):
        return None
    written = distinct - {""}
    if not _NUMBERS.fullmatch("\n".join(written)):
        return None
    values: dict[str, Any] = {cell: read_sound_number(cell) for cell in written}
    return list(map(values.get, cells))


def _days(_: Asked, cells: Sequence[str], distinct: AbstractSet[str]) -> Sequence[Any] | None:
    written = distinct - {""}
    if not _DAYS.fullmatch("\n".join(written)):
        return None
    try:
        years = {date.fromisoformat(cell).year for cell in written}
    except ValueError:
        return None
    if not all(year in YEARS for year in years):
        return None
    return _stated(cells, distinct)


def _stated(cells: Sequence[str], distinct: AbstractSet[str]) -> Sequence[Any]:
    """The cells as they are; one that is empty states nothing."""
    return [cell or None for cell in cells] if "" in distinct else cells


_AT_ONCE: dict[str, Callable[[Asked, Sequence[str], AbstractSet[str]], Sequence[Any] | None]] = {
    "line": _lines,
    "number": _numbers,
    "day": _days,
}
