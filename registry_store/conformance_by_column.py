"""Many assets of one category looked at together: which of them conform, told column by column.

A file has many rows and few values of them: what a value amounts to is worked out once for all rows that state
it, by the same readers, schema and assertions as for one asset. What fails, or may fail, is only marked: it is
looked at again alone, to name each fault.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import is_
from types import NoneType
from typing import Any

import jsonschema_rs

from contracts.categories import Attribute, Category
from registry_store.attribute_assertions import checks
from registry_store.attribute_reading import Flaws, reader

#: Fewer than that are looked at one by one: columns have a price of their own.
FEWEST = 8
#: Values of an attribute that are remembered to stand as they are, a set for each type; then anew.
_REMEMBERED = 4_096
_SCALARS: frozenset[type] = frozenset({str, int, float, bool, NoneType})


class _Absent:
    """What a row has where it does not state an attribute: no value that a sender could write."""


_ABSENT = _Absent()
#: In the place of a canonical value: there may be something wrong with it.
_DOUBTFUL = object()

Attributes = Mapping[str, Any]


class Columns:
    """The attributes of one category version, as columns of many assets."""

    def __init__(self, category: Category) -> None:
        self._names = frozenset(each.name for each in category.attributes)
        self._required = category.required
        self._columns = {each.name: _Column(each) for each in category.attributes}
        self._checks = [
            (each, check.trigger, _meets(each.names, check.trigger, check.holds))
            for each in category.assertions
            for check in checks(each)
        ]

    def canonical(self, group: Sequence[dict[str, Any]]) -> list[dict[str, Any] | None]:
        """For each the canonical attributes; None where they may not conform, or there is something to say of
        them. What is canonical as it stands is given back itself.
        """
        stated: set[str] = set().union(*group)
        if not self._required <= stated:
            return [None] * len(group)
        doubtful = _with_others(group, self._names) if not stated <= self._names else set[int]()
        changed: dict[int, dict[str, Any]] = {}
        columns: dict[str, Sequence[Any]] = {}
        for name in stated & self._names:
            column = [attributes.get(name, _ABSENT) for attributes in group]
            kinds = set(map(type, column))
            if _Absent in kinds and name in self._required:
                doubtful.update(_rows_of(column, _ABSENT))
            odd = self._columns[name].odd(column, kinds - {_Absent})
            for index, value in odd.items():
                is_missing = value is None and name in self._required
                if value is _DOUBTFUL or is_missing:
                    doubtful.add(index)
                else:
                    changed.setdefault(index, {})[name] = value
                column[index] = _ABSENT if value is _DOUBTFUL or value is None else value
            columns[name] = column
        doubtful.update(self._contradicting(columns, len(group)))
        return [
            None
            if index in doubtful
            else attributes
            if index not in changed
            else _with(attributes, changed[index])
            for index, attributes in enumerate(group)
        ]

    def _contradicting(self, columns: Mapping[str, Sequence[Any]], count: int) -> Iterator[int]:
        """Rows whose attributes do not agree with each other."""
        nothing = [_ABSENT] * count
        for assertion, trigger, is_met in self._checks:
            if trigger in columns:
                compared = {*assertion.when, *assertion.at_most}
                values = (
                    columns.get(name, nothing)
                    if name in compared
                    else _presence(columns.get(name, nothing))
                    for name in assertion.names
                )
                yield from _failing(list(zip(*values, strict=True)), is_met)


class _Column:
    """One attribute of many assets. `_sound`: by type, values that are known to stand as they are. Of different
    types since 1, 1.0 and True are equal, and only one of them may be canonical.
    """

    def __init__(self, attribute: Attribute) -> None:
        self._read = reader(attribute)
        elements = {"type": "array", "items": dict(attribute.schema)}
        self._schema = jsonschema_rs.validator_for(elements, validate_formats=True, offline=True)
        self._sound: dict[type, set[Any]] = {kind: set() for kind in _SCALARS}

    def odd(self, column: Sequence[Any], kinds: Iterable[type]) -> dict[int, Any]:
        """Index -> canonical value, None or `_DOUBTFUL`, of what does not stand as it is."""
        kinds, odd = set(kinds), dict[int, Any]()
        if kinds <= _SCALARS:
            for kind in kinds:
                changed = self._changed(kind, _of_kind(column, kind, only=len(kinds) == 1))
                if changed:
                    odd |= {
                        index: changed[value]
                        for index, value in enumerate(column)
                        if value.__class__ is kind and value in changed
                    }
            return odd
        rows = [index for index, value in enumerate(column) if value is not _ABSENT]
        values = self._judged([self._read(column[index]) for index in rows])
        return dict(zip(rows, values, strict=True))

    def _changed(self, kind: type, distinct: set[Any]) -> dict[Any, Any]:
        """What becomes of those values that do not stand as they are."""
        sound = self._sound[kind]
        new = list(distinct - sound)
        if not new:
            return {}
        read = list(map(self._read, new))
        # A reader gives back the very value that stands as it is; null is not valid, and so is looked at again.
        as_it_is = all(map(is_, read, new)) and self._schema.is_valid(new)
        changed = {} if as_it_is else self._otherwise(kind, new, read)
        if len(sound) + len(new) > _REMEMBERED:
            sound.clear()
        sound.update(new)
        sound.difference_update(changed)
        return changed

    def _otherwise(self, kind: type, values: Sequence[Any], read: Sequence[Any]) -> dict[Any, Any]:
        return {
            value: canonical
            for value, canonical in zip(values, self._judged(read), strict=True)
            if canonical is None or canonical.__class__ is not kind or canonical != value
        }

    def _judged(self, read: Sequence[Any]) -> list[Any]:
        """What readers gave; `_DOUBTFUL` where it is flawed, or not what the schema allows."""
        values = [_DOUBTFUL if value.__class__ is Flaws else value for value in read]
        stated = [value for value in values if value is not None and value is not _DOUBTFUL]
        if self._schema.is_valid(stated):
            return values
        return [
            value
            if value is None or value is _DOUBTFUL or self._schema.is_valid([value])
            else _DOUBTFUL
            for value in values
        ]


def _of_kind(column: Sequence[Any], kind: type, *, only: bool) -> set[Any]:
    """The distinct values of one type."""
    if not only:
        return {value for value in column if value.__class__ is kind}
    distinct = set(column)
    distinct.discard(_ABSENT)
    return distinct


def _with_others(group: Sequence[Attributes], names: frozenset[str]) -> set[int]:
    """Rows that state what the category does not know."""
    return {index for index, attributes in enumerate(group) if not attributes.keys() <= names}


def _rows_of(column: Sequence[Any], wanted: Any) -> Iterator[int]:
    return (index for index, value in enumerate(column) if value is wanted)


def _with(attributes: Attributes, changed: Attributes) -> dict[str, Any]:
    """In the order in which they were stated; None takes one away."""
    read = {name: changed.get(name, value) for name, value in attributes.items()}
    return {name: value for name, value in read.items() if value is not None}


def _presence(column: Sequence[Any]) -> Sequence[Any]:
    """A column of which only that it is stated counts: then rows are few that differ."""
    if _ABSENT not in column:
        return [True] * len(column)
    return [value if value is _ABSENT else True for value in column]


def _failing(rows: Sequence[tuple[Any, ...]], is_met: Callable[[Any], bool]) -> Iterator[int]:
    """Indexes of rows that are not met; each is asked once, but where lists keep rows from being told apart."""
    try:
        failing = {row for row in set(rows) if not is_met(row)}
    except TypeError:
        yield from (index for index, row in enumerate(rows) if not is_met(row))
        return
    if failing:
        yield from (index for index, row in enumerate(rows) if row in failing)


def _meets(
    names: Sequence[str], trigger: str, holds: Callable[[Attributes], bool]
) -> Callable[[Sequence[Any]], bool]:
    """Whether values of these attributes meet a check."""

    def is_met(row: Sequence[Any]) -> bool:
        pairs = zip(names, row, strict=True)
        stated = {name: value for name, value in pairs if value is not _ABSENT}
        return trigger not in stated or holds(stated)

    return is_met
