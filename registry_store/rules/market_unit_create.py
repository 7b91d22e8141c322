"""market_unit.create: assets of one FSP, offered together.

Source: USECASES.md UC-03.01.
"""

from typing import Any

from contracts.changes import Key, RecordChange
from contracts.commands import MarketUnitCreate
from contracts.reasons import Reason, Rule, has_errors
from registry_store.rules.audience import unit_audience
from registry_store.rules.authority import may_see, role_reasons, unknown_record
from registry_store.rules.decision import Accepted, Context, Decision, Needs, Rejected
from registry_store.rules.market_unit_members import Span, StatedUnit, compose, needs_members
from registry_store.rules.market_unit_totals import unit_figures
from registry_store.rules.references import foreign_ref_reasons, ref_reasons
from registry_store.rules.state import State


def needs(stated: StatedUnit[MarketUnitCreate], context: Context, needed: Needs) -> None:
    command = stated.command
    needs_members(stated, context, needed)
    if command.fsp is not None:
        needed.rely.add(command.fsp)
    needed.refs_look.update((context.party, ref.ref) for ref in command.refs)
    name = name_key(command.fsp or context.acting_for, command.name)
    needed.keys_look.add((name.scheme, name.value))


def decide(stated: StatedUnit[MarketUnitCreate], state: State, context: Context) -> Decision:
    command = stated.command
    fsp, fsp_reasons = _fsp(command, state, context)
    new_id = context.new_id("market_unit")
    start = min(stated.start, context.now)
    composition = compose(stated, Span(new_id, command.type, fsp, start), state, context)
    refs = tuple((context.party, ref.ref) for ref in command.refs)
    reasons = (
        *role_reasons("market_unit.create", context.principal),
        *fsp_reasons,
        *_name_reasons(command, fsp, state, context),
        *composition.reasons,
        *foreign_ref_reasons(command.refs, context.party),
        *ref_reasons(refs, None, state),
    )
    if fsp is None or has_errors(reasons):
        return Rejected(reasons)
    figures = unit_figures(composition.members, start, state, context.setting.catalogue)
    content = _content(command, fsp, composition.members, figures.totals, refs)
    change = RecordChange(
        kind="market_unit",
        id=new_id,
        event="market_unit.created",
        expected=0,
        content=content,
        valid_from=start,
        audience_after=unit_audience(content, figures.places),
        keys_added=((name_key(fsp, command.name), 0),),
        refs_added=refs,
        members=tuple(composition.memberships),
    )
    return Accepted((change,), reasons)


def _content(
    command: MarketUnitCreate,
    fsp: str,
    members: list[dict[str, str]],
    totals: dict[str, int | float],
    refs: tuple[tuple[str, str], ...],
) -> dict[str, Any]:
    content: dict[str, Any] = {
        "status": "active",
        "type": command.type,
        "name": command.name,
        "fsp": fsp,
        "members": members,
    }
    if totals:
        content["totals"] = totals
    if refs:
        content["refs"] = [{"party": party, "ref": ref} for party, ref in refs]
    return content


def name_key(fsp: str, name: str) -> Key:
    """What makes a name unique within its FSP: case and the width of blanks do not tell two names apart."""
    return Key("market_unit_name", f"{fsp}|{' '.join(name.casefold().split())}", "strong")


def _fsp(
    command: MarketUnitCreate, state: State, context: Context
) -> tuple[str | None, tuple[Reason, ...]]:
    """Whose unit it is to be, and AUTH-03 or REC-03; None where that cannot be told."""
    roles, fsp = context.principal.roles, command.fsp
    if fsp is None:
        if "fsp" in roles:
            return context.organisation, ()
        text = "a market unit is an FSP's: name one that the sender may act for"
        return None, (Reason(Rule.AUTH_03, text, "/fsp"),)
    found = state.record("organisation", fsp)
    if found is None or not found.is_live or "fsp" not in found.content["roles"]:
        return None, (unknown_record("/fsp"),)
    if fsp == context.organisation or "facilitator" in roles:
        return fsp, ()
    text = f"the sender may not act for {fsp}: no delegation"
    return None, (Reason(Rule.AUTH_03, text, "/fsp"),)


def _name_reasons(
    command: MarketUnitCreate, fsp: str | None, state: State, context: Context
) -> tuple[Reason, ...]:
    holders = [] if fsp is None else state.holders(name_key(fsp, command.name))
    text = "the FSP has an active market unit of this name already"
    return tuple(
        Reason(
            Rule.UNIT_04,
            f"{text}: {holder.id}" if may_see(holder, context.principal) else text,
            "/name",
        )
        for holder in holders
    )
