"""Commands: what an item asks for, as typed payloads with every member checked for its form.

Form only: whether a category exists, an organisation is active or a key is free is for the rules.
Names and shapes: RECORDS.md section 1; meanings: USECASES.md section 4.
"""

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from contracts.identifiers import parse_public_id
from contracts.reasons import Reason, Rule, escape_pointer

#: RECORDS.md section 2: printable, no control characters, no |, no outer blanks.
PRINTABLE = r"^[^|\p{C}\p{Z}](?:[^|\p{C}\p{Zl}\p{Zp}]*[^|\p{C}\p{Z}])?$"


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _id_of(kind: str) -> AfterValidator:
    def check(text: str) -> str:
        parsed = parse_public_id(text)
        if parsed is None or parsed[0] != kind:
            raise ValueError(
                f"this is not the id of a record of kind {kind} (form and check character)"
            )
        return parsed[1]

    return AfterValidator(check)


Line = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE), AfterValidator(_nfc)
]
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")]
OrganisationId = Annotated[str, StringConstraints(max_length=24), _id_of("organisation")]
AssetId = Annotated[str, StringConstraints(max_length=24), _id_of("asset")]
MarketUnitId = Annotated[str, StringConstraints(max_length=24), _id_of("market_unit")]
Revision = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z)?$"
    ),
]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Ref(_Closed):
    """A sender's own reference. `party` is the sender's slug, and may be left out."""

    ref: Line
    party: Token | None = None


class AccountingPoint(_Closed):
    """Where electricity is accounted for; the check digit is for the rules (ASSET-01)."""

    scheme: Literal["mpan", "amsid", "eic", "bmu"]
    id: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PRINTABLE)]


class Network(_Closed):
    """Where in the network: GSP group `_A`.. `_P`, DNO licence area, and the supply points by name."""

    gsp_group: Line | None = None
    area: Line | None = None
    grid_supply_point: Line | None = None
    bulk_supply_point: Line | None = None
    primary_substation: Line | None = None


class Owner(_Closed):
    """An organisation, or for homes a pseudonymous consent subject; never a person's name."""

    organisation: OrganisationId | None = None
    consent_subject: Token | None = None

    @model_validator(mode="after")
    def _one(self) -> "Owner":
        if (self.organisation is None) == (self.consent_subject is None):
            raise ValueError("give either organisation or consent_subject")
        return self


class Source(_Closed):
    """Where the statement comes from, and how new it is there. `identity`: the source's own identity
    of the line. `revision`: an ISO date or UTC time; compared as text.
    """

    system: Token
    revision: Revision
    identity: Line | None = None


class AssetStatement(_Closed):
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
    attributes: dict[str, Any]
    source: Source | None = None
    valid_from: Annotated[AwareDatetime, Field(strict=False)] | None = None


class AssetRegister(AssetStatement):
    """Registers an asset; `on_existing`: what to do if a live one has the same strong key."""

    on_existing: Literal["refuse", "update"] = "refuse"


class AssetUpdate(AssetStatement):
    """Replaces what was stated of an asset."""

    asset: AssetId | Ref
    expected_version: Annotated[int, Field(ge=1)] | None = None


class AssetAmend(_Closed):
    """Changes members of what was stated: JSON Merge Patch (RFC 7396) over the asset statement."""

    asset: AssetId | Ref
    patch: dict[str, Any]
    expected_version: Annotated[int, Field(ge=1)] | None = None
    valid_from: Annotated[AwareDatetime, Field(strict=False)] | None = None


class AssetDeregister(_Closed):
    """Ends an asset, for good."""

    asset: AssetId | Ref
    expected_version: Annotated[int, Field(ge=1)] | None = None
    valid_from: Annotated[AwareDatetime, Field(strict=False)] | None = None


class UnitMember(_Closed):
    """An asset as a member of a market unit, for `[valid_from, valid_to)`.

    Without `valid_from` from when the command holds, without `valid_to` for good. The asset may be
    named by reference, also by one that was given earlier in the same message.
    """

    asset: AssetId | Ref
    valid_from: Annotated[AwareDatetime, Field(strict=False)] | None = None
    valid_to: Annotated[AwareDatetime, Field(strict=False)] | None = None


#: That there is one at all is for the rules (UNIT-01). Totals are derived, and never given.
UnitMembers = Annotated[tuple[UnitMember, ...], Field(max_length=5_000, strict=False)]


class MarketUnitCreate(_Closed):
    """Makes a market unit: `spu`, all members at one accounting point, or `spg`, at several."""

    type: Literal["spu", "spg"]
    name: Line
    fsp: OrganisationId | None = None
    members: UnitMembers = ()
    refs: Annotated[tuple[Ref, ...], Field(max_length=20, strict=False)] = ()
    valid_from: Annotated[AwareDatetime, Field(strict=False)] | None = None


class MarketUnitCompose(_Closed):
    """Replaces the members of a market unit from `valid_from`, the effective date, on."""

    market_unit: MarketUnitId | Ref
    members: UnitMembers = ()
    expected_version: Annotated[int, Field(ge=1)] | None = None
    valid_from: Annotated[AwareDatetime, Field(strict=False)] | None = None


class MarketUnitDeregister(_Closed):
    """Ends a market unit, for good; its members stay registered."""

    market_unit: MarketUnitId | Ref
    expected_version: Annotated[int, Field(ge=1)] | None = None
    valid_from: Annotated[AwareDatetime, Field(strict=False)] | None = None


class ParticipantId(_Closed):
    """A market participant id: EIC, or MPID of four letters."""

    scheme: Literal["eic", "mpid"]
    id: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=PRINTABLE)]


class Areas(_Closed):
    """The areas of a system operator: DNO licence areas, GSP groups."""

    network_areas: Annotated[tuple[Line, ...], Field(max_length=20, strict=False)] = ()
    gsp_groups: Annotated[tuple[Line, ...], Field(max_length=20, strict=False)] = ()


class OrganisationStatement(_Closed):
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
    valid_from: Annotated[AwareDatetime, Field(strict=False)] | None = None


class OrganisationRegister(OrganisationStatement):
    """Registers an organisation."""


class OrganisationUpdate(OrganisationStatement):
    """Replaces what was stated of an organisation."""

    organisation: OrganisationId | Ref
    expected_version: Annotated[int, Field(ge=1)] | None = None


class OrganisationDeregister(_Closed):
    """Makes an organisation inactive, for good."""

    organisation: OrganisationId | Ref
    expected_version: Annotated[int, Field(ge=1)] | None = None
    valid_from: Annotated[AwareDatetime, Field(strict=False)] | None = None


PAYLOADS: dict[str, type[_Closed]] = {
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
}
COMMANDS = frozenset(PAYLOADS)


def parse_command(name: str, payload: Mapping[str, Any]) -> Any:
    """The typed command, or the reasons (ITEM_*) why the payload has not its form: all of them."""
    try:
        return PAYLOADS[name].model_validate(payload)
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
