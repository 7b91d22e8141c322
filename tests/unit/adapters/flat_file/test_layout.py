"""Positions are frozen: every member of the table has one, and none ever moves."""

import pytest

from adapters.flat_file import bundles, outcomes
from adapters.flat_file.layout import FIRST_MEMBER, MEMBERS, REPEATED, unpatched
from adapters.flat_file.members import plan_of, removable
from contracts.item_members import SHAPES
from contracts.reasons import Reason, Rule
from contracts.receipts import Outcome, receipt
from tests.unit.adapters.flat_file.building import RECEIVED

#: What partners' files hold today, by field of FA1. Lines are added to this table, none is changed.
FIELDS = {
    7: "/asset", 8: "/asset/ref", 9: "/asset/party",
    10: "/market_unit", 11: "/market_unit/ref", 12: "/market_unit/party",
    13: "/expected_version", 14: "/valid_from", 15: "/category", 16: "/category_version", 17: "/fsp",
    18: "/owner/organisation", 19: "/owner/consent_subject",
    20: "/accounting_point/scheme", 21: "/accounting_point/id",
    22: "/network/gsp_group", 23: "/network/area", 24: "/network/grid_supply_point",
    25: "/network/bulk_supply_point", 26: "/network/primary_substation",
    27: "/consent_reference", 28: "/source/system", 29: "/source/revision", 30: "/source/identity",
    31: "/on_existing", 32: "/type", 33: "/name",
    34: "/id", 35: "/version", 36: "/status", 37: "/recorded_at", 38: "/registered_by", 39: "/evidence",
    40: "/totals/up_kw", 41: "/totals/down_kw", 42: "/totals/energy_kwh",
}  # fmt: skip
GROUPS = {
    "FA3": ("/members", "/asset", "/asset/ref", "/asset/party", "/valid_from", "/valid_to"),
    "FA4": ("/refs", "/party", "/ref"),
    "FA5": ("/keys", "/scheme", "/strength", "/value"),
}


def scalars() -> set[str]:
    """Members of all commands and records, but objects that only a patch names, to take them away."""
    found = set()
    for command, shape in SHAPES.items():
        pointers = {unpatched(member.pointer) for member in shape.scalars}
        going = {unpatched(slot.pointer) for slot in removable(plan_of(command)).values()}
        objects = {p for p in going if any(other.startswith(f"{p}/") for other in pointers)}
        found |= pointers - objects
    return found


def test_no_field_has_moved() -> None:
    assert dict(enumerate(MEMBERS, FIRST_MEMBER)) == FIELDS
    assert {each.code: (each.pointer, *each.members) for each in REPEATED} == GROUPS


def test_every_member_of_the_table_has_one_field() -> None:
    assert set(MEMBERS) == scalars()
    assert len(set(MEMBERS)) == len(MEMBERS)
    assert FIRST_MEMBER + MEMBERS.index("/fsp") == 17


def test_a_member_without_a_field_would_be_found() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        MEMBERS.index("/colour")
    assert "/network" not in scalars()
    assert "/asset" in scalars()


def test_every_group_of_the_table_has_a_record_with_a_field_for_each_member() -> None:
    stated: dict[str, set[str]] = {}
    for shape in SHAPES.values():
        for group in shape.groups:
            members = {member.pointer for member in group.members}
            stated.setdefault(unpatched(group.pointer), set()).update(members)
    assert stated == {each.pointer: set(each.members) for each in REPEATED}


def test_the_answer_has_a_field_for_whatever_a_receipt_holds() -> None:
    outcome = Outcome(
        1, "line 2", "accepted", "asset.register", (), "A-1", 1, "asset.registered", True, RECEIVED
    )
    stated = outcome.as_json().keys() - {"reasons"}
    assert stated == {field.name for field in outcomes.OUTCOME_FIELDS}
    reason = Reason(Rule.MSG_02, "text", "/path", "place").as_json()
    assert reason.keys() == {field.name for field in outcomes.REASON_FIELDS}
    whole = receipt(
        receipt_id="R", message_id="m", sender="s", on_behalf_of="O-1", received_at=RECEIVED,
        payload_sha256="0", outcomes=(outcome,), reasons=(Reason(Rule.MSG_02, "x"),),
        notes=("n",), versions={"flow": "F"}, document={"role": "X"},
    )  # fmt: skip
    carried = {field.name for field in outcomes.MESSAGE_FIELDS}
    assert whole.keys() == carried | {
        "receipt_id", "status", "items", "reasons", "notes", "versions", "document",
    }  # fmt: skip


def test_fields_of_answers_and_bundles_have_not_moved() -> None:
    assert [field.name for field in outcomes.OUTCOME_FIELDS] == [
        "item", "status", "id", "version", "command", "place", "event", "material", "due_at",
    ]  # fmt: skip
    assert [field.name for field in outcomes.REASON_FIELDS] == [
        "code", "rule", "severity", "place", "path", "text",
    ]  # fmt: skip
    assert [field.name for field in bundles.BUNDLE_FIELDS] == [
        "subscription", "epoch", "first_sequence", "count", "hash", "other",
    ]  # fmt: skip
    assert [field.name for field in bundles.NOTIFICATION_FIELDS] == [
        "subscription", "sequence", "event_id", "delivery_id", "event", "material", "replay",
        "recorded_at", "valid_from", "previous", "other",
    ]  # fmt: skip
