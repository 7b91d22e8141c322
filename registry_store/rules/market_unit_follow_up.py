"""What follows for market units when a member changes, or when the date of a membership comes.

The totals and places that a unit's current version states are those of now. Where something else made
them otherwise, one more version follows in the same transaction, `market_unit.updated`, with its cause.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contracts.categories import Catalogue
from contracts.changes import Record, RecordChange
from registry_store.rules.audience import audience_now, unit_audience
from registry_store.rules.market_unit_totals import figures_of, is_material, unit_figures
from registry_store.rules.memberships import Memberships
from registry_store.rules.state import State


def units_concerned(
    change: RecordChange,
    before: Mapping[str, Any] | None,
    state: State,
    now: datetime,
    catalogue: Catalogue,
) -> list[tuple[str, datetime]]:
    """Units to look at again after an accepted change, each with the time since when.

    `before`: what the record held; the state has the change already.
    """
    if not change.is_current:
        return []
    if change.kind == "asset" and before is not None:
        lasting = [m for m in state.memberships.of_asset(change.id) if m.holds_after(now)]
        if lasting and figures_of(before, catalogue) != figures_of(change.content, catalogue):
            return [(membership.unit, change.valid_from) for membership in lasting]
    elif change.kind == "market_unit" and change.valid_from < now:
        return [(change.id, last_date(change.id, state.memberships, now) or change.valid_from)]
    return []


def last_date(unit: str, memberships: Memberships, now: datetime) -> datetime | None:
    """The last time up to now at which a membership of the unit began or ended."""
    dates = (
        date
        for membership in memberships.of_unit(unit)
        for date in (membership.valid_from, membership.valid_to)
        if date is not None and date <= now
    )
    return max(dates, default=None)


def follow_up(
    unit: Record, since: datetime, state: State, now: datetime, catalogue: Catalogue
) -> RecordChange | None:
    """The version that the unit gets, if its current one is not right any more.

    It is valid from `since`, or from when the current one is if that is later.
    """
    if not unit.is_live:
        return None
    figures = unit_figures(unit.content["members"], now, state, catalogue)
    content = {name: value for name, value in unit.content.items() if name != "totals"}
    if figures.totals:
        content["totals"] = figures.totals
    before, after = audience_now(unit), unit_audience(content, figures.places)
    if content == unit.content and after == before:
        return None
    return RecordChange(
        kind="market_unit",
        id=unit.id,
        event="market_unit.updated",
        expected=unit.version,
        content=content,
        valid_from=max(unit.valid_from, min(since, now)),
        material=is_material(unit.content, content),
        row=unit.row,
        audience_before=before,
        audience_after=after,
    )
