"""Decide a group: from readings and loaded state to outcomes and a write set. No I/O of its own."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from contracts.canonical import plain_number
from contracts.messages import Item
from contracts.reasons import Reason, Rule, has_errors
from contracts.receipts import Outcome
from contracts.visibility import Principal
from registry_store.rules.authority import role_reasons
from registry_store.rules.decision import (
    Accepted,
    Context,
    Decision,
    Needs,
    Rejected,
    Setting,
    Superseded,
    Unchanged,
)
from registry_store.rules.state import State
from registry_store.version_writing import Origin
from registry_store.writing import WriteSet
from router.pipeline.applying import Applying
from router.pipeline.preparing import prepared_commands
from router.pipeline.reading import CLOCK_TOLERANCE, Reading, ReadItem, placed
from router.routes import ROUTES

#: Decisions that come with warnings; the others come with reasons.
_DONE = (Accepted, Unchanged)


class Refused(NamedTuple):
    """An item that is answered already, with every reason that could be found."""

    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class Work:
    """One readable message on its way through a group."""

    reading: Reading
    message_row: int
    run: int
    organisation: str | None
    #: Per item the command as its route prepared it, or Refused.
    prepared: list[Any] = field(default_factory=list)

    def context(self, setting: Setting) -> Context:
        """Of all its items; the place is set for each."""
        envelope = self.reading.envelope
        return Context(
            setting,
            envelope.sender,
            self.reading.message_id,
            "",
            acting_for=self.reading.on_behalf_of or self.organisation or "",
            received_at=envelope.received_at,
        )


def prepare(work: Work, setting: Setting, needed: Needs) -> None:
    """Work out what needs no registry, and say what the decisions will lean on."""
    reading = work.reading
    if work.organisation is not None:
        needed.rely.add(work.organisation)
    context = work.context(setting)
    for read_item, command in zip(
        reading.items, prepared_commands(reading.items, context), strict=True
    ):
        item = read_item.item
        context.place = item.place
        route = ROUTES.get(item.command)
        if read_item.command is None or route is None:
            more = () if route is None else route.diagnose(item.payload, context)
            reasons = (*read_item.reasons, *placed(more, item, reading.adapter))
            work.prepared.append(Refused(_distinct(reasons)))
            continue
        route.needs(command, context, needed)
        work.prepared.append(command)


def decide(
    work: Work, state: State, setting: Setting, writes: WriteSet
) -> tuple[tuple[Reason, ...], list[Outcome]]:
    """Outcomes of one message; what was accepted is in the state and in the write set afterwards."""
    refused, principal = _principal(work, state)
    if refused:
        return refused, []
    assert principal.organisation is not None
    context = work.context(setting)
    context.actor = work.organisation or principal.organisation
    context.principal = principal
    outcomes, applying = [], Applying(state, writes, setting)
    for read_item, prepared in zip(work.reading.items, work.prepared, strict=True):
        item = read_item.item
        if isinstance(prepared, Refused):
            outcomes.append(
                Outcome(item.number, item.place, "rejected", item.command, prepared.reasons)
            )
            continue
        context.place = item.place
        due_at = _due_at(read_item.command, setting.now)
        if due_at is not None:
            outcomes.append(_schedule(work, read_item, prepared, due_at, principal, writes))
            continue
        decision = ROUTES[item.command].decide(prepared, state, context)
        outcomes.append(_outcome(work, read_item, decision, context, applying))
    applying.follow_up()
    return (), outcomes


def _distinct(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """One reason per rule and place."""
    return tuple({(reason.rule, reason.place): reason for reason in reversed(reasons)}.values())[
        ::-1
    ]


def _principal(work: Work, state: State) -> tuple[tuple[Reason, ...], Principal]:
    organisation = state.record("organisation", work.organisation)
    if organisation is None or not organisation.is_live:
        text = f"{work.reading.envelope.sender} is not an active partner of an active organisation"
        return (Reason(Rule.AUTH_01, text),), Principal(None)
    wanted = work.reading.on_behalf_of
    if wanted is not None and wanted != organisation.id:
        return (
            Reason(Rule.AUTH_03, f"the sender may not act for {wanted[:40]}: no delegation"),
        ), Principal(None)
    return (), Principal.of_organisation(organisation.id, organisation.content)


def _due_at(command: Any, now: datetime) -> datetime | None:
    """When a command dated in the future is to be decided; None: now."""
    valid_from: datetime | None = getattr(command, "valid_from", None)
    return valid_from if valid_from is not None and valid_from > now + CLOCK_TOLERANCE else None


def _schedule(
    work: Work,
    read_item: ReadItem,
    command: Any,
    due_at: datetime,
    principal: Principal,
    writes: WriteSet,
) -> Outcome:
    """A command of the future: its form and its sender's role are checked now, the rest at its hour."""
    item = read_item.item
    stated: tuple[Reason, ...] = getattr(command, "reasons", ())
    found = (*role_reasons(item.command, principal), *stated)
    reasons = (*read_item.reasons, *placed(found, item, work.reading.adapter))
    if has_errors(reasons):
        return Outcome(item.number, item.place, "rejected", item.command, reasons)
    writes.scheduled.append(
        (
            writes.new_row(),
            due_at,
            work.message_row,
            work.reading.envelope.sender,
            work.reading.on_behalf_of,
            item.number,
            item.place,
            item.command,
            scheduled_payload(item),
        )
    )
    return Outcome(item.number, item.place, "scheduled", item.command, reasons, due_at=due_at)


def scheduled_payload(item: Item) -> str:
    """The payload as JSON; the strict reader gives the same values back, decimals included."""
    return json.dumps(item.payload, default=plain_number, ensure_ascii=False)


def _outcome(
    work: Work,
    read_item: ReadItem,
    decision: Decision,
    context: Context,
    applying: Applying,
) -> Outcome:
    item, reasons = read_item.item, read_item.reasons
    found = decision.warnings if isinstance(decision, _DONE) else decision.reasons
    if found:
        reasons = (*reasons, *placed(found, item, work.reading.adapter))
    match decision:
        case Accepted(changes=changes, seen=seen):
            origin = Origin(
                context.actor,
                context.organisation,
                work.message_row,
                work.reading.message_id,
                item.number,
                work.reading.cause,
            )
            applying.take(changes, origin)
            applying.note(seen)
            first = changes[0]
            return Outcome(
                item.number,
                item.place,
                "accepted",
                item.command,
                reasons,
                first.id,
                first.version,
                first.event,
                first.material,
            )
        case Unchanged(record=record, seen=seen):
            applying.note(seen)
            return Outcome(
                item.number,
                item.place,
                "unchanged",
                item.command,
                reasons,
                record.id,
                record.version,
            )
        case Superseded(record=record):
            return Outcome(
                item.number,
                item.place,
                "superseded",
                item.command,
                reasons,
                record.id,
                record.version,
            )
        case Rejected():
            return Outcome(item.number, item.place, "rejected", item.command, reasons)
