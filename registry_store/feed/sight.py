"""What a subscriber sees of a record before and after a change, and what this comes to.

| before | after | it is told |
|---|---|---|
| nothing | nothing | nothing |
| no such record | sees it | the event of the log, with the record |
| nothing | sees it | `record.entered`, with the record |
| sees it | nothing | `record.withdrawn`: id and kind alone |
| sees it | sees it | the event, with the record and what it was; nothing if the view shows no difference |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.changes import Audience
from contracts.visibility import Principal, View, view_of
from registry_store.feed.filters import Filter


@dataclass(frozen=True, slots=True)
class Sight:
    """A view, and whether personal data is part of it. `View.none`: not seen."""

    view: View = View.none
    personal: bool = False

    def __bool__(self) -> bool:
        return self.view is not View.none


NOTHING = Sight()


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A subscription as the cut sees it. `principal`: who looks, as of the subscription's position."""

    id: str
    organisation: str
    filter: Filter
    filter_version: int
    principal: Principal
    next_sequence: int

    @property
    def own(self) -> frozenset[str]:
        return self.principal.delegated_by | {self.organisation}

    def sight_of(self, audience: Audience | None) -> Sight:
        """What the subscriber sees of a record with this audience (None: there is no record)."""
        if audience is None or not self.filter.holds(audience, self.own):
            return NOTHING
        view = view_of(audience, self.principal)
        return Sight(view, self.principal.sees_personal_data) if view else NOTHING


def principal_as_json(principal: Principal) -> dict[str, Any]:
    """The principal as the subscription stores it."""
    return {
        "organisation": principal.organisation,
        "roles": sorted(principal.roles),
        "network_areas": sorted(principal.network_areas),
        "gsp_groups": sorted(principal.gsp_groups),
        "delegated_by": sorted(principal.delegated_by),
    }


def principal_from_json(members: Mapping[str, Any]) -> Principal:
    return Principal(
        organisation=members["organisation"],
        roles=frozenset(members["roles"]),
        network_areas=frozenset(members["network_areas"]),
        gsp_groups=frozenset(members["gsp_groups"]),
        delegated_by=frozenset(members["delegated_by"]),
    )
