"""market_unit.deregister: final; the members stay registered and are free, and so is the name.

Source: USECASES.md UC-03.04.
"""

from contracts.commands import MarketUnitDeregister
from contracts.reasons import Reason, Rule
from registry_store.rules.asset_versions import holds_from
from registry_store.rules.authority import (
    access_reasons,
    is_own_unit,
    role_reasons,
    version_reasons,
)
from registry_store.rules.decision import Accepted, Context, Decision, Needs, Rejected
from registry_store.rules.market_unit_create import name_key
from registry_store.rules.market_unit_versions import address_unit, stretch_from, unit_changes
from registry_store.rules.memberships import replaced_between
from registry_store.rules.state import State


def needs(command: MarketUnitDeregister, context: Context, needed: Needs) -> None:
    address_unit(command.market_unit, context, needed)
    needed.with_slices |= command.valid_from is not None and command.valid_from < context.now


def decide(command: MarketUnitDeregister, state: State, context: Context) -> Decision:
    record = state.addressed("market_unit", command.market_unit, context.party)
    own = record is not None and is_own_unit(record, context)
    reasons = (
        *role_reasons("market_unit.deregister", context.principal),
        *access_reasons(record, "/market_unit", own, context),
    )
    if record is None or reasons:
        return Rejected(reasons)
    reasons = version_reasons(record, command.expected_version)
    stretch = stretch_from(record, holds_from(record, command.valid_from, context))
    if stretch is None or stretch.end is not None:
        text = f"{record.id} begins, or was composed anew, later than that"
        return Rejected((*reasons, Reason(Rule.REC_06, text, "/valid_from")))
    if reasons:
        return Rejected(reasons)
    first, *others = unit_changes(
        record,
        stretch,
        "market_unit.deregistered",
        lambda content: {**content, "status": "deregistered"},
        replaced_between(state.memberships.of_unit(record.id), stretch.start, None, ()),
        state,
        context,
    )
    name = name_key(record.content["fsp"], record.content["name"])
    return Accepted((first._replace(keys_removed=(name,)), *others))
