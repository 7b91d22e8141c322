"""organisation.register, .update, .deregister.

Source: USECASES.md UC-01.02 to UC-01.04.
"""

from collections.abc import Iterator
from typing import Any

from contracts.changes import Key, Record, RecordChange
from contracts.commands import (
    OrganisationDeregister,
    OrganisationRegister,
    OrganisationStatement,
    OrganisationUpdate,
)
from contracts.identifiers import is_company_number, participant_id_problem
from contracts.market import GSP_GROUPS, NETWORK_AREAS, ROLES
from contracts.reasons import Reason, Rule
from registry_store.rules.audience import audience_of
from registry_store.rules.authority import access_reasons, may_see, role_reasons, version_reasons
from registry_store.rules.decision import Accepted, Context, Decision, Needs, Rejected, Unchanged
from registry_store.rules.references import foreign_ref_reasons, ref_reasons
from registry_store.rules.state import State


def needs_register(command: OrganisationRegister, context: Context, needed: Needs) -> None:
    _needs_statement(command, context, needed)


def needs_update(command: OrganisationUpdate, context: Context, needed: Needs) -> None:
    _needs_statement(command, context, needed)
    _needs_addressed(command.organisation, context, needed)


def needs_deregister(command: OrganisationDeregister, context: Context, needed: Needs) -> None:
    _needs_addressed(command.organisation, context, needed)


def _needs_statement(command: OrganisationStatement, context: Context, needed: Needs) -> None:
    if command.company_number is not None:
        needed.keys_look.add(("company_number", command.company_number))
    needed.refs_look.update((context.party, ref.ref) for ref in command.refs)


def _needs_addressed(organisation: Any, context: Context, needed: Needs) -> None:
    if isinstance(organisation, str):
        needed.change.add(organisation)
    else:
        needed.refs_change.add((organisation.party or context.party, organisation.ref))


def decide_register(command: OrganisationRegister, state: State, context: Context) -> Decision:
    content = _content(command, context)
    reasons = (
        *role_reasons("organisation.register", context.principal),
        *_statement_reasons(command, None, state, context),
    )
    if reasons:
        return Rejected(reasons)
    content["status"] = "active"
    new_id = context.new_id("organisation")
    change = RecordChange(
        kind="organisation",
        id=new_id,
        event="organisation.registered",
        expected=0,
        content=content,
        valid_from=min(command.valid_from or context.now, context.now),
        audience_after=audience_of("organisation", new_id, content),
        keys_added=tuple((key, 0) for key in _keys(command)),
        refs_added=tuple((context.party, ref.ref) for ref in command.refs),
    )
    return Accepted((change,))


def decide_update(command: OrganisationUpdate, state: State, context: Context) -> Decision:
    record = state.addressed("organisation", command.organisation, context.party)
    reasons = access_reasons(record, "/organisation", _is_own(record, context), context)
    if record is None or reasons:
        return Rejected(reasons)
    dropped = set(record.content["roles"]) - set(command.roles)
    reasons = (
        *version_reasons(record, command.expected_version),
        *_statement_reasons(command, record, state, context),
        *_role_reasons(
            record, dropped, set(command.roles) - set(record.content["roles"]), state, context
        ),
    )
    if reasons:
        return Rejected(reasons)
    content = {**_content(command, context), "status": record.status}
    if "refs" in record.content:
        given = content.get("refs", [])
        content["refs"] = [
            *record.content["refs"],
            *(ref for ref in given if ref not in record.content["refs"]),
        ]
    if content == record.content:
        return Unchanged(record)
    before, after = _keys_of(record), _keys(command)
    return Accepted(
        (
            _change(
                record,
                "organisation.updated",
                content,
                command.valid_from,
                context,
                before,
                after,
                tuple(
                    (context.party, ref.ref)
                    for ref in command.refs
                    if (context.party, ref.ref) not in state.refs
                ),
            ),
        )
    )


def decide_deregister(command: OrganisationDeregister, state: State, context: Context) -> Decision:
    record = state.addressed("organisation", command.organisation, context.party)
    reasons = access_reasons(record, "/organisation", _is_own(record, context), context)
    if record is None or reasons:
        return Rejected(reasons)
    reasons = version_reasons(record, command.expected_version)
    blockers = state.live_of.get(record.id, [])
    if blockers:
        text = f"it has live assets or active market units: {', '.join(blockers[:100])}"
        reasons = (*reasons, Reason(Rule.ORG_06, text, "/organisation"))
    if reasons:
        return Rejected(reasons)
    content = {**record.content, "status": "inactive"}
    return Accepted(
        (
            _change(
                record,
                "organisation.deregistered",
                content,
                command.valid_from,
                context,
                _keys_of(record),
                (),
            ),
        )
    )


