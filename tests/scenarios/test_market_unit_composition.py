"""UC-03.03: the composition of a market unit in time, and what follows for it when its members change."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry_store.records import history
from tests.feed_running import cut_all, in_short, subscribe, told
from tests.support.market_units import (
    EAST,
    active_members,
    compose,
    create,
    member,
    recorded,
    register,
    unit_of,
)
from tests.support.registry import Registry, heat_pump, rules

YEAR = "2026-01-01T00:00:00Z"


def at(month: int) -> datetime:
    return datetime(2026, month, 15, tzinfo=UTC)


def first_of(month: int) -> str:
    return f"2026-{month:02d}-01T00:00:00Z"


@pytest.fixture
def unit(registry: Registry) -> str:
    """A unit of HP-1 and HP-2 since February; HP-3 is free."""
    for ref in ("HP-1", "HP-2", "HP-3"):
        register(registry, ref, valid_from=YEAR)
    return unit_of(create(registry, "East", ["HP-1", "HP-2"], valid_from=first_of(2)))


def names(registry: Registry, record: dict[str, Any]) -> list[str]:
    """The references of a unit's members."""
    ref_of = dict(
        registry.query("SELECT r.id, f.ref FROM record r JOIN record_ref f ON f.record = r.row")
    )
    return [ref_of[each["asset"]] for each in record["members"]]


def amend(registry: Registry, ref: str, kw: float, **members: Any) -> dict[str, Any]:
    patch = {"attributes": {"import_capacity_kw": kw}}
    return registry.send("acme", "asset.amend", {"asset": {"ref": ref}, "patch": patch, **members})


def changes(registry: Registry, unit: str) -> list[tuple[str, str | None]]:
    with registry.database.engine.connect() as connection:
        return [
            (entry.change["event"], entry.change.get("cause"))
            for entry in history(connection, unit)
        ]


def test_who_leaves_a_unit_is_free_for_another_from_then_on(registry: Registry, unit: str) -> None:
    receipt = compose(registry, unit, ["HP-1", "HP-3"], valid_from=first_of(6))
    assert (receipt["items"][0]["event"], receipt["items"][0]["material"]) == (
        "market_unit.composed",
        False,
    )
    assert names(registry, recorded(registry, unit)) == ["HP-1", "HP-3"]
    assert names(registry, recorded(registry, unit, valid_at=at(5))) == ["HP-1", "HP-2"]
    assert rules(create(registry, "West", ["HP-2"], valid_from=first_of(5))) == ["UNIT-02"]
    assert create(registry, "West", ["HP-2"], valid_from=first_of(6))["status"] == "accepted"


def test_a_list_without_dates_holds_from_its_effective_date(registry: Registry, unit: str) -> None:
    compose(registry, unit, ["HP-1", "HP-3"], valid_from=first_of(6))
    assert {each["valid_from"] for each in recorded(registry, unit)["members"]} == {first_of(6)}
    periods = registry.query(
        "SELECT f.ref, m.valid_from, m.valid_to FROM market_unit_member m "
        "JOIN record_ref f ON f.record = m.asset ORDER BY f.ref"
    )
    february, june = (datetime(2026, month, 1, tzinfo=UTC) for month in (2, 6))
    assert periods == [("HP-1", february, None), ("HP-2", february, june), ("HP-3", june, None)]


def test_a_composition_of_the_past_leaves_the_present(registry: Registry, unit: str) -> None:
    compose(registry, unit, ["HP-1"], valid_from=first_of(9))
    before = datetime.now(UTC)
    receipt = compose(registry, unit, ["HP-1", "HP-2", "HP-3"], valid_from=first_of(5))
    assert receipt["items"][0]["version"] == 3

    def composition(month: int, **known: datetime) -> list[str]:
        return names(registry, recorded(registry, unit, valid_at=at(month), **known))

    all_three, two, one = ["HP-1", "HP-2", "HP-3"], ["HP-1", "HP-2"], ["HP-1"]
    assert [composition(month) for month in (3, 6, 10)] == [two, all_three, one]
    assert [composition(month, known_at=before) for month in (3, 6, 10)] == [two, two, one]
    assert names(registry, recorded(registry, unit)) == one
    assert rules(create(registry, "West", ["HP-3"], valid_from=first_of(8))) == ["UNIT-02"]
    assert create(registry, "West", ["HP-3"], valid_from=first_of(9))["status"] == "accepted"


