"""Excerpts of tables: some rows under the headings of their file, as bytes and what is said of them.

The body is a JSON array of rows, each an array of cells. A text is a string; a number that its file holds as
a number is an array of its digits; a cell that holds neither an array of rule and sentence.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import orjson

from adapters.cutting import Excerpt
from adapters.tables.cells import Exact, Unread
from adapters.tables.csv_rows import Cells, Sheet
from contracts.reasons import Reason, Rule

#: A row of a table: its number, and its cells or what is wrong with them.
Row = tuple[int, Cells | Reason]


def excerpt_of(rows: Sequence[Row], said: Mapping[str, Any]) -> Excerpt:
    """`said`: what is the same for all excerpts of a table, and the number of the first item."""
    cells = [cells for _, cells in rows if not isinstance(cells, Reason)]
    unreadable = [
        [number, cells.rule.name, cells.text, cells.place]
        for number, cells in rows
        if isinstance(cells, Reason)
    ]
    numbers = {"numbers": _runs([number for number, _ in rows]), "unreadable": unreadable}
    body = orjson.dumps(cells, default=_as_json)
    return Excerpt(body, {**said, **numbers}, len(rows))


def sheet_in(body: bytes, said: Mapping[str, Any]) -> Sheet:
    """The rows of an excerpt as they stood in their file."""
    wrong = {
        number: Reason(Rule[rule], text, place=place)
        for number, rule, text, place in said["unreadable"]
    }
    cells: Iterator[Cells] = map(_typed if said.get("typed", False) else tuple, orjson.loads(body))
    numbers = _numbers(said["numbers"])
    rows: list[Row]
    if wrong:
        rows = [(n, wrong[n]) if n in wrong else (n, next(cells)) for n in numbers]
    else:
        rows = list(zip(numbers, cells, strict=True))
    return Sheet(
        tuple(said["headings"]), said["heading_row"], rows, 0, (), where=said.get("where", "")
    )


def _as_json(cell: Any) -> Any:
    """Named tuples are no arrays to orjson, and come here."""
    if isinstance(cell, Exact):
        return [cell.text]
    if isinstance(cell, Unread):
        return [cell.rule.name, cell.text]
    raise TypeError(type(cell).__name__)


def _typed(cells: Iterable[Any]) -> Cells:
    return tuple([cell if cell.__class__ is str else _cell(cell) for cell in cells])


def _cell(said: Sequence[str]) -> Exact | Unread:
    return Exact(said[0]) if len(said) == 1 else Unread(Rule[said[0]], said[1])


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Numbers that follow each other as [first, count]: rows have few gaps."""
    if numbers[-1] - numbers[0] + 1 == len(numbers):
        return [[numbers[0], len(numbers)]]
    starts = [numbers[0], *(later for earlier, later in pairwise(numbers) if later != earlier + 1)]
    ends = [*(earlier for earlier, later in pairwise(numbers) if later != earlier + 1), numbers[-1]]
    return [[start, end - start + 1] for start, end in zip(starts, ends, strict=True)]


def _numbers(runs: Iterable[Sequence[int]]) -> Iterator[int]:
    for first, count in runs:
        yield from range(first, first + count)
