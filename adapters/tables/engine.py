"""Rows to drafts: values read column by column, then put into the payloads column by column."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import repeat
from typing import Any

from adapters.tables.at_once import read_at_once
from adapters.tables.cells import CellReader, Exact, Unread
from adapters.tables.drafts import Draft, Pointers
from adapters.tables.headings import Layout, Match
from adapters.tables.kinds import Asked
from adapters.tables.laying_out import Payloads, ReadColumn, laid_out
from adapters.tables.notation import Notation, notation_of
from adapters.tables.number_forms import USUAL_FORM
from adapters.tables.profile_model import Profile
from adapters.tables.values import reader_of
from contracts.messages import Item
from contracts.reasons import Severity

#: Text; in a workbook also a number as such, or why there is neither (a formula, an error).
Cells = Sequence[str | Exact | Unread]


@dataclass(frozen=True, slots=True)
class Source:
    """The file of a table, as far as its cells depend on it. `where`: words before each place (a sheet)."""

    statement_date: date
    longest_cell: int
    where: str = ""
    is_csv: bool = True


class _Distinct(dict[int, set[Any]]):
    """The distinct cells of a column, by its index, found when they are first asked for."""

    def __init__(self, cells: Sequence[Sequence[Any]]) -> None:
        self._cells = cells

    def __missing__(self, index: int) -> set[Any]:
        found = self[index] = set(self._cells[index])
        return found


class Table:
    """One table under one profile: `drafts()` gives what its rows say, before any step. `notation`: how it
    writes numbers and dates, where other rows of its file have shown that. `items()` gives the same of rows
    that are items as they stand, with a draft for those alone in which something is in doubt.
    """

    def __init__(
        self,
        profile: Profile,
        layout: Layout,
        rows: Sequence[tuple[int, Cells]],
        source: Source,
        notation: Notation | None = None,
    ) -> None:
        self._profile = profile
        self._numbers = [number for number, _ in rows]
        self._source = source
        width = max((match.index for match in layout.matches), default=-1) + 1
        self._cells = list(zip(*(cells for _, cells in rows), strict=True)) or [()] * width
        self._nothing = dict.fromkeys(profile.read_by_steps)
        self._distinct = _Distinct(self._cells)
        self._notation = notation or notation_of(
            profile, layout, self._distinct, is_csv=source.is_csv
        )
        self._columns = [self._read(match) for match in layout.matches]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was detected of dates and numbers."""
        return self._notation.notes

    @property
    def columns(self) -> Iterator[tuple[Match, Sequence[Any], Sequence[Any]]]:
        """Each column of the layout that the file has: its cells, and what each was read as."""
        for column in self._columns:
            yield column.match, self._cells[column.match.index], column.values

    def drafts(self) -> list[Draft]:
        """Drafts in the order of rows and slots. A row with no filled slot is answered as its first."""
        slots, rows = self._profile.slots, range(len(self._numbers))
        if not slots:
            return self._drafts_of(None, rows, [True] * len(rows))
        filled = {slot: self._filled(slot) for slot in slots}
        present = [[slot for slot in slots if filled[slot][row]] or slots[:1] for row in rows]
        drafts: list[tuple[int, int, Draft]] = []
        for slot in slots:
            chosen = [row for row in rows if slot in present[row]]
            firsts = [present[row][0] == slot for row in chosen]
            made = self._drafts_of(slot, chosen, firsts)
            drafts += [(row, slot, draft) for row, draft in zip(chosen, made, strict=True)]
        return [draft for _, _, draft in sorted(drafts, key=lambda entry: entry[:2])]

    def _filled(self, slot: int) -> list[bool]:
        """For each row whether a slot is filled: one of the telling columns has a value."""
        telling = [
            column.values
            for column in self._columns
            if column.match.slot == slot and column.name in self._profile.filled_when
        ]
        return [
            any(values[row] is not None for values in telling) for row in range(len(self._numbers))
        ]

    def _read(self, match: Match) -> ReadColumn:
        column, cells = match.column, self._cells[match.index]
        if not any(cells):
            return ReadColumn(match, [None] * len(cells), is_empty=True)
        order, form = self._notation.order_of(match), self._notation.form_of(match)
        asked = Asked(match, self._profile, order, form, apostrophes=self._source.is_csv)
        if self._source.is_csv and (
            values := read_at_once(
                asked, cells, self._distinct[match.index], self._source.longest_cell
            )
        ):
            return ReadColumn(match, values)
        reader = CellReader(
            reader_of(asked),
            reader_of(replace(asked, form=USUAL_FORM)),
            column.null_markers,
            self._source.longest_cell,
            Severity(column.unreadable),
        )
        read = reader.values(self._distinct[match.index])
        return ReadColumn(match, list(map(read.__getitem__, cells)), reader.has_unread)

    def items(self, first: int) -> list[tuple[int, Item]]:
        """(number of the row, its item) where rows are items as they stand, numbered from `first`."""
        rows, where = range(len(self._numbers)), self._source.where
        laid = self._laid_out(None, rows, [True] * len(rows))
        places = [f"{where}row {number}" for number in self._numbers]
        fields = (
            range(first, first + len(rows)),
            places,
            self._commands(laid.columns),
            laid.payloads,
            repeat(()),
            repeat(laid.pointers),
        )
        items, pointers = list(map(Item, *fields)), Pointers()
        for index, draft in laid.drafts.items():
            columns = pointers.of(draft)
            items[index] = items[index]._replace(reasons=draft.reasons, columns=columns)
        return list(zip(self._numbers, items, strict=True))

    def _commands(self, columns: Sequence[ReadColumn]) -> Sequence[str]:
        usual, asked = self._profile.command, self._profile.command_column
        values = next((column.values for column in columns if column.name == asked), ())
        return [value or usual for value in values] or [usual] * len(self._numbers)

    def _drafts_of(
        self, slot: int | None, rows: Sequence[int], firsts: Sequence[bool]
    ) -> list[Draft]:
        """One draft for each of these rows, of one slot (or of none)."""
        laid = self._laid_out(slot, rows, firsts)
        drafts = [laid.drafts[index] for index in range(len(rows))]
        for draft, payload in zip(drafts, laid.payloads, strict=True):
            draft.payload = payload
        self._give_values(laid.columns, drafts)
        return drafts

    def _laid_out(self, slot: int | None, rows: Sequence[int], firsts: Sequence[bool]) -> Payloads:
        numbers, nothing, where = self._numbers, self._nothing, self._source.where

        def draft(index: int, headings: Mapping[str, str], pointers: Mapping[str, str]) -> Draft:
            row, first = numbers[rows[index]], firsts[index]
            return Draft(row, slot, first, nothing, {}, headings, pointers, where)

        columns = [c.of_rows(rows) for c in self._columns if c.match.slot in (None, slot)]
        skeleton = self._profile.skeleton(self._source.statement_date)
        return laid_out(self._profile, skeleton, columns, len(rows), draft)

    def _give_values(self, columns: Sequence[ReadColumn], drafts: Sequence[Draft]) -> None:
        """What the steps of the profile, and its joins, read."""
        read = [c for c in columns if c.name in self._nothing and not c.is_empty]
        if not read and not self._profile.steps:
            for draft in drafts:
                draft.values = self._nothing
            return
        names = [column.name for column in read]
        rows = zip(*(column.values for column in read), strict=True) if read else [()] * len(drafts)
        for draft, values in zip(drafts, rows, strict=True):
            draft.values = {**self._nothing, **dict(zip(names, values, strict=True))}
