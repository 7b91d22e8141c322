"""UC-03.01 and UC-03.04: market units are created and deregistered, or refused with every reason at its place."""

from datetime import UTC, datetime
from typing import Any

import pytest

from registry_store.records import history
from tests.support.market_units import (
    active_members,
    compose,
    create,
    recorded,
    register,
    unit_of,
)
from tests.support.registry import Registry, heat_pump, rules


def reasons(receipt: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["rule"], each["path"]) for each in receipt["items"][0]["reasons"]]


def test_an_fsp_makes_a_unit_of_its_assets(registry: Registry) -> None:
    one, two = register(registry, "HP-1"), register(registry, "HP-2")
    receipt = create(registry, "East", ["HP-1", two], refs=[{"ref": "EAST"}])
    item = receipt["items"][0]
    assert (item["status"], item["event"], item["version"], item["reasons"]) == (
        "accepted",
        "market_unit.created",
        1,
        [],
    )
    unit = recorded(registry, item["id"])
    assert {name: unit[name] for name in ("type", "name", "fsp", "status", "totals", "refs")} == {
        "type": "spg",
        "name": "East",
        "fsp": registry.organisations["acme"],
        "status": "active",
        "totals": {"up_kw": 7, "down_kw": 7},
        "refs": [{"party": "acme", "ref": "EAST"}],
    }
    assert [member["asset"] for member in unit["members"]] == [one, two]
    assert {member["valid_from"] for member in unit["members"]} == {unit["valid_from"]}


def test_assets_and_their_unit_come_in_one_message(registry: Registry) -> None:
    items = [
        {"command": "asset.register", **heat_pump("A", 1, refs=[{"ref": "A"}])},
        {"command": "asset.register", **heat_pump("B", 2, refs=[{"ref": "B"}])},
        {
            "command": "market_unit.create",
            "type": "spg",
            "name": "East",
            "members": [{"asset": {"ref": "A"}}, {"asset": {"ref": "B"}}],
        },
    ]
    receipt = registry.send("acme", "items", {"items": items})
    assert [item["status"] for item in receipt["items"]] == ["accepted"] * 3
    assert active_members(registry) == [
        (receipt["items"][2]["id"], item["id"]) for item in receipt["items"][:2]
    ]


@pytest.mark.parametrize("members", [{}, {"members": []}])
def test_a_unit_has_at_least_one_member(registry: Registry, members: dict[str, Any]) -> None:
    receipt = registry.send(
        "acme", "market_unit.create", {"type": "spg", "name": "East", **members}
    )
    assert reasons(receipt) == [("UNIT-01", "/members")]


def test_an_empty_list_is_named_beside_what_else_is_wrong(registry: Registry) -> None:
    receipt = registry.send("acme", "market_unit.create", {"type": "fleet", "totals": {"up_kw": 5}})
    assert sorted(reasons(receipt)) == [
        ("ITEM-01", "/name"),
        ("ITEM-02", "/totals"),
        ("ITEM-03", "/type"),
        ("UNIT-01", "/members"),
    ]


def test_members_are_live_assets_of_the_unit_s_own_fsp(registry: Registry) -> None:
    register(registry, "HP-1")
    gone, foreign = register(registry, "HP-2"), register(registry, "HP-3", sender="other")
    registry.send("acme", "asset.deregister", {"asset": gone})
    receipt = create(registry, "East", ["HP-1", gone, foreign, "HP-99", foreign])
    assert reasons(receipt) == [
        ("UNIT-02", "/members/1"),
        ("UNIT-02", "/members/2"),
        ("REC-03", "/members/3/asset"),
        ("UNIT-02", "/members/4"),
        ("UNIT-02", "/members/4"),
    ]
    assert active_members(registry) == []


def test_no_asset_is_in_two_units_at_one_time_and_the_other_one_is_named(
    registry: Registry,
) -> None:
    register(registry, "HP-1")
    unit = unit_of(create(registry, "East", ["HP-1"]))
    receipt = create(registry, "West", ["HP-1"])
    assert reasons(receipt) == [("UNIT-02", "/members/0")]
    assert unit in receipt["items"][0]["reasons"][0]["text"]