def test_a_composition_from_before_the_unit_is_refused(registry: Registry, unit: str) -> None:
    receipt = compose(registry, unit, [], valid_from=YEAR)
    assert sorted(rules(receipt)) == ["REC-06", "UNIT-01"]


def test_the_same_list_again_changes_nothing(registry: Registry, unit: str) -> None:
    receipt = compose(registry, unit, ["HP-2", "HP-1"])
    assert (receipt["items"][0]["status"], receipt["items"][0]["version"]) == ("unchanged", 1)


def test_a_record_can_be_sent_back_with_one_more_member(registry: Registry, unit: str) -> None:
    compose(
        registry,
        unit,
        ["HP-1", {**member("HP-2"), "valid_to": first_of(6)}],
        valid_from=first_of(3),
    )
    members = recorded(registry, unit)["members"]
    receipt = compose(registry, unit, [*members, "HP-3"])
    assert (receipt["status"], receipt["items"][0]["reasons"]) == ("accepted", [])
    assert names(registry, recorded(registry, unit)) == ["HP-1", "HP-3"]


def test_a_list_of_which_everybody_has_left_is_empty(registry: Registry, unit: str) -> None:
    past = {"valid_from": first_of(2), "valid_to": first_of(4)}
    assert rules(compose(registry, unit, [{**member("HP-1"), **past}])) == ["UNIT-01"]


def test_a_composition_of_the_future_waits_for_its_hour(registry: Registry, unit: str) -> None:
    later = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    receipt = compose(registry, unit, ["HP-3"], valid_from=later)
    assert receipt["status"] == "scheduled"
    assert names(registry, recorded(registry, unit)) == ["HP-1", "HP-2"]
    assert rules(compose(registry, unit, [], valid_from=later)) == ["UNIT-01"]


def test_totals_follow_the_members_once_for_a_message(registry: Registry, unit: str) -> None:
    patches = [
        {
            "command": "asset.amend",
            "asset": {"ref": ref},
            "patch": {"attributes": {"import_capacity_kw": 5}},
        }
        for ref in ("HP-1", "HP-2")
    ]
    receipt = registry.send("acme", "items", {"items": patches})
    changed = receipt["items"][0]["id"]
    assert recorded(registry, unit)["totals"] == {"up_kw": 10, "down_kw": 10}
    assert changes(registry, unit) == [
        ("market_unit.created", None),
        ("market_unit.updated", f"asset.updated:{changed}"),
    ]
    with registry.database.engine.connect() as connection:
        derived = history(connection, unit)[-1].change
    assert (derived["message_id"], derived["item"], derived["material"]) == (
        receipt["message_id"],
        1,
        True,
    )


def test_what_does_not_count_leaves_the_unit_as_it_is(registry: Registry, unit: str) -> None:
    patch = {"attributes": {"scop": 4.2}}
    registry.send("acme", "asset.amend", {"asset": {"ref": "HP-1"}, "patch": patch})
    amend(registry, "HP-3", 9)
    assert recorded(registry, unit)["version"] == 1


def test_a_correction_of_a_member_counts_from_its_date(registry: Registry, unit: str) -> None:
    amend(registry, "HP-1", 6.5, valid_from=first_of(7))
    totals = {month: recorded(registry, unit, valid_at=at(month))["totals"] for month in (3, 8)}
    assert {month: total["up_kw"] for month, total in totals.items()} == {3: 7, 8: 10}
    receipt = compose(registry, unit, ["HP-1", "HP-3"], valid_from=first_of(5))
    assert receipt["status"] == "accepted"
    timeline = {
        month: (names(registry, found), found["totals"]["up_kw"])
        for month in (3, 6, 8)
        for found in [recorded(registry, unit, valid_at=at(month))]
    }
    assert timeline == {
        3: (["HP-1", "HP-2"], 7),
        6: (["HP-1", "HP-3"], 7),
        8: (["HP-1", "HP-3"], 10),
    }


def test_a_unit_ends_on_a_past_date_with_what_followed_since(registry: Registry, unit: str) -> None:
    amend(registry, "HP-1", 6.5, valid_from=first_of(7))
    ended = registry.send(
        "acme", "market_unit.deregister", {"market_unit": unit, "valid_from": first_of(5)}
    )
    assert ended["status"] == "accepted"
    assert [recorded(registry, unit, valid_at=at(month))["status"] for month in (3, 6, 8)] == [
        "active",
        "deregistered",
        "deregistered",
    ]
    assert active_members(registry) == []
    assert create(registry, "East", ["HP-1"], valid_from=first_of(5))["status"] == "accepted"


