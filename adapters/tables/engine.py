"""Rows to drafts: values read column by column, then laid out per row or per filled slot."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from adapters.tables.cells import CellReader, Unread
from adapters.tables.dates import DateOrder
from adapters.tables.drafts import Draft, split_pointer
from adapters.tables.headings import Layout, Match
from adapters.tables.profile_model import Column, Profile
from adapters.tables.values import Asked, reader_of
from contracts.reasons import Severity

Cells = Sequence[str]
#: (column, section of the payload or "", member, how a value is published)
_Target = tuple[str, str, str, Callable[[Any], Any] | None]


@dataclass(frozen=True, slots=True)
class _SlotLayout:
    """What all drafts of one slot share. `suspects` are the columns in which a cell was unreadable."""

    targets: Sequence[_Target]
    headings: Mapping[str, str]
    pointers: Mapping[str, str]
    suspects: Sequence[Column]


class Table:
    """One file under one profile: `drafts()` gives what its rows say, before any step."""

    def __init__(
        self,
        profile: Profile,
        layout: Layout,
        rows: Sequence[tuple[int, Cells]],
        *,
        statement_date: date,
        longest_cell: int,
    ) -> None:
        self._profile = profile
        self._rows = rows
        width = max((match.index for match in layout.matches), default=-1) + 1
        self._columns = list(zip(*(cells for _, cells in rows), strict=True)) or [()] * width
        self._longest_cell = longest_cell
        self._nothing = dict.fromkeys(column.name for column in profile.columns)
        self._groups = {
            slot: [match for match in layout.matches if match.slot == slot]
            for slot in (None, *profile.slots)
        }
        self._constants = [
            (*split_pointer(pointer), text.replace("{statement_date}", statement_date.isoformat()))
            for pointer, text in profile.constants.items()
        ]
        self._suspects: set[str] = set()
        self.order = self._date_order()

    def drafts(self) -> Iterator[Draft]:
        """Drafts in the order of rows and slots. A row with no filled slot is answered as its first."""
        names, shared = self._values(None)
        slots = {slot: self._values(slot) for slot in self._profile.slots}
        layouts = {slot: self._layout_of(slot) for slot in (None, *self._profile.slots)}
        filled = {slot: self._filled(*slots[slot]) for slot in slots}
        for index, (row, _) in enumerate(self._rows):
            values = self._nothing | dict(zip(names, shared[index], strict=True))
            if not slots:
                yield self._draft(row, None, values, layouts[None], first=True)
                continue
            present = [slot for slot in slots if filled[slot][index]] or self._profile.slots[:1]
            for slot in present:
                slot_names, in_slot = slots[slot]
                own = values | dict(zip(slot_names, in_slot[index], strict=True))
                yield self._draft(row, slot, own, layouts[slot], first=slot == present[0])

    def _filled(self, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[bool]:
        """For each row whether a slot is filled: one of the telling columns has a value."""
        telling = [names.index(name) for name in self._profile.filled_when if name in names]
        return [any(values[index] is not None for index in telling) for values in rows]

    def _values(self, slot: int | None) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Names of the columns of one slot (or of none), and for each row their values."""
        matches = self._groups[slot]
        names = [match.column.name for match in matches]
        if not matches:
            return names, [()] * len(self._rows)
        return names, list(zip(*(self._column(match) for match in matches), strict=True))

    def _column(self, match: Match) -> list[Any]:
        column = match.column
        read = reader_of(Asked(match, self._profile, self.order))
        reader = CellReader(
            read, column.null_markers, self._longest_cell, Severity(column.unreadable)
        )
        values = list(map(reader.__getitem__, self._columns[match.index]))
        if reader.has_unread:
            self._suspects.add(column.name)
        return values

    def _date_order(self) -> DateOrder:
        indexes = [
            match.index
            for group in self._groups.values()
            for match in group
            if match.column.kind == "date"
        ]
        return DateOrder(
            set().union(*(self._columns[index] for index in indexes)), usual=self._profile.day_first
        )

    def _layout_of(self, slot: int | None) -> _SlotLayout:
        matches = [*self._groups[None], *(self._groups[slot] if slot is not None else ())]
        targets: list[_Target] = []
        pointers: dict[str, str] = {}
        for match in matches:
            for pointer, publish in self._targets(match):
                targets.append((match.column.name, *split_pointer(pointer), publish))
                pointers[pointer] = match.heading
        headings = {match.column.name: match.heading for match in matches}
        suspects = [match.column for match in matches if match.column.name in self._suspects]
        return _SlotLayout(targets, headings, pointers, suspects)

    def _targets(self, match: Match) -> Iterator[tuple[str, Callable[[Any], Any] | None]]:
        """Where the values of a column go: its own pointer, and those that its codes set."""
        column = match.column
        codes = self._profile.codes_of(column).values() if column.kind == "code" else ()
        if column.to is not None:
            published = {code.code: code.value for code in codes}
            yield column.to, published.get if codes else None
        for pointer in {pointer: None for code in codes for pointer in code.sets}:
            yield pointer, {code.code: code.sets.get(pointer) for code in codes}.get

    def _draft(
        self,
        row: int,
        slot: int | None,
        values: dict[str, Any],
        layout: _SlotLayout,
        *,
        first: bool,
    ) -> Draft:
        payload: dict[str, Any] = {"attributes": {}}
        draft = Draft(row, slot, first, values, payload, layout.headings, layout.pointers)
        for suspect in layout.suspects:
            value = values[suspect.name]
            if value.__class__ is Unread:
                draft.doubt_cell(value, suspect.name, suspect.to or "")
                values[suspect.name] = None
        for section, name, constant in self._constants:
            (payload.setdefault(section, {}) if section else payload)[name] = constant
        for column, section, name, publish in layout.targets:
            value = values[column]
            if value is None or (publish is not None and (value := publish(value)) is None):
                continue
            (payload.setdefault(section, {}) if section else payload)[name] = value
        return draft
