"""Drafts: items while they are made, one per row or per filled slot of a row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from adapters.tables.cells import Unread
from contracts.messages import Item
from contracts.reasons import Reason, Rule, Severity


@lru_cache(maxsize=1024)
def split_pointer(pointer: str) -> tuple[str, str]:
    """(section of the payload or "", member): profiles address one level of objects at most."""
    section, _, name = pointer[1:].rpartition("/")
    return section, name


class Place(str):
    """A whole place, where a heading alone does not say in which row."""

    __slots__ = ()


@dataclass(slots=True)
class Draft:
    """`values` are those of the row and of this slot, by column name, None where there is none.

    `headings` (by column name) and `pointers` (JSON Pointer -> heading) are shared by all drafts of one
    slot; what a step adds stands in `sources` (JSON Pointer -> column name). `where`: words before the
    row, such as `sheet "Part 1", `.
    `last_row`: the last of several rows that are one item.
    """

    row: int
    slot: int | None
    first_of_row: bool
    values: dict[str, Any]
    payload: dict[str, Any]
    headings: Mapping[str, str]
    pointers: Mapping[str, str]
    where: str = ""
    reasons: tuple[Reason, ...] = ()
    sources: dict[str, str] | None = None
    last_row: int | None = None

    @property
    def place(self) -> str:
        if self.last_row is not None and self.last_row != self.row:
            return f"{self.where}rows {self.row} to {self.last_row}"
        row = f"{self.where}row {self.row}"
        return row if self.slot is None else f"{row}, slot {self.slot}"

    def put(self, pointer: str, value: Any, column: str | None = None) -> None:
        """A member of the payload, and from which column it came."""
        section, name = split_pointer(pointer)
        target = self.payload if not section else self.payload.setdefault(section, {})
        target[name] = value
        if column is not None:
            self.came_from(pointer, column)

    def came_from(self, pointer: str, column: str) -> None:
        if self.sources is None:  # most drafts have none, and a file has many drafts
            self.sources = {}
        self.sources[pointer] = column

    def doubt(
        self,
        rule: Rule,
        text: str,
        *,
        column: str | None = None,
        pointer: str = "",
        severity: Severity = Severity.error,
    ) -> None:
        """A reason at the column's cell, or at the whole item if the file has no such column."""
        heading = self.headings.get(column) if column is not None else None
        place = f'{self.place}, column "{heading}"' if heading is not None else self.place
        self.reasons = (*self.reasons, Reason(rule, text, pointer, place, severity))

    def is_doubted(self, column: str) -> bool:
        """Whether there is a reason at the column's cell: what is wrong there is not missing as well."""
        if not self.reasons or (heading := self.headings.get(column)) is None:
            return False
        place = f'{self.place}, column "{heading}"'
        return any(reason.place == place for reason in self.reasons)

    def doubt_cell(self, unread: Unread, column: str, pointer: str) -> None:
        self.doubt(
            unread.rule, unread.text, column=column, pointer=pointer, severity=unread.severity
        )


def unreadable_row(row: int, reason: Reason, where: str = "") -> Draft:
    """The answer to a row that could not be read as one."""
    return Draft(
        row,
        None,
        first_of_row=True,
        values={},
        payload={},
        headings={},
        pointers={},
        where=where,
        reasons=(reason,),
    )


class Pointers:
    """The maps of pointers to headings that items carry, each distinct one made once."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], Mapping[str, str]] = {}

    def of(self, draft: Draft) -> Mapping[str, str]:
        if not draft.sources:
            return draft.pointers
        key = (id(draft.pointers), *draft.sources.items())
        if (known := self._made.get(key)) is None:
            added = {
                pointer: draft.headings[column]
                for pointer, column in draft.sources.items()
                if column in draft.headings
            }
            known = self._made[key] = {**draft.pointers, **added}
        return known


def items_of(drafts: Iterable[tuple[str, Draft]], first: int = 1) -> list[Item]:
    """Items numbered from `first`, in the order of the drafts, each with its command."""
    pointers = Pointers()
    return [
        Item(number, draft.place, command, draft.payload, draft.reasons, pointers.of(draft))
        for number, (command, draft) in enumerate(drafts, first)
    ]