def test_where_one_membership_ends_another_may_begin(registry: Registry) -> None:
    register(registry, "HP-1", valid_from="2026-01-01T00:00:00Z")
    spring = {"valid_from": "2026-03-01T00:00:00Z", "valid_to": "2026-06-01T00:00:00Z"}
    first = create(registry, "Spring", [{"asset": {"ref": "HP-1"}, **spring}])
    in_april = recorded(registry, unit_of(first), valid_at=datetime(2026, 4, 1, tzinfo=UTC))
    assert (in_april["valid_from"], in_april["totals"]["up_kw"]) == (spring["valid_from"], 3.5)
    assert "totals" not in recorded(registry, unit_of(first))
    overlapping = {"valid_from": "2026-05-31T23:59:59Z"}
    assert reasons(create(registry, "Late", [{"asset": {"ref": "HP-1"}, **overlapping}])) == [
        ("UNIT-02", "/members/0")
    ]
    after = {"valid_from": spring["valid_to"]}
    assert create(registry, "Late", [{"asset": {"ref": "HP-1"}, **after}])["status"] == "accepted"
    before = {"valid_from": "2026-01-01T00:00:00Z", "valid_to": spring["valid_from"]}
    assert create(registry, "Early", [{"asset": {"ref": "HP-1"}, **before}])["status"] == "accepted"


def test_the_same_asset_stands_in_a_list_twice_only_for_different_times(
    registry: Registry,
) -> None:
    id = register(registry, "HP-1", valid_from="2026-01-01T00:00:00Z")
    spring = {"valid_from": "2026-03-01T00:00:00Z", "valid_to": "2026-06-01T00:00:00Z"}
    autumn = {"asset": id, "valid_from": "2026-09-01T00:00:00Z"}
    twice = {"asset": id, "valid_from": "2026-05-01T00:00:00Z", "valid_to": "2026-07-01T00:00:00Z"}
    by_ref = {"asset": {"ref": "HP-1"}, **spring}
    assert reasons(create(registry, "East", [by_ref, autumn, twice])) == [("UNIT-02", "/members/2")]
    assert create(registry, "East", [by_ref, autumn])["status"] == "accepted"


def test_a_period_ends_after_it_begins(registry: Registry) -> None:
    id = register(registry, "HP-1")
    backwards = {"valid_from": "2026-06-01T00:00:00Z", "valid_to": "2026-06-01T00:00:00Z"}
    assert reasons(create(registry, "East", [{"asset": id, **backwards}])) == [
        ("ITEM-03", "/members/0/valid_to")
    ]


def test_the_time_before_a_unit_does_not_count_and_the_sender_is_told(registry: Registry) -> None:
    id = register(registry, "HP-1", valid_from="2026-01-01T00:00:00Z")
    early = {"asset": id, "valid_from": "2026-02-01T00:00:00Z"}
    receipt = create(registry, "East", [early], valid_from="2026-03-01T00:00:00Z")
    assert (receipt["status"], reasons(receipt)) == (
        "accepted",
        [("REC-06", "/members/0/valid_from")],
    )
    members = recorded(registry, unit_of(receipt))["members"]
    assert members == [{"asset": id, "valid_from": "2026-03-01T00:00:00Z"}]


def test_the_members_of_an_spu_share_one_accounting_point(registry: Registry) -> None:
    register(registry, "HP-1", point=1)
    register(registry, "HP-2", point=1)
    register(registry, "HP-3", point=2)
    planned = heat_pump("P-1", refs=[{"ref": "P-1"}], attributes={"connection_status": "accepted"})
    del planned["accounting_point"]
    assert registry.send("acme", "asset.register", planned)["status"] == "accepted"
    receipt = create(registry, "House", ["HP-1", "HP-2", "HP-3", "P-1"], type="spu")
    assert reasons(receipt) == [("UNIT-03", "/members/2"), ("UNIT-03", "/members/3")]
    assert create(registry, "House", ["HP-1", "HP-2"], type="spu")["status"] == "accepted"


def test_a_name_is_given_once_among_the_active_units_of_an_fsp(registry: Registry) -> None:
    for ref in ("HP-1", "HP-2", "HP-3"):
        register(registry, ref)
    register(registry, "X-1", sender="other")
    unit = unit_of(create(registry, "East  Side", ["HP-1"]))
    receipt = create(registry, "EAST side", ["HP-2"])
    assert reasons(receipt) == [("UNIT-04", "/name")]
    assert unit in receipt["items"][0]["reasons"][0]["text"]
    assert create(registry, "East Side", ["X-1"], sender="other")["status"] == "accepted"
    registry.send("acme", "market_unit.deregister", {"market_unit": unit})
    assert create(registry, "East Side", ["HP-3"])["status"] == "accepted"


