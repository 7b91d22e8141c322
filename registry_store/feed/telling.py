"""The heart of a cut, without the database: changes and subscribers in, bundles out.

The same changes give the same notifications with the same numbers, whenever and by whomever they are
cut; only where one bundle ends and the next begins depends on how much was taken at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from contracts.categories import Catalogue
from contracts.changes import Audience
from contracts.visibility import Principal
from registry_store.feed import loads
from registry_store.feed.filter_index import FilterIndex
from registry_store.feed.logged_change import LoggedChange
from registry_store.feed.notices import Notice, Telling
from registry_store.feed.packing import Bundle, FeedLimits, Packer
from registry_store.feed.sight import Sight, Subscriber


@dataclass(slots=True)
class Cut:
    """What came of it. `to_position`: all changes up to there are told.

    `grants`: subscription -> the change of its own organisation that alters what it may see. It was
    told what stands before that change; the change itself is a step of its own (`grants`).
    """

    to_position: int
    bundles: list[Bundle] = field(default_factory=list)
    next_sequences: dict[str, int] = field(default_factory=dict)
    grants: dict[str, LoggedChange] = field(default_factory=dict)

    def position_of(self, subscription: str) -> int:
        grant = self.grants.get(subscription)
        return self.to_position if grant is None else grant.position - 1


class Audiences:
    """Subscribers that stand at one position, and how to find those that a change concerns."""

    def __init__(self, subscribers: Iterable[Subscriber]) -> None:
        self.by_id = {subscriber.id: subscriber for subscriber in subscribers}
        self._index = FilterIndex({s.id: (s.filter, s.own) for s in self.by_id.values()})
        self.of_organisation: dict[str, list[Subscriber]] = {}
        for subscriber in self.by_id.values():
            self.of_organisation.setdefault(subscriber.organisation, []).append(subscriber)

    def concerned(self, change: LoggedChange) -> Iterable[str]:
        before, after = change.audience_before, change.audience_after
        found = dict.fromkeys(self.candidates(after))
        if before is not None and before != after:
            found |= dict.fromkeys(self.candidates(before))
        return found

    def candidates(self, audience: Audience) -> Iterable[str]:
        """A superset of those whose filter holds for a record with this audience."""
        return self._index.candidates(audience)


def tell(
    audiences: Audiences,
    changes: Sequence[LoggedChange],
    *,
    position: int,
    next_sequences: dict[str, int],
    epoch: int,
    catalogue: Catalogue,
    limits: FeedLimits,
) -> Cut:
    """Tells `changes`, the log from `position` on, to all subscribers; ends early when the cut is full."""
    cut = Cut(to_position=position)
    packers: dict[str, Packer] = {}
    size = 0
    for change in changes:
        _stop_at_grants(audiences, change, cut.grants)
        for id, notice in _notices(audiences, change, catalogue):
            if id in cut.grants:
                continue
            packer = packers.get(id)
            if packer is None:
                packer = packers[id] = Packer(
                    subscription=id,
                    filter_version=audiences.by_id[id].filter_version,
                    epoch=epoch,
                    next_sequence=next_sequences[id],
                    limits=limits,
                )
            size += len(notice.middle)
            if bundle := packer.add(notice, change.position):
                cut.bundles.append(bundle)
        cut.to_position = change.position
        if size >= limits.cut_bytes:
            break
    cut.bundles += [bundle for packer in packers.values() if (bundle := packer.finish())]
    cut.next_sequences = {id: packer.next_sequence for id, packer in packers.items()}
    return cut


def _notices(
    audiences: Audiences, change: LoggedChange, catalogue: Catalogue
) -> Iterator[tuple[str, Notice]]:
    """Who is told what of a change. What a load brought is told once, by its marker (`loads`)."""
    if loads.is_of_load(change):
        return
    telling = Telling(change, catalogue)
    if change.event == loads.COMPLETED:
        for id in loads.concerned(change, audiences.by_id, audiences.candidates):
            yield id, telling.marker()
        return
    for id in audiences.concerned(change):
        subscriber = audiences.by_id[id]
        before, after = _sights(subscriber, change)
        if telling.is_event_of_the_log(before, after) and not subscriber.filter.asks_for(
            change.event, change.material
        ):
            continue
        notice = telling.notice(before, after)
        if notice is not None:
            yield id, notice


def alters_sight(change: LoggedChange, principal: Principal) -> bool:
    """Whether this change of the principal's own organisation alters what it may see."""
    if change.content is None or not change.is_current:
        return False
    return principal_after(change, principal) != principal


def principal_after(change: LoggedChange, principal: Principal) -> Principal:
    """Who looks from this change of its organisation on. Delegations are not its own to change."""
    assert change.content is not None
    fresh = Principal.of_organisation(change.id, orjson.loads(change.content))
    return Principal(
        organisation=fresh.organisation,
        roles=fresh.roles,
        network_areas=fresh.network_areas,
        gsp_groups=fresh.gsp_groups,
        delegated_by=principal.delegated_by,
    )


def _stop_at_grants(
    audiences: Audiences, change: LoggedChange, grants: dict[str, LoggedChange]
) -> None:
    if change.kind == "organisation":
        for subscriber in audiences.of_organisation.get(change.id, ()):
            if subscriber.id not in grants and alters_sight(change, subscriber.principal):
                grants[subscriber.id] = change


def _sights(subscriber: Subscriber, change: LoggedChange) -> tuple[Sight, Sight]:
    after = subscriber.sight_of(change.audience_after)
    if change.audience_before == change.audience_after:
        return after, after
    return subscriber.sight_of(change.audience_before), after
