"""The groups of the hub's own flows and the fields of each, in positions that are frozen.

A field's number is its place in the record, the group code being field 1. What has a number keeps it: a member
that is added to the table of item members takes the next free one, so that no file of any sender shifts.
Fields at the end of a record that are empty may be left out.

Source: RECORDS.md section 7, FORMATS.md section 4.
"""

from typing import NamedTuple

from contracts.item_members import SHAPES

#: Commands to the hub; its answers; records, and bundles of notifications, from the hub.
COMMANDS_FLOW, OUTCOMES_FLOW, RECORDS_FLOW, BUNDLE_FLOW = (
    "F0100001",
    "F0101001",
    "F0102001",
    "F0103001",
)
ITEM, ATTRIBUTE, REMOVED = "FA1", "FA2", "FA6"
BUNDLE, NOTIFICATION = "FB1", "FB2"
OUTCOME, REASON, MESSAGE, NOTE, VERSION = "FO1", "FO2", "FO3", "FO4", "FO5"
#: Flow -> the group that begins each of its instances.
ROOTS = {
    COMMANDS_FLOW: ITEM,
    OUTCOMES_FLOW: OUTCOME,
    RECORDS_FLOW: ITEM,
    BUNDLE_FLOW: BUNDLE,
}
#: The hub's market participant id in the dress. It is not an MPID of the balancing market.
HUB_MPID = "FMAR"

#: Fields of FA1 before the members: item number, command, organisation that the sender acts for, and category
#: and version by which the FA2 records are read where the item itself does not say (asset.amend).
NUMBER, COMMAND, ACTS_FOR, FORM_CATEGORY, FORM_VERSION = 2, 3, 4, 5, 6
#: Members of an item (JSON Pointers, below `/patch` those of the patch) in fields 7, 8, 9 ... of FA1.
MEMBERS = (
    "/asset", "/asset/ref", "/asset/party",
    "/market_unit", "/market_unit/ref", "/market_unit/party",
    "/expected_version", "/valid_from", "/category", "/category_version", "/fsp",
    "/owner/organisation", "/owner/consent_subject",
    "/accounting_point/scheme", "/accounting_point/id",
    "/network/gsp_group", "/network/area", "/network/grid_supply_point",
    "/network/bulk_supply_point", "/network/primary_substation",
    "/consent_reference", "/source/system", "/source/revision", "/source/identity",
    "/on_existing", "/type", "/name",
    "/id", "/version", "/status", "/recorded_at", "/registered_by", "/evidence",
    "/totals/up_kw", "/totals/down_kw", "/totals/energy_kwh",
)  # fmt: skip
FIRST_MEMBER = 7
CATEGORY, CATEGORY_VERSION = (
    FIRST_MEMBER + MEMBERS.index(each) for each in ("/category", "/category_version")
)


class Repeated(NamedTuple):
    """A group of records below FA1: one for each element of the array at `pointer`.

    `members` are in fields 2, 3, 4 ... Where `is_open` the last of them goes on to the end of the record, since
    its values are themselves made of parts with | between them.
    """

    code: str
    pointer: str
    members: tuple[str, ...]
    is_open: bool = False


REPEATED = (
    Repeated(
        "FA3", "/members", ("/asset", "/asset/ref", "/asset/party", "/valid_from", "/valid_to")
    ),
    Repeated("FA4", "/refs", ("/party", "/ref")),
    Repeated("FA5", "/keys", ("/scheme", "/strength", "/value"), is_open=True),
)
#: What the pointer of a member or group is without the patch that it stands in.
PATCH = "/patch"


def unpatched(pointer: str) -> str:
    return pointer.removeprefix(PATCH) if pointer != PATCH else pointer


RECORDS = frozenset(name for name in SHAPES if name.endswith(".record"))
COMMANDS = frozenset(SHAPES) - RECORDS
