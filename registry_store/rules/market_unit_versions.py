"""The next versions of a market unit, from a date on.

A unit has versions that somebody stated (created, composed) and versions that follow from them, because
a member changed or its dates came due. What is stated anew from a past date on holds through those that
only follow, up to the next one that was stated.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from contracts.changes import Membership, Record, RecordChange
from registry_store.rules.audience import audience_now, unit_audience
from registry_store.rules.decision import Context, Needs
from registry_store.rules.market_unit_totals import Place, is_material, unit_figures
from registry_store.rules.state import State


def address_unit(unit: Any, context: Context, needed: Needs) -> None:
    """The addressed unit is locked for change."""
    if isinstance(unit, str):
        needed.change.add(unit)
    else:
        needed.refs_change.add((unit.party or context.party, unit.ref))


class Stretch(NamedTuple):
    """For what time a statement holds: `[start, end)`, for good without an end.

    `slices`: by when it begins, the content of each version that it takes the place of, the first one's
    from `start` on.
    """

    start: datetime
    end: datetime | None
    slices: dict[datetime, Mapping[str, Any]]


def stretch_from(record: Record, start: datetime) -> Stretch | None:
    """None if the unit begins later. Needs the unit's slices where `start` is in the past."""
    timeline = {
        valid_from: content
        for valid_from, _, content in sorted(record.slices, key=lambda entry: entry[:2])
    }
    timeline[record.valid_from] = record.content
    earlier = [begins for begins in timeline if begins <= start]
    if not earlier:
        return None
    base = timeline[max(earlier)]
    slices = {start: base}
    for begins in sorted(begins for begins in timeline if begins > start):
        if timeline[begins]["members"] != base["members"]:
            return Stretch(start, begins, slices)
        slices[begins] = timeline[begins]
    return Stretch(start, None, slices)


def unit_changes(
    record: Record,
    stretch: Stretch,
    event: str,
    restated: Callable[[Mapping[str, Any]], dict[str, Any]],
    members: tuple[Membership, ...],
    state: State,
    context: Context,
) -> tuple[RecordChange, ...]:
    """One change for each version of the stretch: the first with the event, the others follow it.

    `restated` gives the new content from the former; totals and places are worked out here.
    """
    changes: list[RecordChange] = []
    audience = audience_now(record)
    for valid_from, former in stretch.slices.items():
        content, places = _figured(restated(former), valid_from, state, context)
        is_current = valid_from >= record.valid_from
        before = audience
        if is_current:
            audience = unit_audience(content, places)
        is_first = not changes
        changes.append(
            RecordChange(
                kind="market_unit",
                id=record.id,
                event=event if is_first else "market_unit.updated",
                expected=record.version + len(changes),
                content=content,
                valid_from=valid_from,
                is_current=is_current,
                material=is_material(former, content) if content["status"] == "active" else None,
                row=record.row,
                audience_before=before,
                audience_after=audience,
                members=members if is_first else None,
            )
        )
    return tuple(changes)


def _figured(
    content: dict[str, Any], at: datetime, state: State, context: Context
) -> tuple[dict[str, Any], tuple[Place, ...]]:
    figures = unit_figures(content["members"], at, state, context.setting.catalogue)
    content = {name: value for name, value in content.items() if name != "totals"}
    if figures.totals:
        content["totals"] = figures.totals
    return content, figures.places
