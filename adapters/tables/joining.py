"""Rows that follow each other and are one item: a market unit has one row per member.

A row belongs to the item before it if it has the same item number, or, where it has none, states nothing
beside its own element, or nothing else than the first row of the item. No item goes from sheet to sheet.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.tables.drafts import Draft, Place
from adapters.tables.profile_model import Joined, Profile
from contracts.reasons import Rule

_ELEMENT = re.compile(r"(/[a-z_]+)/([0-9]+)(/.*)?")


class RowPlaces(Mapping[str, str]):
    """JSON Pointer -> where it stands, for an item of several rows: headings, and for the elements of its
    list the whole place, in their own row.
    """

    def __init__(self, columns: Mapping[str, str], to: str, rows: Sequence[str]) -> None:
        self._columns = columns
        self._to = to
        self._rows = rows

    def __getitem__(self, pointer: str) -> str:
        found = _ELEMENT.fullmatch(pointer)
        if found is None or found[1] != self._to or int(found[2]) >= len(self._rows):
            return self._columns[pointer]
        row = self._rows[int(found[2])]
        if found[3] is None:
            return Place(row)
        heading = self._columns[f"{self._to}/-{found[3]}"]
        return Place(f'{row}, column "{heading}"')

    def __iter__(self) -> Iterator[str]:
        yield from self._columns
        yield from (f"{self._to}/{number}" for number in range(len(self._rows)))

    def __len__(self) -> int:
        return len(self._columns) + len(self._rows)


def joined(drafts: Sequence[Draft], profile: Profile) -> list[Draft]:
    """The drafts of rows as drafts of items; those of a profile without `joined` as they are."""
    if profile.joined is None:
        return list(drafts)
    join = _Join(profile.joined, profile.command_column)
    for draft in drafts:
        join.add(draft)
    return join.finished()


class _Join:
    def __init__(self, joined: Joined, command_column: str | None) -> None:
        self._list = joined.to[1:]
        self._to = joined.to
        self._number = joined.numbered_by
        self._command = command_column or ""
        self._items: list[list[Draft]] = []
        #: What the first row of the last item says beside its element, and its number.
        self._said: tuple[Any, Any, Mapping[str, Any]] = (None, None, {})

    def add(self, draft: Draft) -> None:
        number, command = draft.values.get(self._number), draft.values.get(self._command)
        rest = {
            name: value
            for name, value in draft.payload.items()
            if name != self._list and value != {}
        }
        if not self._items or not self._continues(draft, number, command, rest):
            self._items.append([draft])
            self._said = (number, command, rest)
            return
        self._items[-1].append(draft)
        if rest and (command or self._said[1], rest) != self._said[1:]:
            first = self._items[-1][0].place
            text = f"the row has the item number of {first}, and says something else of the item"
            draft.doubt(Rule.TAB_05, text, column=self._number)

    def _continues(self, draft: Draft, number: Any, command: Any, rest: Mapping[str, Any]) -> bool:
        if draft.where != self._items[-1][0].where:
            return False
        if number is not None:
            return bool(number == self._said[0])
        if self._list not in draft.payload:
            return False
        return (command is None and not rest) or (command, rest) == self._said[1:]

    def finished(self) -> list[Draft]:
        return [self._item(rows) for rows in self._items]

    def _item(self, rows: list[Draft]) -> Draft:
        first = rows[0]
        elements: list[Any] = []
        places: list[str] = []
        reasons = []
        for row in rows:
            own = row.payload.get(self._list, [])
            at = f"{self._to}/{len(elements)}"
            reasons += [
                replace(r, path=r.path.replace(f"{self._to}/-", at, 1)) for r in row.reasons
            ]
            elements += own
            places += [row.place] * len(own)
        if elements:
            first.payload[self._list] = elements
        first.reasons = tuple(reasons)
        first.last_row = rows[-1].row
        first.pointers = RowPlaces(first.pointers, self._to, places)
        return first
