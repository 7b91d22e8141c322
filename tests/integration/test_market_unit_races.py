"""Two workers, and market units: whatever the order, no asset's time is in two of them."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from contracts.messages import Envelope
from tests.support.market_units import create, member, recorded, register, unit_of
from tests.support.racing import SEEDS, race, statuses
from tests.support.registry import Registry, event, rules


@pytest.fixture
def registry(database: Any) -> Iterator[Registry]:
    registry = Registry(database.url)
    registry.add_partner("acme", "fsp")
    for ref in ("HP-1", "HP-2", "HP-3"):
        register(registry, ref)
    yield registry
    assert registry.audit().is_clean, registry.audit().findings
    assert counted_twice(registry) == []
    registry.close()


def counted_twice(registry: Registry) -> list[tuple[Any, ...]]:
    """Memberships that share an asset and a moment, looked for without the constraint."""
    return registry.query(
        "SELECT a.unit, b.unit, a.asset FROM market_unit_member a JOIN market_unit_member b "
        "ON a.asset = b.asset AND a.ctid < b.ctid "
        "AND a.valid_from < coalesce(b.valid_to, 'infinity') AND b.valid_from < coalesce(a.valid_to, 'infinity')"
    )


def creating(name: str, refs: list[str], message_id: str, sender: str = "acme") -> Envelope:
    data = {"type": "spg", "name": name, "members": [member(ref) for ref in refs]}
    return event(sender, "market_unit.create", data, message_id)


def composing(unit: str, refs: list[str], message_id: str, **more: Any) -> Envelope:
    data = {"market_unit": unit, "members": [member(ref) for ref in refs], **more}
    return event("acme", "market_unit.compose", data, message_id)


def amending(ref: str, patch: dict[str, Any], message_id: str) -> Envelope:
    return event("acme", "asset.amend", {"asset": {"ref": ref}, "patch": patch}, message_id)


@pytest.mark.parametrize("seed", SEEDS)
def test_of_two_units_that_claim_one_asset_one_gets_it(registry: Registry, seed: int) -> None:
    results = race(
        registry,
        seed,
        [creating("East", ["HP-1", "HP-2"], "a")],
        [creating("West", ["HP-3", "HP-2"], "b")],
    )
    assert sorted(statuses(results)) == ["accepted", "rejected"]
    assert [rule for result in results for rule in rules(result[0])] == ["UNIT-02"]


@pytest.mark.parametrize("seed", SEEDS)
def test_units_that_claim_assets_in_opposite_order_neither_hang_nor_double(
    registry: Registry, seed: int
) -> None:
    def group(name: str, refs: list[str]) -> list[Envelope]:
        return [creating(f"{name} {ref}", [ref], f"{name}-{ref}") for ref in refs]

    refs = ["HP-1", "HP-2", "HP-3"]
    results = race(registry, seed, group("a", refs), group("b", refs[::-1]))
    assert sorted(statuses(results)) == ["accepted"] * 3 + ["rejected"] * 3


@pytest.mark.parametrize("seed", SEEDS)
def test_an_asset_is_not_deregistered_under_a_unit_that_takes_it(
    registry: Registry, seed: int
) -> None:
    ending = event("acme", "asset.deregister", {"asset": {"ref": "HP-1"}}, "b")
    made, ended = race(registry, seed, [creating("East", ["HP-1"], "a")], [ending])
    if made[0]["status"] == "accepted":
        assert rules(ended[0]) == ["ASSET-05"]
    else:
        assert rules(made[0]) == ["UNIT-02"]
        assert ended[0]["status"] == "accepted"


@pytest.mark.parametrize("seed", SEEDS)
def test_of_two_units_of_one_name_one_is_made(registry: Registry, seed: int) -> None:
    results = race(
        registry, seed, [creating("East", ["HP-1"], "a")], [creating("east", ["HP-2"], "b")]
    )
    assert sorted(statuses(results)) == ["accepted", "rejected"]
    assert [rule for result in results for rule in rules(result[0])] == ["UNIT-04"]


@pytest.mark.parametrize("seed", SEEDS)
def test_two_compositions_of_one_version_do_not_overwrite_each_other(
    registry: Registry, seed: int
) -> None:
    unit = unit_of(create(registry, "East", ["HP-1"]))
    results = race(
        registry,
        seed,
        [composing(unit, ["HP-1", "HP-2"], "a", expected_version=1)],
        [composing(unit, ["HP-1", "HP-3"], "b", expected_version=1)],
    )
    assert sorted(statuses(results)) == ["accepted", "rejected"]
    assert [rule for result in results for rule in rules(result[0])] == ["REC-01"]


@pytest.mark.parametrize("seed", SEEDS)
def test_of_two_compositions_the_later_one_stands_whole(registry: Registry, seed: int) -> None:
    unit = unit_of(create(registry, "East", ["HP-1"]))
    results = race(
        registry,
        seed,
        [composing(unit, ["HP-1", "HP-2"], "a")],
        [composing(unit, ["HP-3"], "b")],
    )
    assert statuses(results) == ["accepted", "accepted"]
    last = max((item for (result,) in results for item in result["items"]), key=_version)
    assert (last["version"], recorded(registry, unit)["version"]) == (3, 3)
    stands = 2 if last in results[0][0]["items"] else 1
    assert len(recorded(registry, unit)["members"]) == stands
    assert recorded(registry, unit)["totals"]["up_kw"] == 3.5 * stands


def _version(item: dict[str, Any]) -> int:
    return int(item["version"])


@pytest.mark.parametrize("seed", SEEDS)
def test_an_asset_that_leaves_one_unit_enters_another_or_waits_for_it(
    registry: Registry, seed: int
) -> None:
    east = unit_of(create(registry, "East", ["HP-1", "HP-2"]))
    left, entered = race(
        registry, seed, [composing(east, ["HP-1"], "a")], [creating("West", ["HP-2"], "b")]
    )
    assert left[0]["status"] == "accepted"
    if entered[0]["status"] == "rejected":
        assert rules(entered[0]) == ["UNIT-02"]


@pytest.mark.parametrize("seed", SEEDS)
def test_totals_are_right_after_members_that_change_side_by_side(
    registry: Registry, seed: int
) -> None:
    unit = unit_of(create(registry, "East", ["HP-1", "HP-2"]))
    kw = {"attributes": {"import_capacity_kw": 5}}
    results = race(registry, seed, [amending("HP-1", kw, "a")], [amending("HP-2", kw, "b")])
    assert statuses(results) == ["accepted", "accepted"]
    assert recorded(registry, unit)["totals"] == {"up_kw": 10, "down_kw": 10}
    assert recorded(registry, unit)["version"] == 3


@pytest.mark.parametrize("seed", SEEDS)
def test_totals_are_right_after_a_member_that_changes_as_it_enters(
    registry: Registry, seed: int
) -> None:
    unit = unit_of(create(registry, "East", ["HP-1"]))
    patch = {
        "attributes": {"import_capacity_kw": 5},
        "network": {"area": "EPN", "gsp_group": "_A"},
    }
    results = race(
        registry, seed, [composing(unit, ["HP-1", "HP-2"], "a")], [amending("HP-2", patch, "b")]
    )
    assert statuses(results) == ["accepted", "accepted"]
    assert recorded(registry, unit)["totals"]["up_kw"] == 8.5
    ((places,),) = registry.query(
        "SELECT c.audience_after::json -> 'places' FROM change c JOIN record r ON r.row = c.record "
        "WHERE r.id = %s ORDER BY c.position DESC LIMIT 1",
        unit,
    )
    assert places == [["EPN", "_A"], ["LPN", "_C"]]


def test_the_constraint_holds_without_any_rule(registry: Registry) -> None:
    """Two rows that share an asset and a moment are refused by the database itself."""
    unit = unit_of(create(registry, "East", ["HP-1"]))
    assert unit
    with pytest.raises(psycopg.errors.ExclusionViolation):
        registry.query(
            "INSERT INTO market_unit_member (unit, asset, valid_from) "
            "SELECT 1, asset, valid_from + interval '1 day' FROM market_unit_member RETURNING unit"
        )
