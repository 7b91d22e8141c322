"""From series to items: assets first, each with its slices by date, then the units that they are members of.

An asset: `asset.register` at its first date, and `asset.update` (by the unit's EIC as reference) at each
later date that changes something; a date that changes nothing makes no item. A production unit with
generating units: `market_unit.create` (`spg`), and `market_unit.compose` at each later date with other
members. One without any is itself one asset; if it has some at another date, it is its own only member.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from adapters.configuration_document.assets import Slice, Source, slice_of
from adapters.configuration_document.publication import Entry, Publication
from contracts.messages import Item
from contracts.reasons import Reason, Rule, has_errors

_REGISTER, _UPDATE = "asset.register", "asset.update"
_CREATE, _COMPOSE = "market_unit.create", "market_unit.compose"
COMMANDS = frozenset({_REGISTER, _UPDATE, _CREATE, _COMPOSE})


class Configured(NamedTuple):
    """The items of a document, numbered, and what they came from, in words."""

    items: tuple[Item, ...]
    notes: tuple[str, ...]


def configure(publications: Iterable[Publication], source: Source, today: date) -> Configured:
    """`today`: the day on which the document was received (UTC)."""
    publications = tuple(publications)
    usable, unusable = _told_apart(publications)
    slices = [
        slice_of(entry, since, each.voltage, each.unit.psr_type, source, today)
        for each, since in usable
        for entry in each.units or (each.unit,)
    ]
    assets, refused = _by_asset(slices)
    asset_items = [item for each in assets.values() for item in _asset_items(each)]
    unit_items = list(_unit_items(usable))
    items = [*unusable, *refused, *asset_items, *unit_items]
    numbered = tuple(item._replace(number=number) for number, item in enumerate(items, 1))
    return Configured(numbered, _notes(publications, slices, numbered))


def _told_apart(
    publications: Iterable[Publication],
) -> tuple[list[tuple[Publication, date]], list[Item]]:
    """Series that can be used, by unit and date, and an item for each that cannot (XML-08, XML-05)."""
    usable: dict[tuple[str, date], Publication] = {}
    unusable: list[Item] = []
    for each in publications:
        lacking = tuple(_lacking(each))
        if lacking or each.unit.id is None or each.since is None:
            unusable.append(Item(0, each.place, "", {}, lacking))
            continue
        first = usable.setdefault((each.unit.id, each.since), each)
        if first is not each:
            text = f"{first.place} states {each.unit.id} from {each.since}, too"
            unusable.append(
                Item(0, each.place, "", {}, (Reason(Rule.XML_05, text, place=each.place),))
            )
    return [(each, since) for (_, since), each in usable.items()], unusable


def _lacking(publication: Publication) -> Iterator[Reason]:
    place = publication.place
    if publication.unit.id is None:
        text = "a production unit has an mRID: without it nobody knows which it is"
        yield Reason(Rule.XML_08, text, place=f"{place}/{publication.unit.names.id}")
    if publication.since is None:
        text = "a series has the day from which it holds, like 2026-11-24"
        yield Reason(Rule.XML_08, text, place=f"{place}/implementation_DateAndOrTime.date")


def _by_asset(slices: Iterable[Slice]) -> tuple[dict[str, dict[date, Slice]], list[Item]]:
    """The slices of each asset by date, and an item for each that is no use or contradicts another."""
    assets: dict[str, dict[date, Slice]] = {}
    refused: list[Item] = []
    for each in slices:
        reasons = each.reasons
        if not has_errors(reasons):
            first = assets.setdefault(each.id, {}).setdefault(each.since, each)
            if first.payload == each.payload:
                continue
            text = f"{first.place} states {each.id} from {each.since} otherwise"
            reasons = (*reasons, Reason(Rule.XML_05, text, place=each.place))
        refused.append(Item(0, each.place, _REGISTER, each.payload, reasons, each.columns))
    return assets, refused


def _asset_items(slices: dict[date, Slice]) -> Iterator[Item]:
    """One asset, by date."""
    latest: Slice | None = None
    for since in sorted(slices):
        each = slices[since]
        if latest is not None and latest.payload == each.payload:
            continue
        payload = {**each.payload, "valid_from": _midnight(since)}
        if latest is None:
            payload["on_existing"] = "update"
            yield Item(0, each.place, _REGISTER, payload, each.reasons, each.columns)
        else:
            payload["asset"] = {"ref": each.id}
            yield Item(0, each.place, _UPDATE, payload, each.reasons, each.columns)
        latest = each


def _unit_items(usable: Iterable[tuple[Publication, date]]) -> Iterator[Item]:
    units: dict[str, dict[date, Publication]] = {}
    for publication, since in usable:
        units.setdefault(str(publication.unit.id), {})[since] = publication
    units = {id: dates for id, dates in units.items() if any(each.units for each in dates.values())}
    names = _names({id: dates[max(dates)].unit for id, dates in units.items()})
    for id, dates in units.items():
        yield from _unit(id, names[id], dates)


def _unit(id: str, name: str, dates: dict[date, Publication]) -> Iterator[Item]:
    reference, latest = {"ref": f"unit {id}"}, None
    for since in sorted(dates):
        publication = dates[since]
        entries = publication.units or (publication.unit,)
        members = list(dict.fromkeys(entry.id for entry in entries if entry.id is not None))
        if latest is not None and set(latest) == set(members):
            continue
        payload: dict[str, Any] = {
            "members": [{"asset": {"ref": member}} for member in members],
            "valid_from": _midnight(since),
        }
        columns = {
            "/members": publication.place,
            "/name": f"{publication.place}/registeredResource.name",
        }
        columns |= {f"/members/{number}": entry.place for number, entry in enumerate(entries)}
        if latest is None:
            payload |= {"type": "spg", "name": name, "refs": [reference]}
            yield Item(0, publication.place, _CREATE, payload, (), columns)
        else:
            payload["market_unit"] = reference
            yield Item(0, publication.place, _COMPOSE, payload, (), columns)
        latest = members


def _names(newest: dict[str, Entry]) -> dict[str, str]:
    """The newest name of each unit; where two have the same, with the unit's id."""
    names = {id: entry.name or id for id, entry in newest.items()}
    times = Counter(name.casefold() for name in names.values())
    return {
        id: name if times[name.casefold()] == 1 else f"{name} ({id})" for id, name in names.items()
    }


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _notes(
    publications: tuple[Publication, ...], slices: list[Slice], items: tuple[Item, ...]
) -> tuple[str, ...]:
    entries = [entry for each in publications for entry in each.units]
    units = {each.unit.id for each in publications if each.unit.id is not None}
    times = Counter(item.command for item in items if not has_errors(item.reasons))
    unchanged = len(slices) - times[_REGISTER] - times[_UPDATE]
    distinct = len({entry.id for entry in entries if entry.id is not None})
    stated = f"{len(entries)} generating-unit entries of {distinct} distinct units"
    without_effect = f"{unchanged} statements change nothing, or cannot be used"
    return (
        f"{len(publications)} records of {len(units)} production units, {stated}",
        f"{times[_REGISTER]} assets registered, {times[_UPDATE]} later changes of one; {without_effect}",
        f"{times[_CREATE]} market units created, {times[_COMPOSE]} later changes of members",
    )
