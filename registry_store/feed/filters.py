"""What a subscription wants to be told of; what it may be told is not decided here.

Conditions on the record (kind, category, place, own) hold for the record before and after a change,
so that one that no longer meets them leaves the subscriber's sight. Conditions on the change (event,
materiality) hold for the events of the log; what enters or leaves sight is told whatever they say,
or the subscriber's copy would go wrong.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.changes import EVENTS, Audience
from contracts.market import GSP_GROUPS, NETWORK_AREAS

KINDS = frozenset(event.partition(".")[0] for event in EVENTS)
_LISTS = ("kinds", "events", "categories", "gsp_groups", "network_areas")
_SWITCHES = ("own", "material_only")


class FilterRefused(ValueError):
    """The filter as written cannot be kept: `problems` says everything that is wrong with it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Filter:
    """None: no condition. A record that lacks what a condition asks for does not meet it."""

    kinds: frozenset[str] | None = None
    events: frozenset[str] | None = None
    categories: frozenset[str] | None = None
    gsp_groups: frozenset[str] | None = None
    network_areas: frozenset[str] | None = None
    own: bool = False
    material_only: bool = False

    def holds(self, audience: Audience, own: Collection[str]) -> bool:
        """Whether the record meets the conditions. `own`: the ids that the subscriber acts for."""
        return (
            (self.kinds is None or audience.kind in self.kinds)
            and (self.categories is None or audience.category in self.categories)
            and any(self._reaches(area, group) for area, group in audience.everywhere)
            and (not self.own or any(id in own for id in audience.organisations))
        )

    def _reaches(self, network_area: str | None, gsp_group: str | None) -> bool:
        return (self.gsp_groups is None or gsp_group in self.gsp_groups) and (
            self.network_areas is None or network_area in self.network_areas
        )

    def asks_for(self, event: str, material: bool | None) -> bool:  # noqa: FBT001 - a column of the log
        """Whether the change meets the conditions; where materiality does not arise it is met."""
        if self.material_only and material is False:
            return False
        return self.events is None or event in self.events

    def as_json(self) -> dict[str, Any]:
        members: dict[str, Any] = {
            name: sorted(value) for name in _LISTS if (value := getattr(self, name)) is not None
        }
        return members | {name: True for name in _SWITCHES if getattr(self, name)}

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> "Filter":
        """The filter as it is stored. Raises FilterRefused for anything else."""
        problems = [
            f"a filter has no member {name!r}" for name in members.keys() - {*_LISTS, *_SWITCHES}
        ]
        problems += [
            f"{name} must be a list of names, with at least one"
            for name in _LISTS
            if name in members and not _is_list_of_names(members[name])
        ]
        problems += [
            f"{name} must be true or false"
            for name in _SWITCHES
            if not isinstance(members.get(name, False), bool)
        ]
        if problems:
            raise FilterRefused(problems)
        given: dict[str, Any] = {
            name: frozenset(members[name]) for name in _LISTS if name in members
        }
        return cls(**given, **{name: members.get(name, False) for name in _SWITCHES})

    def refuse_unknown_names(self, categories: Collection[str]) -> None:
        """Raises FilterRefused for what does not exist: it would match nothing, silently."""
        if problems := self._unknown_names(categories):
            raise FilterRefused(problems)

    def _unknown_names(self, categories: Collection[str]) -> list[str]:
        known: dict[str, Collection[str]] = {
            "kinds": KINDS,
            "events": EVENTS,
            "categories": categories,
            "gsp_groups": GSP_GROUPS,
            "network_areas": NETWORK_AREAS,
        }
        return [
            f"{name}: {value!r} is not one of {', '.join(sorted(known[name]))}"
            for name in _LISTS
            for value in sorted((getattr(self, name) or frozenset()) - set(known[name]))
        ]


def _is_list_of_names(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(name, str) for name in value)
