"""An index over filters: from a record's audience to the few subscriptions that it may concern.

Each filter becomes cells (kind, category, GSP group, network area), None where it has no condition.
A record is looked up once per combination of conditions that occurs at all (16 at most), so that a
change costs as much as the subscriptions it concerns, not as much as there are subscriptions.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Any

from contracts.changes import Audience
from registry_store.feed.filters import Filter

_Cell = tuple[str | None, str | None, str | None, str | None]

#: A filter of more cells than this drops its longest list here; `Filter.holds` decides anyway.
_MOST_CELLS = 256


class FilterIndex:
    """Candidates are a superset of the subscriptions whose filter holds, close to the set itself."""

    def __init__(self, subscribers: Mapping[str, tuple[Filter, frozenset[str]]]) -> None:
        """`subscribers`: subscription -> its filter, and the organisations that it calls its own."""
        self._in_cell: dict[_Cell, list[str]] = {}
        self._of_owner: dict[str, list[str]] = {}
        for subscription, (filter, own) in subscribers.items():
            if filter.own:
                for organisation in own:
                    self._of_owner.setdefault(organisation, []).append(subscription)
            else:
                for cell in _cells(filter):
                    self._in_cell.setdefault(cell, []).append(subscription)
        self._shapes = {tuple(part is not None for part in cell) for cell in self._in_cell}
        self._found: dict[_Cell, list[str]] = {}

    def candidates(self, audience: Audience) -> Iterator[str]:
        """Subscriptions; one twice only if the record is in several places, or its organisations share it."""
        for network_area, gsp_group in audience.everywhere:
            place = (audience.kind, audience.category, gsp_group, network_area)
            if place not in self._found:
                self._found[place] = [
                    name for cell in self._lookups(place) for name in self._in_cell.get(cell, ())
                ]
            yield from self._found[place]
        for organisation in audience.organisations:
            yield from self._of_owner.get(organisation, ())

    def _lookups(self, place: _Cell) -> Iterator[_Cell]:
        for shape in self._shapes:
            cell = tuple(part if asked else None for part, asked in zip(place, shape, strict=True))
            if all(part is not None for part, asked in zip(place, shape, strict=True) if asked):
                yield cell  # type: ignore[misc] # four parts, as `place` has


def _cells(filter: Filter) -> Iterator[_Cell]:
    lists: list[list[Any]] = [
        sorted(condition) if condition is not None else [None]
        for condition in (filter.kinds, filter.categories, filter.gsp_groups, filter.network_areas)
    ]
    while prod(map(len, lists)) > _MOST_CELLS:
        lists[max(range(len(lists)), key=lambda number: len(lists[number]))] = [None]
    yield from product(*lists)