def test_a_unit_does_not_end_before_its_last_composition(registry: Registry, unit: str) -> None:
    compose(registry, unit, ["HP-1"], valid_from=first_of(6))
    for month in (1, 5):
        ending = {"market_unit": unit, "valid_from": first_of(month)}
        assert rules(registry.send("acme", "market_unit.deregister", ending)) == ["REC-06"]


def test_operators_see_a_unit_while_a_member_is_in_their_area(registry: Registry) -> None:
    """`network` is London's, `east` the East's; each asks for the units of its own area."""
    london = subscribe(
        registry.database, "network", kinds=frozenset({"market_unit"}), gsp_groups=frozenset({"_C"})
    )
    east = subscribe(
        registry.database,
        "east",
        kinds=frozenset({"market_unit"}),
        network_areas=frozenset({"EPN"}),
    )
    owner = subscribe(registry.database, "acme", own=True, kinds=frozenset({"market_unit"}))
    other = subscribe(registry.database, "other", kinds=frozenset({"market_unit"}))
    for ref in ("HP-1", "HP-2"):
        register(registry, ref)
    register(registry, "HP-3", network=EAST)
    unit = unit_of(create(registry, "Both", ["HP-1"], refs=[{"ref": "U"}]))
    compose(registry, unit, ["HP-1", "HP-3"])
    registry.send("acme", "asset.amend", {"asset": {"ref": "HP-1"}, "patch": {"network": EAST}})
    compose(registry, unit, ["HP-1"])
    cut_all(registry.database)
    assert in_short(told(registry.database, london)) == [
        (1, "market_unit.created", unit),
        (2, "market_unit.composed", unit),
        (3, "record.withdrawn", unit),
    ]
    assert in_short(told(registry.database, east)) == [
        (1, "record.entered", unit),
        (2, "market_unit.composed", unit),
    ]
    events = [event for _, event, _ in in_short(told(registry.database, owner))]
    assert events == ["market_unit.created", "market_unit.composed", "market_unit.composed"]
    (first, *_), (seen, *_) = told(registry.database, east), told(registry.database, other)
    assert [each["asset"] for each in first["record"]["members"]]
    assert seen["record"].keys() >= {"name", "type", "status", "totals", "fsp"}
    assert not seen["record"].keys() & {"members", "refs"}
    snapshot = subscribe(
        registry.database,
        "east",
        start="snapshot",
        gsp_groups=frozenset({"_A"}),
        kinds=frozenset({"market_unit"}),
    )
    nothing = subscribe(
        registry.database,
        "network",
        start="snapshot",
        gsp_groups=frozenset({"_C"}),
        kinds=frozenset({"market_unit"}),
    )
    cut_all(registry.database)
    assert in_short(told(registry.database, snapshot)) == [(1, "record.snapshot", unit)]
    assert told(registry.database, nothing) == []


def test_storage_generation_and_demand_count_up_and_down_in_their_own_way(
    registry: Registry,
) -> None:
    def asset(ref: str, category: str, **attributes: Any) -> None:
        point = {"accounting_point": heat_pump("", sum(map(ord, ref)))["accounting_point"]}
        data = {
            "category": category,
            "refs": [{"ref": ref}],
            "attributes": {"connection_status": "connected", **attributes},
            **point,
        }
        receipt = registry.send("acme", "asset.register", data)
        assert receipt["status"] == "accepted", receipt

    asset(
        "BAT",
        "battery_storage",
        export_capacity_kw=5,
        import_capacity_kw=4,
        energy_capacity_kwh=10.5,
    )
    asset("SUN", "solar_pv", export_capacity_kw=3)
    asset("SITE", "demand_site", import_capacity_kw=100, turn_down_kw=40)
    register(registry, "HP-1")
    unit = unit_of(create(registry, "Mixed", ["BAT", "SUN", "SITE", "HP-1"]))
    assert recorded(registry, unit)["totals"] == {
        "up_kw": 5 + 3 + 40 + 3.5,
        "down_kw": 4 + 3 + 3.5,
        "energy_kwh": 10.5,
    }
