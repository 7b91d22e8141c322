"""Commands: what an item asks for, as typed payloads with every member checked for its form.

Form only: whether a category exists, an organisation is active or a key is free is for the rules.
Names and shapes: RECORDS.md section 1; meanings: USECASES.md section 4.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator

from contracts.category_commands import CATEGORY_PAYLOADS
from contracts.command_values import (
    PRINTABLE,
    AsItIs,
    AssetId,
    Closed,
    Line,
    MarketUnitId,
    Moment,
    OrganisationId,
    Ref,
    Revision,
    Token,
)
from contracts.mapping_commands import MAPPING_PAYLOADS
from contracts.reasons import Reason, Rule, escape_pointer


class AccountingPoint(Closed):
    """Where electricity is accounted for; the check digit is for the rules (ASSET-01)."""

    scheme: Literal["mpan", "amsid", "eic", "bmu"]
    id: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PRINTABLE)]


class Network(Closed):
    """Where in the network: GSP group `_A`.. `_P`, DNO licence area, and the supply points by name."""

    gsp_group: Line | None = None
    area: Line | None = None
    grid_supply_point: Line | None = None
    bulk_supply_point: Line | None = None
    primary_substation: Line | None = None


class Owner(Closed):
    """An organisation, or for homes a pseudonymous consent subject; never a person's name."""

    organisation: OrganisationId | None = None
    consent_subject: Token | None = None

    @model_validator(mode="after")
    def _one(self) -> "Owner":
        if (self.organisation is None) == (self.consent_subject is None):
            raise ValueError("give either organisation or consent_subject")
        return self


class Source(Closed):
    """Where the statement comes from, and how new it is there. `identity`: the source's own identity
    of the line. `revision`: an ISO date or UTC time; compared as text.
    """

    system: Token
    revision: Revision
    identity: Line | None = None


class AssetStatement(Closed):
    """An asset as a sender states it: everything but what the hub itself gives."""

    category: Token
    category_version: (
        Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}\.[0-9]{1,4}$")] | None
    ) = None
    fsp: OrganisationId | None = None
    owner: Owner | None = None
    accounting_point: AccountingPoint | None = None
    network: Network | None = None
    refs: Annotated[tuple[Ref, ...], Field(max_length=20, strict=False)] = ()
    consent_reference: Token | None = None
    attributes: AsItIs
    source: Source | None = None
    valid_from: Moment | None = None


class AssetRegister(AssetStatement):
    """Registers an asset; `on_existing`: what to do if a live one has the same strong key."""

    on_existing: Literal["refuse", "update"] = "refuse"


class AssetUpdate(AssetStatement):
    """Replaces what was stated of an asset."""

    asset: AssetId | Ref
    expected_version: Annotated[int, Field(ge=1)] | None = None


class AssetAmend(Closed):
    """Changes members of what was stated: JSON Merge Patch (RFC 7396) over the asset statement."""

    asset: AssetId | Ref
    patch: dict[str, Any]
    expected_version: Annotated[int, Field(ge=1)] | None = None
    valid_from: Moment | None = None


class AssetDeregister(Closed):
    """Ends an asset, for good."""

    asset: AssetId | Ref
    expected_version: Annotated[int, Field(ge=1)] | None = None
    valid_from: Moment | None = None


class UnitMember(Closed):
    """An asset as a member of a market unit, for `[valid_from, valid_to)`.

    Without `valid_from` from when the command holds, without `valid_to` for good. The asset may be
    named by reference, also by one that was given earlier in the same message.
    """

    asset: AssetId | Ref
    valid_from: Moment | None = None
    valid_to: Moment | None = None


#: That there is one at all is for the rules (UNIT-01). Totals are derived, and never given.
UnitMembers = Annotated[tuple[UnitMember, ...], Field(max_length=5_000, strict=False)]


class MarketUnitCreate(Closed):
    """Makes a market unit: `spu`, all members at one accounting point, or `spg`, at several."""

    type: Literal["spu", "spg"]
    name: Line
    fsp: OrganisationId | None = None
    members: UnitMembers = ()
    refs: Annotated[tuple[Ref, ...], Field(max_length=20, strict=False)] = ()
    valid_from: Moment | None = None


class MarketUnitCompose(Closed):
    """Replaces the members of a market unit from `valid_from`, the effective date, on."""

    market_unit: MarketUnitId | Ref
    members: UnitMembers = ()
    expected_version: Annotated[int, Field(ge=1)] | None = None
    valid_from: Moment | None = None


