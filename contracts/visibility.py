"""The one visibility rule: which view of a record may this principal see, and what stands in it.

Source: USECASES.md section 5. Queries, feeds, exports and receipts all render through here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from contracts.categories import Category
from contracts.changes import Audience


class View(IntEnum):
    """From nothing to everything; each view holds what the lower ones hold."""

    none = 0
    public = 1
    market = 2
    operator = 3
    owner = 4


@dataclass(frozen=True, slots=True)
class Principal:
    """An organisation as one who looks: its roles, its areas, and the FSPs that delegated to it."""

    organisation: str | None
    roles: frozenset[str] = frozenset()
    network_areas: frozenset[str] = frozenset()
    gsp_groups: frozenset[str] = frozenset()
    delegated_by: frozenset[str] = frozenset()

    @classmethod
    def of_organisation(cls, id: str, content: Mapping[str, Any]) -> "Principal":
        areas = content.get("areas", {})
        active = content["status"] == "active"
        return cls(
            organisation=id,
            roles=frozenset(content["roles"]) if active else frozenset(),
            network_areas=frozenset(areas.get("network_areas", ())),
            gsp_groups=frozenset(areas.get("gsp_groups", ())),
        )

    @property
    def sees_personal_data(self) -> bool:
        """The regulator sees what an operator sees, without personal data."""
        return self.roles != {"regulator"}

    def covers(self, network_area: str | None, gsp_group: str | None) -> bool:
        """Whether a place in the network is in this operator's area (network area first)."""
        return network_area in self.network_areas or gsp_group in self.gsp_groups


#: Anyone without credentials.
PUBLIC = Principal(organisation=None)

# Members outside of `attributes`: the lowest view that holds them.
_MEMBER_VIEW: dict[str, dict[str, View]] = {
    "asset": {
        "kind": View.public,
        "id": View.public,
        "version": View.public,
        "status": View.public,
        "category": View.public,
        "category_version": View.public,
        "valid_from": View.public,
        "recorded_at": View.public,
        "network": View.market,
        "fsp": View.market,
        "registered_by": View.market,
        "accounting_point": View.operator,
        "keys": View.operator,
        "source": View.operator,
        "evidence": View.operator,
        "owner": View.operator,
        "refs": View.owner,
        "consent_reference": View.owner,
    },
    "organisation": {
        "kind": View.public,
        "id": View.public,
        "version": View.public,
        "status": View.public,
        "legal_name": View.public,
        "company_number": View.public,
        "roles": View.public,
        "valid_from": View.public,
        "recorded_at": View.public,
        "participant_ids": View.market,
        "areas": View.market,
        "refs": View.owner,
        "contact_email": View.owner,
    },
    "market_unit": {
        "kind": View.public,
        "id": View.public,
        "version": View.public,
        "valid_from": View.public,
        "recorded_at": View.public,
        "status": View.market,
        "type": View.market,
        "name": View.market,
        "fsp": View.market,
        "totals": View.market,
        "members": View.operator,
        "refs": View.owner,
    },
    "category_version": {
        "kind": View.public,
        "id": View.public,
        "version": View.public,
        "status": View.public,
        "valid_from": View.public,
        "recorded_at": View.public,
        "category": View.public,
        "category_version": View.public,
        "title": View.public,
        "document": View.public,
        "hash": View.public,
        "contract_hash": View.public,
        "comparison": View.public,
        "published_at": View.public,
        "effective_from": View.public,
        "deprecated_at": View.public,
        "sunset": View.public,
        "retired_at": View.public,
        "authors": View.owner,
        "approver": View.owner,
        "comment": View.owner,
        "drafted_at": View.owner,
        "submitted_at": View.owner,
        "approved_at": View.owner,
        "waiver": View.owner,
    },
    "mapping_profile": dict.fromkeys(
        (
            *("kind", "id", "version", "status", "valid_from", "recorded_at"),
            *("profile", "profile_version", "party", "owner", "title", "document", "hash"),
            *("published_at", "retired_at"),
        ),
        View.owner,
    ),
    "load": {
        "kind": View.public,
        "id": View.public,
        "version": View.public,
        "status": View.public,
        "valid_from": View.public,
        "recorded_at": View.public,
        "registered_by": View.market,
        "batch": View.owner,
        "records": View.owner,
    },
}
#: Kinds that stewards see as their owners do.
_OF_STEWARDS = ("category_version", "mapping_profile")
_VIEW_OF_CLASS = {view.name: view for view in View}


def view_of(audience: Audience, principal: Principal) -> View:  # noqa: PLR0911 - one line a role
    """Which view of a record with this audience the principal may see."""
    if principal.organisation is None:
        return View.none if audience.hidden else View.public
    if "facilitator" in principal.roles:
        return View.owner
    own = principal.delegated_by | {principal.organisation}
    if not own.isdisjoint(audience.organisations):
        return View.owner
    if not principal.roles:
        return View.none
    if audience.kind in _OF_STEWARDS and "steward" in principal.roles:
        return View.owner
    if audience.kind == "mapping_profile":
        return View.none
    if "regulator" in principal.roles:
        return View.operator
    if "system_operator" in principal.roles and any(
        principal.covers(area, group) for area, group in audience.everywhere
    ):
        return View.operator
    return View.none if audience.hidden else View.market


def render(
    record: Mapping[str, Any], view: View, category: Category | None, *, personal: bool = True
) -> dict[str, Any]:
    """The part of a canonical record that the view holds. `category` is given for assets.

    `personal` False leaves personal attributes out whatever the view.
    """
    members = _MEMBER_VIEW[record["kind"]]
    shown = {
        name: value for name, value in record.items() if name in members and members[name] <= view
    }
    attributes = record.get("attributes")
    if attributes is not None and category is not None:
        visible = {
            name: value
            for name, value in attributes.items()
            if (attribute := category.attribute(name)) is not None
            and _VIEW_OF_CLASS[attribute.visibility] <= view
            and (personal or not attribute.personal)
        }
        if visible:
            shown["attributes"] = visible
    return shown
