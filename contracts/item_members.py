"""The members of an item outside of its category's attributes, as every format but JSON lays them out.

One table: XML elements, flat-file fields and table columns are derived from it, so that a new member of a
command touches this place and no format. What JSON nests, the others write flat: a member is addressed by
its JSON Pointer in the payload. Attributes are not here: they come from the category's schema.
"""

from typing import NamedTuple


class Member(NamedTuple):
    """One scalar. `kind`: how its text reads (line, token, id, date, time, integer, number, choice, json; key: a line that may
    hold |).

    A target (`/asset`) is the record's id, or an object with `ref` and `party` below the same pointer.
    `json` is canonical JSON as text: what no partner writes and every reader may need.
    """

    pointer: str
    xml_name: str
    heading: str
    kind: str = "line"


class Group(NamedTuple):
    """A repeating member: an array of flat objects at `pointer`, whose members are below each element.

    `xml_name` is that of one element; `heading` the first words of its columns.
    """

    pointer: str
    xml_name: str
    heading: str
    members: tuple[Member, ...]


ASSET_TARGET = (
    Member("/asset", "registeredResource.mRID", "Asset id", "id"),
    Member("/asset/ref", "registeredResource.reference", "Asset reference"),
    Member(
        "/asset/party", "registeredResource.referenceParty", "Asset reference given by", "token"
    ),
)
MARKET_UNIT_TARGET = (
    Member("/market_unit", "marketUnit.mRID", "Market unit id", "id"),
    Member("/market_unit/ref", "marketUnit.reference", "Market unit reference"),
    Member(
        "/market_unit/party", "marketUnit.referenceParty", "Market unit reference given by", "token"
    ),
)
_EXPECTED_VERSION = Member("/expected_version", "expectedVersion", "Expected version", "integer")
_VALID_FROM = Member("/valid_from", "validFrom.dateTime", "Valid from", "time")
_FSP = Member("/fsp", "fsp_MarketParticipant.mRID", "FSP", "id")

ASSET_STATEMENT = (
    Member("/category", "registeredResource.category", "Category", "token"),
    Member("/category_version", "registeredResource.categoryVersion", "Category version"),
    _FSP,
    Member("/owner/organisation", "owner_MarketParticipant.mRID", "Owner organisation", "id"),
    Member("/owner/consent_subject", "owner_ConsentSubject.mRID", "Owner consent subject", "token"),
    Member(
        "/accounting_point/scheme", "accountingPoint.scheme", "Accounting point scheme", "choice"
    ),
    Member("/accounting_point/id", "accountingPoint.mRID", "Accounting point"),
    Member("/network/gsp_group", "network.gspGroup", "GSP group"),
    Member("/network/area", "network.area", "Network area"),
    Member("/network/grid_supply_point", "network.gridSupplyPoint", "Grid supply point"),
    Member("/network/bulk_supply_point", "network.bulkSupplyPoint", "Bulk supply point"),
    Member("/network/primary_substation", "network.primarySubstation", "Primary substation"),
    Member("/consent_reference", "consent.mRID", "Consent reference", "token"),
    Member("/source/system", "source.system", "Source system", "token"),
    Member("/source/revision", "source.revision", "Source revision"),
    Member("/source/identity", "source.identity", "Source identity"),
    _VALID_FROM,
)
MARKET_UNIT_STATEMENT = (
    Member("/type", "marketUnit.type", "Market unit type", "choice"),
    Member("/name", "marketUnit.name", "Market unit name"),
    _FSP,
    _VALID_FROM,
)

REFS = Group(
    "/refs",
    "Reference",
    "Reference",
    (Member("/party", "party", "given by", "token"), Member("/ref", "reference", "")),
)
UNIT_MEMBERS = Group(
    "/members",
    "Member",
    "Member",
    (
        *ASSET_TARGET,
        _VALID_FROM,
        Member("/valid_to", "validTo.dateTime", "Valid to", "time"),
    ),
)
KEYS = Group(
    "/keys",
    "Key",
    "Key",
    (
        Member("/scheme", "scheme", "scheme", "token"),
        Member("/value", "value", "value", "key"),
        Member("/strength", "strength", "strength", "choice"),
    ),
)

