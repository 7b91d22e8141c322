"""Who may ask for what: roles, own records, what a refusal may reveal.

Source: USECASES.md section 1; rule keys AUTH-02..04, REC-03.
"""

from contracts.changes import Record
from contracts.reasons import Reason, Rule
from contracts.visibility import Principal, View, view_of
from registry_store.rules.audience import audience_now
from registry_store.rules.decision import Context

ROLES_OF_COMMAND = {
    "organisation.register": frozenset({"facilitator"}),
    "organisation.update": frozenset(),  # its own, whatever its roles; the facilitator any
    "organisation.deregister": frozenset(),
    "asset.register": frozenset({"fsp", "platform", "installer", "system_operator", "facilitator"}),
    "asset.update": frozenset({"fsp", "platform", "installer", "system_operator", "facilitator"}),
    "asset.amend": frozenset({"fsp", "platform", "installer", "system_operator", "facilitator"}),
    "asset.deregister": frozenset(
        {"fsp", "platform", "installer", "system_operator", "facilitator"}
    ),
    "market_unit.create": frozenset({"fsp", "platform", "facilitator"}),
    "market_unit.compose": frozenset({"fsp", "platform", "facilitator"}),
    "market_unit.deregister": frozenset({"fsp", "platform", "facilitator"}),
    "category.draft": frozenset({"steward"}),
    "category.submit": frozenset({"steward"}),
    "category.approve": frozenset({"steward"}),
    "category.return": frozenset({"steward"}),
    "category.publish": frozenset({"steward"}),
    "category.deprecate": frozenset({"steward"}),
    "category.retire": frozenset({"steward"}),
    "category.waive": frozenset({"facilitator"}),
    "mapping_profile.publish": frozenset(
        {"fsp", "platform", "installer", "system_operator", "facilitator"}
    ),
    "mapping_profile.retire": frozenset(),  # its own, whatever its roles
}


def role_reasons(command: str, principal: Principal) -> tuple[Reason, ...]:
    """AUTH-02, unless one of the principal's roles allows the command."""
    allowed = ROLES_OF_COMMAND[command]
    if not allowed or not allowed.isdisjoint(principal.roles):
        return ()
    roles = ", ".join(sorted(principal.roles)) or "no active role"
    return (
        Reason(
            Rule.AUTH_02,
            f"{command} is for the roles {', '.join(sorted(allowed))}; the organisation has {roles}",
        ),
    )


def may_see(record: Record, principal: Principal) -> bool:
    return view_of(audience_now(record), principal) is not View.none


def is_own_asset(record: Record, context: Context) -> bool:
    """Whose statement it is: the FSP's and the registrant's; the facilitator may correct any."""
    own = (record.content.get("fsp"), record.content["registered_by"])
    return context.organisation in own or "facilitator" in context.principal.roles


def may_end_asset(record: Record, context: Context) -> bool:
    """Deregistration is the FSP's; the registrant's only while the asset is unclaimed."""
    own = record.content.get("fsp") or record.content["registered_by"]
    return context.organisation == own or "facilitator" in context.principal.roles


def is_own_unit(record: Record, context: Context) -> bool:
    """A market unit is its FSP's; the facilitator may correct any."""
    return context.organisation == record.content["fsp"] or "facilitator" in context.principal.roles


def unknown_record(path: str) -> Reason:
    """The same words for what does not exist and what the sender may not see."""
    return Reason(Rule.REC_03, "there is no such record, or none that the sender may see", path)


def access_reasons(
    record: Record | None,
    path: str,
    is_own: bool,  # noqa: FBT001 - a fact of the case, not a switch
    context: Context,
) -> tuple[Reason, ...]:
    """REC-03, AUTH-04 or REC-04 if the addressed record cannot be changed by this sender."""
    if record is None or not may_see(record, context.principal):
        return (unknown_record(path),)
    if not is_own:
        return (Reason(Rule.AUTH_04, f"{record.id} is not the sender's own to change", path),)
    if not record.is_live:
        return (Reason(Rule.REC_04, f"{record.id} is {record.status}, which is final", path),)
    return ()


def version_reasons(record: Record, expected: int | None) -> tuple[Reason, ...]:
    if expected is None or expected == record.version:
        return ()
    return (
        Reason(
            Rule.REC_01,
            f"version {expected} was expected, {record.version} is the current one: read the record and decide again",
            "/expected_version",
        ),
    )
