"""Cells to values, one reader per column of a file: each distinct text is read once."""

from collections.abc import Callable
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


class CellReader(dict[str, Any]):
    """Text of a cell -> its value, None where there is none, or `Unread`; filled as texts come. A cell that
    its file already could not give as text is `Unread` itself.

    A dict, so that `map(reader.__getitem__, cells)` runs in C for texts that were seen before:
    registers repeat themselves.
    """

    def __init__(
        self,
        read: Callable[[str], Any],
        read_exact: Callable[[str], Any],
        null_markers: frozenset[str],
        longest: int,
        unreadable: Severity,
    ) -> None:
        super().__init__()
        self._read = read
        self._read_exact = read_exact
        #: Empty cells alone state nothing: then spelling need not be looked at.
        self._null_markers = null_markers if null_markers != {""} else None
        self._longest = longest
        self._unreadable = unreadable
        self.has_unread = False

    def __missing__(self, cell: str) -> Any:
        value = self[cell] = self._value(cell)
        return value

    def _value(self, cell: Any) -> Any:
        read = self._read
        if cell.__class__ is Exact:
            cell, read = cell.text, self._read_exact
        if cell.__class__ is Unread:
            value: Any = cell
        elif len(cell) > self._longest:
            text = f"the cell has {len(cell)} characters, the limit is {self._longest}"
            value = Unread(Rule.MSG_03, text)
        elif (
            not cell
            or cell.isspace()
            or (self._null_markers is not None and squeeze(cell) in self._null_markers)
        ):
            return None
        else:
            value = read(cell)
        if type(value) is Unread:
            self.has_unread = True
            if self._unreadable is Severity.warning:
                value = value._replace(severity=Severity.warning, text=f"{value.text}; left out")
        return value