def test_a_unit_that_is_deregistered_is_final_and_its_members_are_free(registry: Registry) -> None:
    id = register(registry, "HP-1")
    unit = unit_of(create(registry, "East", ["HP-1"], refs=[{"ref": "EAST"}]))
    ended = registry.send("acme", "market_unit.deregister", {"market_unit": {"ref": "EAST"}})
    assert ended["items"][0]["event"] == "market_unit.deregistered"
    assert recorded(registry, unit)["status"] == "deregistered"
    assert recorded(registry, id)["status"] == "pending_validation"
    assert active_members(registry) == []
    assert reasons(compose(registry, unit, ["HP-1"])) == [("REC-04", "/market_unit")]
    assert rules(registry.send("acme", "market_unit.deregister", {"market_unit": unit})) == [
        "REC-04"
    ]
    assert create(registry, "West", ["HP-1"])["status"] == "accepted"
    with registry.database.engine.connect() as connection:
        entries = history(connection, unit)
    assert [entry.change["event"] for entry in entries] == [
        "market_unit.created",
        "market_unit.deregistered",
    ]


def test_a_member_of_an_active_unit_is_not_deregistered(registry: Registry) -> None:
    one, two = register(registry, "HP-1"), register(registry, "HP-2")
    later = {"asset": two, "valid_from": "2031-01-01T00:00:00Z"}
    unit = unit_of(create(registry, "East", ["HP-1", later]))
    for asset in (one, two):
        receipt = registry.send("acme", "asset.deregister", {"asset": asset})
        assert reasons(receipt) == [("ASSET-05", "/asset")]
        assert unit in receipt["items"][0]["reasons"][0]["text"]
    compose(registry, unit, ["HP-1"])
    assert registry.send("acme", "asset.deregister", {"asset": two})["status"] == "accepted"


def test_an_organisation_with_an_active_unit_stays(registry: Registry) -> None:
    register(registry, "HP-1")
    unit = unit_of(create(registry, "East", ["HP-1"]))
    acme = registry.organisations["acme"]
    receipt = registry.send("hub", "organisation.deregister", {"organisation": acme})
    assert rules(receipt) == ["ORG-06"]
    assert unit in receipt["items"][0]["reasons"][0]["text"]


def test_a_member_is_not_moved_to_another_fsp(registry: Registry) -> None:
    id = register(registry, "HP-1")
    create(registry, "East", ["HP-1"])
    patch = {"fsp": registry.organisations["other"]}
    receipt = registry.send("hub", "asset.amend", {"asset": id, "patch": patch})
    assert reasons(receipt) == [("UNIT-02", "/patch/fsp")]


def test_who_may_make_and_change_a_unit(registry: Registry) -> None:
    register(registry, "HP-1")
    acme = registry.organisations["acme"]
    assert reasons(create(registry, "East", ["HP-1"], sender="platform")) == [
        ("AUTH-03", "/fsp"),
        ("REC-03", "/members/0/asset"),
    ]
    assert rules(create(registry, "East", ["HP-1"], sender="network")) == [
        "AUTH-02",
        "AUTH-03",
        "REC-03",
    ]
    id = register(registry, "HP-2")
    assert rules(create(registry, "East", [id], sender="other", fsp=acme)) == ["AUTH-03"]
    assert rules(create(registry, "East", [id], sender="hub", fsp=id_of_nobody())) == ["REC-03"]
    unit = unit_of(create(registry, "East", [id], sender="hub", fsp=acme))
    assert reasons(compose(registry, unit, [id], sender="other")) == [
        ("AUTH-04", "/market_unit"),
    ]
    assert reasons(compose(registry, {"ref": "nothing"}, [id])) == [("REC-03", "/market_unit")]
    assert reasons(compose(registry, unit, [id], expected_version=7)) == [
        ("REC-01", "/expected_version")
    ]


def id_of_nobody() -> str:
    return "O-0000-0000-0000-A"


def test_a_reference_to_a_unit_is_given_once(registry: Registry) -> None:
    register(registry, "HP-1")
    register(registry, "HP-2")
    create(registry, "East", ["HP-1"], refs=[{"ref": "EAST"}])
    assert reasons(create(registry, "West", ["HP-2"], refs=[{"ref": "EAST"}])) == [
        ("REC-05", "/refs/0/ref")
    ]
