"""Rows to drafts: values read column by column, then put into the payloads column by column."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from adapters.tables.cells import CellReader, Exact, Unread
from adapters.tables.drafts import Draft
from adapters.tables.headings import Layout, Match
from adapters.tables.kinds import Asked
from adapters.tables.notation import Notation, notation_of
from adapters.tables.number_forms import USUAL_FORM
from adapters.tables.placing import (
    Target,
    Values,
    put_elements,
    put_members,
    target_of,
    twofold,
)
from adapters.tables.profile_model import Profile
from adapters.tables.values import reader_of
from contracts.reasons import Rule, Severity

#: Text; in a workbook also a number as such, or why there is neither (a formula, an error).
Cells = Sequence[str | Exact | Unread]
#: How a value is published: the code's word for it. None: as it is.
_Publish = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class Source:
    """The file of a table, as far as its cells depend on it. `where`: words before each place (a sheet)."""

    statement_date: date
    longest_cell: int
    where: str = ""
    is_csv: bool = True


@dataclass(frozen=True, slots=True)
class _Column:
    """A column read: for each row a value, None or Unread."""

    match: Match
    values: list[Any]
    has_unread: bool = False
    is_empty: bool = False

    @property
    def name(self) -> str:
        return self.match.column.name


#: A column, and the pointers of the payload that it goes to.
_Reached = tuple[_Column, list[tuple[str, _Publish]]]


class Table:
    """One table under one profile: `drafts()` gives what its rows say, before any step. `notation`: how it
    writes numbers and dates, where other rows of its file have shown that.
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
        self._distinct = {match.index: set(self._cells[match.index]) for match in layout.matches}
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

    def _read(self, match: Match) -> _Column:
        column, cells = match.column, self._cells[match.index]
        distinct = self._distinct[match.index]
        if distinct == {""}:
            return _Column(match, [None] * len(cells), is_empty=True)
        order, form = self._notation.order_of(match), self._notation.form_of(match)
        asked = Asked(match, self._profile, order, form, apostrophes=self._source.is_csv)
        reader = CellReader(
            reader_of(asked),
            reader_of(replace(asked, form=USUAL_FORM)),
            column.null_markers,
            self._source.longest_cell,
            Severity(column.unreadable),
        )
        values = reader.values(distinct)
        return _Column(match, list(map(values.__getitem__, cells)), reader.has_unread)

    def _drafts_of(
        self, slot: int | None, rows: Sequence[int], firsts: Sequence[bool]
    ) -> list[Draft]:
        """One draft for each of these rows, of one slot (or of none)."""
        columns = [_picked(c, rows) for c in self._columns if c.match.slot in (None, slot)]
        headings = {column.name: column.match.heading for column in columns}
        targets = [(column, list(_targets(self._profile, column.match))) for column in columns]
        pointers = {pointer: c.match.heading for c, reached in targets for pointer, _ in reached}
        skeleton = self._profile.skeleton(self._source.statement_date)
        payloads = [_copied(skeleton) for _ in rows]
        drafts = [
            Draft(
                self._numbers[row],
                slot,
                first,
                self._nothing,
                payload,
                headings,
                pointers,
                self._source.where,
            )
            for row, first, payload in zip(rows, firsts, payloads, strict=True)
        ]
        _doubt_unread(columns, drafts)
        _doubt_twofold(targets, pointers, drafts)
        self._give_values(columns, drafts)
        _put(targets, payloads, drafts)
        return drafts

    def _give_values(self, columns: Sequence[_Column], drafts: Sequence[Draft]) -> None:
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


def _picked(column: _Column, rows: Sequence[int]) -> _Column:
    """The column for some rows alone; a copy, since what is unread is taken out of it."""
    values = column.values
    chosen = list(values) if len(rows) == len(values) else [values[row] for row in rows]
    return _Column(column.match, chosen, column.has_unread, column.is_empty)


def _copied(skeleton: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: dict(value) if value.__class__ is dict else value for name, value in skeleton.items()
    }


def _doubt_unread(columns: Sequence[_Column], drafts: Sequence[Draft]) -> None:
    """A reason for each cell that could not be read; there is nothing to put of it."""
    for column in columns:
        if not column.has_unread:
            continue
        for index, value in enumerate(column.values):
            if value.__class__ is Unread:
                drafts[index].doubt_cell(value, column.name, column.match.column.to or "")
                column.values[index] = None


def _doubt_twofold(
    targets: Sequence[_Reached], pointers: Mapping[str, str], drafts: Sequence[Draft]
) -> None:
    """A record is named by its id or by a reference: where a row states both, none is taken."""
    by_pointer = {pointer: column for column, reached in targets for pointer, _ in reached}
    for whole in twofold(pointers):
        ids = by_pointer[whole]
        for part in [
            each for pointer, each in by_pointer.items() if pointer.startswith(f"{whole}/")
        ]:
            for index, (id, stated) in enumerate(zip(ids.values, part.values, strict=True)):
                if id is not None and stated is not None:
                    text = f"the row also names the record by its id, in {ids.match.heading!r}: give one of them"
                    drafts[index].doubt(Rule.TAB_05, text, column=part.name, pointer=whole)
                    part.values[index] = None


def _targets(profile: Profile, match: Match) -> Iterator[tuple[str, _Publish]]:
    """Where the values of a column go: its own pointer, and those that its codes set."""
    column = match.column
    codes = profile.codes_of(column).values() if column.kind == "code" else ()
    if column.to is not None:
        published = {code.code: code.value for code in codes}
        yield column.to, published.get if codes else None
    for pointer in {pointer: None for code in codes for pointer in code.sets}:
        yield pointer, {code.code: code.sets.get(pointer) for code in codes}.get


def _put(
    targets: Sequence[_Reached], payloads: Sequence[dict[str, Any]], drafts: Sequence[Draft]
) -> None:
    lists: dict[tuple[str, str], list[tuple[Target, Values]]] = {}
    names: dict[Target, str] = {}
    for column, reached in targets:
        for pointer, publish in reached:
            target, values = target_of(pointer), column.values
            if target.element is not None:
                names[target] = column.name
            if column.is_empty:
                continue
            if publish is not None:
                values = [None if value is None else publish(value) for value in values]
            if target.element is None:
                put_members(payloads, target, values)
            else:
                lists.setdefault((target.section, target.name), []).append((target, values))
    for columns in lists.values():
        for index, numbers in put_elements(payloads, columns):
            _note_moves(drafts[index], numbers, names, columns[0][0])


def _note_moves(
    draft: Draft, numbers: Sequence[int], names: Mapping[Target, str], list_: Target
) -> None:
    """Elements that moved up are still placed at the columns that they were read from."""
    for position, number in enumerate(numbers):
        for target, name in names.items():
            if (target.section, target.name, target.element) == (list_.section, list_.name, number):
                draft.came_from(target.at(position), name)
