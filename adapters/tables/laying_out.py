"""Columns that are read, laid out as payloads: one for each row, and drafts of those in which something is in doubt."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from adapters.tables.cells import Unread
from adapters.tables.drafts import Draft
from adapters.tables.headings import Match
from adapters.tables.placing import (
    Target,
    Values,
    payloads_of,
    put_elements,
    target_of,
    twofold,
)
from adapters.tables.profile_model import Profile
from contracts.reasons import Rule

#: How a value is published: the code's word for it. None: as it is.
_Publish = Callable[[Any], Any] | None


@dataclass(slots=True)
class ReadColumn:
    """A column read: for each row a value, None or Unread. `is_empty`: None in every row."""

    match: Match
    values: Sequence[Any]
    has_unread: bool = False
    is_empty: bool = False

    @property
    def name(self) -> str:
        return self.match.column.name

    def of_rows(self, rows: Sequence[int]) -> "ReadColumn":
        """The column for some rows alone."""
        values = self.values
        chosen = values if len(rows) == len(values) else [values[row] for row in rows]
        return ReadColumn(self.match, chosen, self.has_unread, self.is_empty)

    def without(self, indexes: Sequence[int]) -> None:
        """Takes out what is in doubt; the values may be those of others too, and stay as they are there."""
        kept = list(self.values)
        for index in indexes:
            kept[index] = None
        self.values = kept


#: A column, and the pointers of the payload that it goes to.
_Reached = tuple[ReadColumn, list[tuple[str, _Publish]]]


class Drafts(dict[int, Draft]):
    """Drafts by the index of their row, each made when it is first asked for: in most rows nothing is in doubt."""

    def __init__(self, make: Callable[[int], Draft]) -> None:
        self._make = make

    def __missing__(self, index: int) -> Draft:
        draft = self[index] = self._make(index)
        return draft


class Payloads(NamedTuple):
    """What rows state. `pointers`: JSON Pointer -> heading, shared by all of them."""

    columns: Sequence[ReadColumn]
    payloads: Sequence[dict[str, Any]]
    drafts: Drafts
    pointers: Mapping[str, str]


def laid_out(
    profile: Profile,
    skeleton: Mapping[str, Any],
    columns: Sequence[ReadColumn],
    count: int,
    draft: Callable[[int, Mapping[str, str], Mapping[str, str]], Draft],
) -> Payloads:
    """`count` rows of these columns, which are changed. `draft` makes one, of the index of a row, the headings
    by column and the pointers.
    """
    headings = {column.name: column.match.heading for column in columns}
    targets = [(column, list(_targets(profile, column.match))) for column in columns]
    pointers = {pointer: c.match.heading for c, reached in targets for pointer, _ in reached}
    drafts = Drafts(lambda index: draft(index, headings, pointers))
    _doubt_unread(columns, drafts)
    _doubt_twofold(targets, pointers, drafts)
    payloads = _put(targets, skeleton, count, drafts)
    return Payloads(columns, payloads, drafts, pointers)


def _doubt_unread(columns: Sequence[ReadColumn], drafts: Drafts) -> None:
    """A reason for each cell that could not be read; there is nothing to put of it."""
    for column in columns:
        if not column.has_unread:
            continue
        unread = [i for i, value in enumerate(column.values) if value.__class__ is Unread]
        for index in unread:
            pointer = column.match.column.to or ""
            drafts[index].doubt_cell(column.values[index], column.name, pointer)
        column.without(unread)


def _doubt_twofold(
    targets: Sequence[_Reached], pointers: Mapping[str, str], drafts: Drafts
) -> None:
    """A record is named by its id or by a reference: where a row states both, none is taken."""
    by_pointer = {pointer: column for column, reached in targets for pointer, _ in reached}
    for whole in twofold(pointers):
        ids = by_pointer[whole]
        for pointer, part in by_pointer.items():
            if not pointer.startswith(f"{whole}/") or part.is_empty or ids.is_empty:
                continue
            pairs = enumerate(zip(ids.values, part.values, strict=True))
            both = [i for i, (id, stated) in pairs if id is not None and stated is not None]
            for index in both:
                text = f"the row also names the record by its id, in {ids.match.heading!r}: give one of them"
                drafts[index].doubt(Rule.TAB_05, text, column=part.name, pointer=whole)
            if both:
                part.without(both)


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
    targets: Sequence[_Reached], skeleton: Mapping[str, Any], count: int, drafts: Drafts
) -> list[dict[str, Any]]:
    members: list[tuple[Target, Values]] = []
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
                members.append((target, values))
            else:
                lists.setdefault((target.section, target.name), []).append((target, values))
    payloads = payloads_of(skeleton, members, count)
    for columns in lists.values():
        for index, numbers in put_elements(payloads, columns):
            _note_moves(drafts[index], numbers, names, columns[0][0])
    return payloads


def _note_moves(
    draft: Draft, numbers: Sequence[int], names: Mapping[Target, str], list_: Target
) -> None:
    """Elements that moved up are still placed at the columns that they were read from."""
    for position, number in enumerate(numbers):
        for target, name in names.items():
            if (target.section, target.name, target.element) == (list_.section, list_.name, number):
                draft.came_from(target.at(position), name)