#: What the hub alone gives: in records, never in commands.
_RECORD = (
    Member("/id", "mRID", "Record id", "id"),
    Member("/version", "version", "Version", "integer"),
    Member("/status", "status", "Status", "choice"),
    Member("/recorded_at", "recordedAt.dateTime", "Recorded at", "time"),
)
_ASSET_RECORD = (
    *_RECORD,
    Member("/registered_by", "registeredBy_MarketParticipant.mRID", "Registered by", "id"),
    Member("/evidence", "evidence", "Evidence", "json"),
)
_UNIT_RECORD = (
    *_RECORD,
    Member("/totals/up_kw", "totals.upKw", "Total up (kW)", "number"),
    Member("/totals/down_kw", "totals.downKw", "Total down (kW)", "number"),
    Member("/totals/energy_kwh", "totals.energyKwh", "Total energy (kWh)", "number"),
)
_ON_EXISTING = Member("/on_existing", "onExisting", "On existing", "choice")


class Shape(NamedTuple):
    """What an item of one command is made of, in the order in which documents write it.

    `attributes`: the pointer at which the attributes of its category stand. Below `/patch` (JSON Merge
    Patch) a member that is to go is null in JSON, and written empty in the other formats.
    """

    scalars: tuple[Member, ...]
    groups: tuple[Group, ...] = ()
    attributes: str | None = None


#: Objects of a statement: written by name only where a patch takes one away as a whole.
_OBJECTS = (
    Member("/owner", "owner", "Owner", "token"),
    Member("/accounting_point", "accountingPoint", "Accounting point as a whole", "token"),
    Member("/network", "network", "Network", "token"),
    Member("/source", "source", "Source", "token"),
)


def _patched(members: tuple[Member, ...]) -> tuple[Member, ...]:
    return tuple(
        member._replace(pointer=f"/patch{member.pointer}")
        for member in members
        if member is not _VALID_FROM
    )


#: Command, or record, -> its shape. Commands that are not here go as JSON alone.
SHAPES: dict[str, Shape] = {
    "asset.register": Shape((*ASSET_STATEMENT, _ON_EXISTING), (REFS,), "/attributes"),
    "asset.update": Shape(
        (*ASSET_TARGET, _EXPECTED_VERSION, *ASSET_STATEMENT), (REFS,), "/attributes"
    ),
    "asset.amend": Shape(
        (
            *(*ASSET_TARGET, _EXPECTED_VERSION, _VALID_FROM),
            *_patched(ASSET_STATEMENT),
            *_patched(_OBJECTS),
        ),
        (REFS._replace(pointer="/patch/refs"),),
        "/patch/attributes",
    ),
    "asset.deregister": Shape((*ASSET_TARGET, _EXPECTED_VERSION, _VALID_FROM)),
    "asset.record": Shape((*_ASSET_RECORD, *ASSET_STATEMENT), (REFS, KEYS), "/attributes"),
    "market_unit.create": Shape(MARKET_UNIT_STATEMENT, (REFS, UNIT_MEMBERS)),
    "market_unit.compose": Shape(
        (*MARKET_UNIT_TARGET, _EXPECTED_VERSION, _VALID_FROM), (UNIT_MEMBERS,)
    ),
    "market_unit.deregister": Shape((*MARKET_UNIT_TARGET, _EXPECTED_VERSION, _VALID_FROM)),
    "organisation.record": Shape(_RECORD),
    "load.record": Shape(_RECORD),
    "market_unit.record": Shape((*_UNIT_RECORD, *MARKET_UNIT_STATEMENT), (REFS, UNIT_MEMBERS)),
}