def _change(
    record: Record,
    event: str,
    content: dict[str, Any],
    valid_from: Any,
    context: Context,
    before: tuple[Key, ...],
    after: tuple[Key, ...],
    refs: tuple[tuple[str, str], ...] = (),
) -> RecordChange:
    return RecordChange(
        kind="organisation",
        id=record.id,
        event=event,
        expected=record.version,
        content=content,
        valid_from=max(min(valid_from or context.now, context.now), record.valid_from),
        row=record.row,
        audience_before=audience_of("organisation", record.id, record.content),
        audience_after=audience_of("organisation", record.id, content),
        keys_added=tuple((key, 0) for key in after if key not in before),
        keys_removed=tuple(key for key in before if key not in after),
        refs_added=refs,
    )


def _is_own(record: Record | None, context: Context) -> bool:
    return record is not None and (
        "facilitator" in context.principal.roles or record.id == context.organisation
    )


def _keys(command: OrganisationStatement) -> tuple[Key, ...]:
    return (
        (Key("company_number", command.company_number, "strong"),) if command.company_number else ()
    )


def _keys_of(record: Record) -> tuple[Key, ...]:
    number = record.content.get("company_number")
    return (Key("company_number", number, "strong"),) if number else ()


def _content(command: OrganisationStatement, context: Context) -> dict[str, Any]:
    content: dict[str, Any] = {
        "legal_name": command.legal_name,
        "roles": sorted(set(command.roles)),
    }
    if command.company_number:
        content["company_number"] = command.company_number
    if command.participant_ids:
        content["participant_ids"] = [
            {"scheme": p.scheme, "id": p.id} for p in command.participant_ids
        ]
    if command.areas is not None:
        areas = {
            name: sorted(set(values))
            for name, values in (
                ("network_areas", command.areas.network_areas),
                ("gsp_groups", command.areas.gsp_groups),
            )
            if values
        }
        if areas:
            content["areas"] = areas
    if command.contact_email:
        content["contact_email"] = command.contact_email
    if command.refs:
        content["refs"] = [{"party": context.party, "ref": ref.ref} for ref in command.refs]
    return content


def _statement_reasons(
    command: OrganisationStatement, own: Record | None, state: State, context: Context
) -> Iterator[Reason]:
    yield from _number_reasons(command, own, state, context)
    for position, role in enumerate(command.roles):
        if role not in ROLES:
            yield Reason(Rule.ORG_03, f"roles are {', '.join(sorted(ROLES))}", f"/roles/{position}")
    for position, participant in enumerate(command.participant_ids):
        problem = participant_id_problem(participant.scheme, participant.id)
        if problem:
            yield Reason(Rule.ORG_04, problem, f"/participant_ids/{position}/id")
    for name, known in (("network_areas", NETWORK_AREAS), ("gsp_groups", GSP_GROUPS)):
        for position, area in enumerate(getattr(command.areas, name, ())):
            if area not in known:
                text = f"{name} are {', '.join(sorted(known))}"
                yield Reason(Rule.ITEM_03, text, f"/areas/{name}/{position}")
    yield from foreign_ref_reasons(command.refs, context.party)
    refs = tuple((context.party, ref.ref) for ref in command.refs)
    yield from ref_reasons(refs, own.id if own is not None else None, state)


def _number_reasons(
    command: OrganisationStatement, own: Record | None, state: State, context: Context
) -> Iterator[Reason]:
    number = command.company_number
    if number is not None and not is_company_number(number):
        text = "a company number is 8 digits, or 2 letters and 6 digits"
        yield Reason(Rule.ORG_01, text, "/company_number")
    for key in _keys(command):
        for holder in state.holders(key):
            if own is None or holder.id != own.id:
                named = f" as {holder.id}" if may_see(holder, context.principal) else ""
                text = f"company number {number} is registered already{named}"
                yield Reason(Rule.ORG_02, text, "/company_number")


def _role_reasons(
    record: Record, dropped: set[str], gained: set[str], state: State, context: Context
) -> Iterator[Reason]:
    if "fsp" in dropped and state.live_of.get(record.id):
        text = f"the role fsp is in use: it has live assets or units, among them {', '.join(state.live_of[record.id][:5])}"
        yield Reason(Rule.ORG_05, text, "/roles")
    if gained and "facilitator" not in context.principal.roles:
        yield Reason(
            Rule.AUTH_02,
            f"only the facilitator grants roles: {', '.join(sorted(gained))}",
            "/roles",
        )
