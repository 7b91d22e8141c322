"""Market units in a validation without servers: what only the registry can tell is assumed here too.

An asset that the file does not register itself is taken to be live, the FSP's own, free, and where the others
of its unit are. In what is shown, members are named as the sender named them: ids are the hub's to give.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from contracts.changes import Record
from contracts.command_values import Ref
from contracts.reasons import Reason, has_errors
from contracts.visibility import Principal
from registry_store.rules.decision import Accepted, Context
from registry_store.rules.market_unit_compose import decide as decide_compose
from registry_store.rules.market_unit_create import decide as decide_create
from registry_store.rules.market_unit_members import Span, StatedUnit, compose
from registry_store.rules.state import State

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_ID = re.compile(r"[AM](?:-[0-9A-Z]{4}){3}-[0-9A-Z]")
_SENDER = "O-0000-0000-0000-0"
#: Stands for whoever will send the file: the FSP itself, or one that may act for any.
_ANY_FSP = Principal(_SENDER, frozenset({"facilitator", "fsp"}))
#: Where an assumed asset is, if nothing else is known of its unit.
_SOMEWHERE = {"scheme": "mpan", "id": "assumed"}

Validated = tuple[str, tuple[Reason, ...], dict[str, Any] | None]


class AssumingState(State):
    """An empty registry in which every organisation that is named is a live FSP, and, where a market unit
    is looked at, every asset one of its own.
    """

    unit_fsp: str | None = None
    unit_point: Any = None

    def record(self, kind: str, id: str | None) -> Record | None:
        if kind == "organisation" and id is not None:
            content = {"status": "active", "roles": ["fsp"], "legal_name": id}
            return Record(kind, id, 1, content, _BEGINNING)
        found = State.record(self, kind, id)
        if kind != "asset" or id is None or self.unit_fsp is None:
            return found
        return self._assumed(id) if found is None else self._own(found)

    def addressed(self, kind: str, address: Any, party: str) -> Record | None:
        """A reference that the file does not give is one that was given before."""
        if not isinstance(address, str) and kind == "asset" and self.unit_fsp is not None:
            pair = (address.party or party, address.ref)
            return self.record(kind, self.refs.get(pair, "/".join(pair)))
        return State.addressed(self, kind, address, party)

    def _assumed(self, id: str) -> Record:
        content = {
            "status": "verified",
            "category": "",
            "category_version": "",
            "fsp": self.unit_fsp,
            "accounting_point": self.unit_point,
        }
        return Record("asset", id, 1, content, _BEGINNING)

    def _own(self, asset: Record) -> Record:
        """Without a word on the FSP, of the asset or of the unit, it is the sender for both."""
        if "fsp" in asset.content and self.unit_fsp != _SENDER:
            return asset
        return replace(asset, content={**asset.content, "fsp": self.unit_fsp})


def create(stated: StatedUnit[Any], state: AssumingState, context: Context) -> Validated:
    """As the hub decides it; a date that is still to come is taken to have come."""
    command = stated.command
    context = _at_its_hour(context, stated.start)
    _assume(state, command.fsp or _SENDER, stated, context)
    decision = decide_create(stated, state, context)
    _assume_nothing(state)
    if not isinstance(decision, Accepted):
        return "rejected", _in_words(getattr(decision, "reasons", ()), state), None
    change = decision.changes[0]
    state.apply(change)
    shown = {"kind": "market_unit", **change.content}
    if shown["fsp"] == _SENDER:
        del shown["fsp"]
    shown["members"] = [
        {**member, "asset": _as_named(given.asset, context.party)}
        for member, given in zip(change.content["members"], command.members, strict=True)
    ]
    return "accepted", _in_words(decision.warnings, state), shown


def recompose(stated: StatedUnit[Any], state: AssumingState, context: Context) -> Validated:
    """A unit that the file made itself is decided; of another one only the list of members is checked."""
    command = stated.command
    context = _at_its_hour(context, stated.start)
    unit = state.addressed("market_unit", command.market_unit, context.party)
    _assume(state, _SENDER if unit is None else unit.content["fsp"], stated, context)
    if unit is None:
        span = Span("", "spg", state.unit_fsp, stated.start)
        reasons = tuple(compose(stated, span, state, context).reasons)
    else:
        decision = decide_compose(stated, state, context)
        reasons = getattr(decision, "reasons", ()) or getattr(decision, "warnings", ())
        if isinstance(decision, Accepted):
            for change in decision.changes:
                state.apply(change)
    _assume_nothing(state)
    return "rejected" if has_errors(reasons) else "accepted", _in_words(reasons, state), None


def _assume(state: AssumingState, fsp: str, stated: StatedUnit[Any], context: Context) -> None:
    context.principal = _ANY_FSP
    state.unit_fsp, state.unit_point = fsp, _SOMEWHERE
    for member in stated.command.members:
        asset = state.addressed("asset", member.asset, context.party)
        if asset is not None and asset.content["category"] and "accounting_point" in asset.content:
            state.unit_point = asset.content["accounting_point"]
            return


def _assume_nothing(state: AssumingState) -> None:
    state.unit_fsp = state.unit_point = None


def _at_its_hour(context: Context, start: datetime) -> Context:
    return replace(context, setting=replace(context.setting, now=max(context.now, start)))


def _in_words(reasons: tuple[Reason, ...], state: State) -> tuple[Reason, ...]:
    """With the sender's references where the rules name ids: those here are not what the hub will give."""
    if not reasons:
        return reasons
    words = {id: ref for (_, ref), id in state.refs.items()}
    return tuple(
        replace(reason, text=_ID.sub(lambda found: words.get(found[0], found[0]), reason.text))
        for reason in reasons
    )


def _as_named(asset: str | Ref, party: str) -> Any:
    return asset if isinstance(asset, str) else {"party": asset.party or party, "ref": asset.ref}
