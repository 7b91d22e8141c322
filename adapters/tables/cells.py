"""Cells to values, one reader per column of a file: each distinct text is read once."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from adapters.tables.folding import squeeze
from contracts.reasons import Rule, Severity


class Unread(NamedTuple):
    """A cell that cannot be read as what its column holds: by which rule, and what to do."""

    rule: Rule
    text: str
    severity: Severity = Severity.error


class Exact(NamedTuple):
    """A number that its file holds as a number (XLSX): its digits, with a decimal point whatever the others'."""

    text: str


def too_long(characters: int, limit: int) -> Unread:
    return Unread(Rule.MSG_03, f"the cell has {characters} characters, the limit is {limit}")


class CellReader:
    """Reads the distinct cells of one column, of which registers have few: the rows look theirs up in C.

    `read_exact` reads the text of an `Exact` number. A cell that its file could not give as text is `Unread`
    already. One that states nothing (empty, or a null marker) is None.
    """

    def __init__(
        self,
        read: Callable[[str], Any],
        read_exact: Callable[[str], Any],
        null_markers: frozenset[str],
        longest: int,
        unreadable: Severity,
    ) -> None:
        self._read = read
        self._read_exact = read_exact
        #: Empty cells alone state nothing: then spelling need not be looked at.
        self._markers = null_markers if null_markers != {""} else frozenset[str]()
        self._longest = longest
        self._unreadable = unreadable
        self.has_unread = False

    def values(self, distinct: Iterable[Any]) -> dict[Any, Any]:
        """Cell -> its value, None, or `Unread`."""
        read, markers, longest = self._read, self._markers, self._longest
        values: dict[Any, Any] = {}
        for cell in distinct:
            if cell.__class__ is not str or len(cell) > longest:
                value = self._odd(cell)
            elif not cell or cell.isspace() or (markers and squeeze(cell) in markers):
                value = None
            else:
                value = read(cell)
            if value.__class__ is Unread:
                value = self._refused(value)
            values[cell] = value
        return values

    def _odd(self, cell: Any) -> Any:
        text = cell.text if cell.__class__ is Exact else cell
        if text.__class__ is Unread:
            return text
        if len(text) > self._longest:
            return too_long(len(text), self._longest)
        return None if squeeze(text) in self._markers else self._read_exact(text)

    def _refused(self, unread: Unread) -> Unread:
        self.has_unread = True
        if self._unreadable is Severity.error:
            return unread
        return unread._replace(severity=Severity.warning, text=f"{unread.text}; left out")
