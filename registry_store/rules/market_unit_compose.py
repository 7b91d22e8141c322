"""market_unit.compose: a new list of members from a date on, today's or an earlier one.

Source: USECASES.md UC-03.03; DESIGN.md section 4 (a correction of the past inserts a slice).
"""

from contracts.changes import Record
from contracts.commands import MarketUnitCompose
from contracts.reasons import Reason, Rule, has_errors
from registry_store.rules.asset_versions import holds_from
from registry_store.rules.authority import (
    access_reasons,
    is_own_unit,
    role_reasons,
    version_reasons,
)
from registry_store.rules.decision import (
    Accepted,
    Context,
    Decision,
    Needs,
    Rejected,
    Unchanged,
)
from registry_store.rules.market_unit_members import (
    Composition,
    Span,
    StatedUnit,
    compose,
    needs_members,
)
from registry_store.rules.market_unit_versions import (
    Stretch,
    address_unit,
    stretch_from,
    unit_changes,
)
from registry_store.rules.memberships import replaced_between
from registry_store.rules.state import State


def needs(stated: StatedUnit[MarketUnitCompose], context: Context, needed: Needs) -> None:
    address_unit(stated.command.market_unit, context, needed)
    needs_members(stated, context, needed)


def decide(stated: StatedUnit[MarketUnitCompose], state: State, context: Context) -> Decision:
    command = stated.command
    record = state.addressed("market_unit", command.market_unit, context.party)
    own = record is not None and is_own_unit(record, context)
    reasons = (
        *role_reasons("market_unit.compose", context.principal),
        *access_reasons(record, "/market_unit", own, context),
    )
    if record is None or not own or not record.is_live:
        return Rejected((*reasons, *stated.reasons))
    start = holds_from(record, command.valid_from, context)
    stretch = stretch_from(record, start)
    if stretch is None:
        text = f"{record.id} begins later than that"
        return Rejected((*reasons, Reason(Rule.REC_06, text, "/valid_from"), *stated.reasons))
    content = record.content
    span = Span(record.id, content["type"], content["fsp"], start, stretch.end)
    composition = compose(stated, span, state, context)
    reasons = (
        *reasons,
        *version_reasons(record, command.expected_version),
        *composition.reasons,
    )
    if has_errors(reasons):
        return Rejected(reasons)
    return _composed(record, stretch, composition, reasons, state, context)


def _composed(
    record: Record,
    stretch: Stretch,
    composition: Composition,
    warnings: tuple[Reason, ...],
    state: State,
    context: Context,
) -> Decision:
    held = state.memberships.of_unit(record.id)
    members = replaced_between(held, stretch.start, stretch.end, composition.memberships)
    if set(members) == set(held):
        return Unchanged(record, warnings)
    changes = unit_changes(
        record,
        stretch,
        "market_unit.composed",
        lambda content: {**content, "members": composition.members},
        members,
        state,
        context,
    )
    return Accepted(changes, warnings)
