"""The members of a market unit: who may be one, when, and that no capacity is counted twice.

Source: USECASES.md UC-03.01, UC-03.03; rule keys UNIT-01 to UNIT-03.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from contracts.changes import Membership, Record
from contracts.commands import MarketUnitCompose, MarketUnitCreate
from contracts.reasons import Reason, Rule, has_errors
from contracts.receipts import timestamp
from contracts.visibility import View, view_of
from registry_store.rules.audience import audience_now
from registry_store.rules.authority import may_see, unknown_record
from registry_store.rules.decision import Context, Needs
from registry_store.rules.memberships import clipped
from registry_store.rules.state import State

Command = TypeVar("Command", bound=MarketUnitCreate | MarketUnitCompose)


class StatedUnit(NamedTuple, Generic[Command]):
    """A command with members, worked out as far as it goes without the registry.

    `start`: from when it is to hold; later than now for a command that waits for its hour.
    """

    command: Command
    start: datetime
    reasons: tuple[Reason, ...]


def state_unit(command: Command, context: Context) -> "StatedUnit[Command]":
    """A unit that is created without a date begins with the first of its members, if that was before now."""
    start = command.valid_from or context.now
    first = start
    if isinstance(command, MarketUnitCreate) and command.valid_from is None:
        first = min([start, *(m.valid_from for m in command.members if m.valid_from is not None)])
    reasons = () if command.members else (_nobody(),)
    return StatedUnit(command, first, (*reasons, *_over(command, first, start)))


def _nobody() -> Reason:
    return Reason(Rule.UNIT_01, "a market unit has at least one member", "/members")


def diagnose_unit(payload: Mapping[str, Any], _context: Context) -> tuple[Reason, ...]:
    """What more is wrong with a payload that has not its form: nobody in it."""
    return (_nobody(),) if payload.get("members", []) == [] else ()


def _over(command: Any, first: datetime, start: datetime) -> Iterator[Reason]:
    """ITEM-03 for each membership that is over before it begins, or before a new unit does."""
    for number, member in enumerate(command.members):
        begins = member.valid_from or start
        if isinstance(command, MarketUnitCreate):
            begins = max(begins, first)
        if member.valid_to is not None and member.valid_to <= begins:
            text = f"the membership ends at {timestamp(member.valid_to)}, and would begin at {timestamp(begins)}"
            yield Reason(Rule.ITEM_03, text, f"/members/{number}/valid_to")


def needs_members(stated: StatedUnit[Any], context: Context, needed: Needs) -> None:
    """Assets must not change under the decision; their past is looked at where the unit begins there."""
    for member in stated.command.members:
        if isinstance(member.asset, str):
            needed.rely.add(member.asset)
        else:
            needed.refs_rely.add((member.asset.party or context.party, member.asset.ref))
    needed.with_slices |= stated.start < context.now


@dataclass(slots=True)
class Composition:
    """What the stated members come to. `members` are canonical, in the order in which they were given;
    `memberships` are cut to the time for which the composition holds.
    """

    members: list[dict[str, str]] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)


class Span(NamedTuple):
    """For which unit a composition is, and for what time: `[start, end)`, for good without an end."""

    unit: str
    type: str
    fsp: str | None
    start: datetime
    end: datetime | None = None


def compose(
    stated_unit: StatedUnit[Any], span: Span, state: State, context: Context
) -> Composition:
    """The members checked and dated. `state` holds what the unit's members were until now.

    A composition says nothing of the time before it holds: memberships are cut to begin with it at the
    earliest, and one that was over by then is left out.
    """
    found = Composition(reasons=[*stated_unit.reasons])
    given: dict[str, list[Membership]] = {}
    assets: list[tuple[str, Record]] = []
    for number, member in enumerate(stated_unit.command.members):
        path = f"/members/{number}"
        asset = state.addressed("asset", member.asset, context.party)
        if asset is None or not may_see(asset, context.principal):
            found.reasons.append(unknown_record(f"{path}/asset"))
            continue
        whole = Membership(span.unit, asset.id, member.valid_from or span.start, member.valid_to)
        stated = clipped(whole, span.start, None)
        if stated is None:
            continue
        others = given.setdefault(asset.id, [])
        found.reasons += [
            *_may_be_member(asset, span, path),
            *_not_so_early(whole, asset, span, state, path),
            *_twice(stated, others, path),
            *_elsewhere(stated, asset, span, state, context, path),
        ]
        others.append(stated)
        assets.append((path, asset))
        found.members.append(_canonical(stated))
        if (holds := clipped(stated, None, span.end)) is not None:
            found.memberships.append(holds)
    if span.type == "spu":
        found.reasons += _one_point(assets, span)
    if not found.members and not has_errors(found.reasons):
        found.reasons.append(_nobody())
    return found


def _canonical(stated: Membership) -> dict[str, str]:
    member = {"asset": stated.asset, "valid_from": timestamp(stated.valid_from)}
    if stated.valid_to is not None:
        member["valid_to"] = timestamp(stated.valid_to)
    return member


def _may_be_member(asset: Record, span: Span, path: str) -> Iterator[Reason]:
    if not asset.is_live:
        yield Reason(Rule.UNIT_02, f"{asset.id} is {asset.status}, which is final", path)
    elif span.fsp is not None and not _is_own(asset, span):
        yield Reason(Rule.UNIT_02, f"{asset.id} is not an asset of {span.fsp}", path)


def _is_own(asset: Record, span: Span) -> bool:
    return asset.content.get("fsp") == span.fsp


def _not_so_early(
    stated: Membership, asset: Record, span: Span, state: State, path: str
) -> Iterator[Reason]:
    """REC-06, as a warning: for what time before the unit, or the asset, nothing is recorded."""
    if stated.valid_from < span.start and not any(
        held.unit == span.unit and held.valid_from <= span.start and held.holds_after(span.start)
        for held in state.memberships.of_asset(asset.id)
    ):
        text = f"{asset.id} counts from {timestamp(span.start)} on, when this begins to hold"
        yield Reason.warning(Rule.REC_06, text, f"{path}/valid_from")
    begins = min([asset.valid_from, *(valid_from for valid_from, _, _ in asset.slices)])
    if max(stated.valid_from, span.start) < begins:
        text = f"{asset.id} is recorded from {timestamp(begins)} on only"
        yield Reason.warning(Rule.REC_06, text, f"{path}/valid_from")


def _twice(stated: Membership, others: Sequence[Membership], path: str) -> Iterator[Reason]:
    if any(other.overlaps(stated.valid_from, stated.valid_to) for other in others):
        text = f"{stated.asset} stands in the list twice for the same time"
        yield Reason(Rule.UNIT_02, text, path)


def _elsewhere(
    stated: Membership, asset: Record, span: Span, state: State, context: Context, path: str
) -> Iterator[Reason]:
    """Said of the FSP's own assets alone: where another's are is not for it to know."""
    holds = clipped(stated, None, span.end) if _is_own(asset, span) else None
    for other in state.memberships.of_asset(stated.asset):
        if holds and other.unit != span.unit and other.overlaps(holds.valid_from, holds.valid_to):
            text = f"{stated.asset} is in {_place_of(other, state, context)}"
            yield Reason(Rule.UNIT_02, text, path)


def member_reasons(
    asset: Record, rule: Rule, path: str, since: datetime, state: State, context: Context
) -> tuple[Reason, ...]:
    """Why an asset cannot leave the register, or its FSP: it is in a market unit after that time."""
    return tuple(
        Reason(
            rule,
            f"{asset.id} is in {_place_of(held, state, context)}: it leaves the unit first",
            path,
        )
        for held in state.memberships.of_asset(asset.id)
        if held.holds_after(since)
    )


def _place_of(held: Membership, state: State, context: Context) -> str:
    """The unit is named only to those who may see who is in it."""
    unit = state.record("market_unit", held.unit)
    view = View.none if unit is None else view_of(audience_now(unit), context.principal)
    is_seen = view >= View.operator
    named = f"market unit {held.unit}" if is_seen else "another market unit"
    until = "" if held.valid_to is None else f" until {timestamp(held.valid_to)}"
    return f"{named} from {timestamp(held.valid_from)}{until}"


def _one_point(members: Sequence[tuple[str, Record]], span: Span) -> Iterator[Reason]:
    own = [(path, asset) for path, asset in members if _is_own(asset, span)]
    points = [(path, asset.content.get("accounting_point")) for path, asset in own]
    first = next((point for _, point in points if point is not None), None)
    for path, point in points:
        if point is None:
            text = "it has no accounting point yet, and members of an spu share one"
            yield Reason(Rule.UNIT_03, text, path)
        elif point != first:
            text = "its accounting point is another than the first member's: this is an spg"
            yield Reason(Rule.UNIT_03, text, path)
