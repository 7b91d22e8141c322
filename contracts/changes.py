"""What came of a command: record changes, and the audience that may see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from contracts.canonical import canonical_json

#: Events of the change log. Source: USECASES.md section 4, RECORDS.md section 1.
EVENTS = frozenset(
    {
        "organisation.registered",
        "organisation.updated",
        "organisation.deregistered",
        "asset.registered",
        "asset.updated",
        "asset.discrepancy",
        "asset.deregistered",
        "market_unit.created",
        "market_unit.composed",
        "market_unit.updated",
        "market_unit.deregistered",
        "category_version.drafted",
        "category_version.submitted",
        "category_version.approved",
        "category_version.returned",
        "category_version.published",
        "category_version.deprecated",
        "category_version.retired",
        "category_version.waived",
        "mapping_profile.published",
        "mapping_profile.retired",
        "load.completed",
    }
)


class Audience(NamedTuple):
    """Who may see a record, as far as the record itself decides it (who asks decides the rest).

    `organisations` are the ids with the owner's view: FSP, owner, and the registrant of an unclaimed
    asset. `hidden`: the record is withheld from the market (suspended). `places`: where a record is that
    is in several, as pairs of network area and GSP group (a market unit: where its members are).
    """

    kind: str
    organisations: tuple[str, ...] = ()
    network_area: str | None = None
    gsp_group: str | None = None
    category: str | None = None
    hidden: bool = False
    places: tuple[tuple[str | None, str | None], ...] = ()

    @property
    def everywhere(self) -> tuple[tuple[str | None, str | None], ...]:
        """All its places; of a record in no place the one that has neither area nor group."""
        return self.places or ((self.network_area, self.gsp_group),)

    def as_json(self) -> dict[str, Any]:
        members = {
            "kind": self.kind,
            "organisations": list(self.organisations),
            "network_area": self.network_area,
            "gsp_group": self.gsp_group,
            "category": self.category,
            "hidden": self.hidden,
            "places": [list(place) for place in self.places],
        }
        return {name: value for name, value in members.items() if value not in (None, [], False)}

    def as_text(self) -> str:
        """Canonical JSON, as it stands in the log."""
        return _audience_text(self)

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> "Audience":
        return cls(
            **{
                **members,
                "organisations": tuple(members.get("organisations", ())),
                "places": tuple((area, group) for area, group in members.get("places", ())),
            }
        )


@lru_cache(maxsize=16_384)
def _audience_text(audience: Audience) -> str:
    return canonical_json(audience.as_json()).decode()


class Key(NamedTuple):
    """One key that an asset is found by. Values are normalised (case, blanks, punctuation)."""

    scheme: str
    value: str
    strength: str  # strong | weak

    @property
    def is_strong(self) -> bool:
        return self.strength == "strong"

    def as_json(self) -> dict[str, str]:
        return {"scheme": self.scheme, "value": self.value, "strength": self.strength}


@dataclass(slots=True)
class Record:
    """A record as the decision sees it: the current version, and what else is known of it.

    `content` is the canonical form without what the store adds (id, kind, version, valid_from,
    recorded_at). `row` is the store's internal key, None until the record is written.
    `revisions` maps the identity of a source's line to the last revision that was stated for it.
    `slices` are earlier valid times (valid_from, version, content), loaded for corrections only.
    `audience` is given where the content does not say it: that of a market unit stands in the log.
    """

    kind: str
    id: str
    version: int
    content: Mapping[str, Any]
    valid_from: datetime
    row: int | None = None
    revisions: dict[str, str] = field(default_factory=dict)
    slices: tuple[tuple[datetime, int, Mapping[str, Any]], ...] = ()
    audience: Audience | None = None

    @property
    def status(self) -> str:
        return str(self.content["status"])

    @property
    def is_live(self) -> bool:
        return self.status not in ("deregistered", "inactive")


class Membership(NamedTuple):
    """An asset in a market unit for `[valid_from, valid_to)`; for good where there is no end."""

    unit: str
    asset: str
    valid_from: datetime
    valid_to: datetime | None = None

    def overlaps(self, valid_from: datetime, valid_to: datetime | None) -> bool:
        return (valid_to is None or self.valid_from < valid_to) and self.holds_after(valid_from)

    def holds_after(self, moment: datetime) -> bool:
        """Whether it holds at some time after that moment, or from it on."""
        return self.valid_to is None or self.valid_to > moment


class RecordChange(NamedTuple):
    """One accepted change of one record: what becomes a version and a line of the log.

    `expected` is the version that the decision saw (0: none, the record is new). `valid_from` is
    when it becomes true; `is_current` is False for a correction of the past that leaves the present
    as it is. `keys_added` carry a rank: the number of live holders seen, so that two racing
    registrations of one weak key collide in the unique constraint. `material` is None where the
    question does not arise. `members` of a market unit: all there is from now on; None: as before.
    """

    kind: str
    id: str
    event: str
    expected: int
    content: Mapping[str, Any]
    valid_from: datetime
    audience_after: Audience
    audience_before: Audience | None = None
    is_current: bool = True
    material: bool | None = None
    keys_added: tuple[tuple[Key, int], ...] = ()
    keys_removed: tuple[Key, ...] = ()
    refs_added: tuple[tuple[str, str], ...] = ()
    row: int | None = None
    members: tuple[Membership, ...] | None = None

    @property
    def version(self) -> int:
        return self.expected + 1


class SourceSeen(NamedTuple):
    """A source stated a line again without changing it: its revision is the newest now."""

    record: str
    identity: str
    revision: str