class MarketUnitDeregister(Closed):
    """Ends a market unit, for good; its members stay registered."""

    market_unit: MarketUnitId | Ref
    expected_version: Annotated[int, Field(ge=1)] | None = None
    valid_from: Moment | None = None


class ParticipantId(Closed):
    """A market participant id: EIC, or MPID of four letters."""

    scheme: Literal["eic", "mpid"]
    id: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=PRINTABLE)]


class Areas(Closed):
    """The areas of a system operator: DNO licence areas, GSP groups."""

    network_areas: Annotated[tuple[Line, ...], Field(max_length=20, strict=False)] = ()
    gsp_groups: Annotated[tuple[Line, ...], Field(max_length=20, strict=False)] = ()


class OrganisationStatement(Closed):
    """An organisation as a sender states it."""

    legal_name: Line
    company_number: Line | None = None
    roles: Annotated[tuple[Line, ...], Field(min_length=1, max_length=10, strict=False)]
    participant_ids: Annotated[tuple[ParticipantId, ...], Field(max_length=20, strict=False)] = ()
    areas: Areas | None = None
    contact_email: (
        Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\s@|]+@[^\s@|]+\.[^\s@|]+$")]
        | None
    ) = None
    refs: Annotated[tuple[Ref, ...], Field(max_length=20, strict=False)] = ()
    valid_from: Moment | None = None


class OrganisationRegister(OrganisationStatement):
    """Registers an organisation."""


class OrganisationUpdate(OrganisationStatement):
    """Replaces what was stated of an organisation."""

    organisation: OrganisationId | Ref
    expected_version: Annotated[int, Field(ge=1)] | None = None


class OrganisationDeregister(Closed):
    """Makes an organisation inactive, for good."""

    organisation: OrganisationId | Ref
    expected_version: Annotated[int, Field(ge=1)] | None = None
    valid_from: Moment | None = None


PAYLOADS: dict[str, type[Closed]] = {
    "organisation.register": OrganisationRegister,
    "organisation.update": OrganisationUpdate,
    "organisation.deregister": OrganisationDeregister,
    "asset.register": AssetRegister,
    "asset.update": AssetUpdate,
    "asset.amend": AssetAmend,
    "asset.deregister": AssetDeregister,
    "market_unit.create": MarketUnitCreate,
    "market_unit.compose": MarketUnitCompose,
    "market_unit.deregister": MarketUnitDeregister,
    **CATEGORY_PAYLOADS,
    **MAPPING_PAYLOADS,
}
COMMANDS = frozenset(PAYLOADS)
#: What `model_validate` calls once it has looked at its eight options, none of which is used here.
_VALIDATE = {
    name: payload.__pydantic_validator__.validate_python for name, payload in PAYLOADS.items()
}


def parse_command(name: str, payload: Mapping[str, Any]) -> Any:
    """The typed command, or the reasons (ITEM_*) why the payload has not its form: all of them.

    MSG_10 for what is no command: a record, which the formats carry outwards.
    """
    validate = _VALIDATE.get(name)
    if validate is None:
        known = ", ".join(sorted(COMMANDS))
        return (Reason(Rule.MSG_10, f"{name[:80]!r} is not a command of the hub: {known}"),)
    try:
        return validate(payload)
    except ValidationError as error:
        return reasons_of(error)


def reasons_of(error: ValidationError, base: str = "") -> tuple[Reason, ...]:
    """Pydantic's errors as reasons with JSON Pointers below `base`."""
    seen: dict[str, Reason] = {}
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        steps = [str(step) for step in detail["loc"] if step not in _UNION_BRANCHES]
        path = base + "".join("/" + escape_pointer(step) for step in steps)
        rule = _RULE_OF_ERROR.get(detail["type"], Rule.ITEM_03)
        name = steps[-1] if steps else "the payload"
        seen.setdefault(path, Reason(rule, _sentence(detail["type"], name, detail["msg"]), path))
    return tuple(seen.values())


_RULE_OF_ERROR = {
    "missing": Rule.ITEM_01,
    "extra_forbidden": Rule.ITEM_02,
    "string_pattern_mismatch": Rule.ITEM_04,
}
_UNION_BRANCHES = frozenset({"Ref", "constrained-str", "function-after[check(), constrained-str]"})


def _sentence(kind: str, name: str, message: str) -> str:
    if kind == "missing":
        return f"{name} is mandatory and is missing"
    if kind == "extra_forbidden":
        return f"the command has no member {name[:60]}; leave it out or check its spelling"
    return f"{name}: {message.removeprefix('Value error, ')}"
