"""Items of documents by pattern: the format's own writer writes one item of each kind, the others are filled in.

Two rows are of one kind if the same cells are filled and the cells that decide on the layout (category, version,
booleans) are the same. What is filled in is text: a number too, which is written as its row states it.
"""

import re
from collections.abc import Callable, Mapping

from bench.portfolio.pools import Texts

_NUMBER_STARTS = 910_000_000_000
#: The number of an item, and the cells, as they stand in the item that is learnt from.
_ITEM = 987_654_321
_MARKS = re.compile(r"987654321|TEXT([0-9]{3})TEXT|910000000([0-9]{3})")
_DECIDING = ("/category", "/category_version")

#: An item of a row, by its number.
Write = Callable[[Texts, int], str]


class Patterns:
    """Writes items as `write` does. `kinds`: of columns, by their pointers; `escape`: of texts."""

    def __init__(
        self, columns: Texts, kinds: Mapping[str, str], write: Write, escape: Callable[[str], str]
    ) -> None:
        self._write = write
        self._escape = escape
        self._deciding = frozenset(
            at
            for at, column in enumerate(columns)
            if column in _DECIDING or kinds[column] == "boolean"
        )
        self._numbers = frozenset(
            at for at, column in enumerate(columns) if kinds[column] == "number"
        )
        self._known: dict[tuple[str | bool, ...], tuple[str, list[int]]] = {}

    def item(self, row: Texts, number: int) -> str:
        deciding = self._deciding
        key = tuple([text if at in deciding else text != "" for at, text in enumerate(row)])
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._learnt(row)
        pattern, order = known
        escape = self._escape
        return pattern % tuple([number if at < 0 else escape(row[at]) for at in order])

    def _learnt(self, row: Texts) -> tuple[str, list[int]]:
        """A format string, and the cells that go into it; -1 for the number of the item."""
        marked = tuple(
            text if at in self._deciding or not text else self._mark(at)
            for at, text in enumerate(row)
        )
        text = self._write(marked, _ITEM).replace("%", "%%")
        order = [int(mark[1] or mark[2] or -1) for mark in _MARKS.finditer(text)]
        return _MARKS.sub("%s", text), order

    def _mark(self, at: int) -> str:
        return str(_NUMBER_STARTS + at) if at in self._numbers else f"TEXT{at:03}TEXT"
