"""Two workers over load, decide and write, in every order that a seed draws: the races of the design.

Whatever the order, the outcome is one that some order of the two groups, one after the other, gives.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from contracts.messages import Envelope
from tests.support.racing import SEEDS, race, statuses
from tests.support.registry import Registry, event, heat_pump, mpan, rules


@pytest.fixture
def registry(database: Any) -> Iterator[Registry]:
    registry = Registry(database.url)
    registry.add_partner("acme", "fsp")
    registry.add_partner("other", "fsp")
    yield registry
    assert registry.audit().is_clean, registry.audit().findings
    registry.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_one_device_registered_twice_is_one_asset(registry: Registry, seed: int) -> None:
    one = event("acme", "asset.register", heat_pump(), "a")
    two = event("acme", "asset.register", heat_pump(), "b")
    results = race(registry, seed, [one], [two])
    assert sorted(statuses(results)) == ["accepted", "rejected"]
    assert [rule for result in results for rule in rules(result[0])] == ["ASSET-02"]
    assert registry.query("SELECT count(*) FROM record WHERE kind = 'asset'") == [(1,)]


@pytest.mark.parametrize("seed", SEEDS)
def test_an_organisation_is_not_deregistered_under_an_asset_that_is_registered_for_it(
    registry: Registry, seed: int
) -> None:
    acme = registry.organisations["acme"]
    register = event("acme", "asset.register", heat_pump(), "a")
    leave = event("hub", "organisation.deregister", {"organisation": acme}, "b")
    registered, left = race(registry, seed, [register], [leave])
    if registered[0]["status"] == "accepted":
        assert rules(left[0]) == ["ORG-06"]
    else:
        assert rules(registered[0]) == ["AUTH-01"]
        assert left[0]["status"] == "accepted"


@pytest.mark.parametrize("seed", SEEDS)
def test_two_updates_of_one_version_do_not_overwrite_each_other(
    registry: Registry, seed: int
) -> None:
    asset = registry.send("acme", "asset.register", heat_pump())["items"][0]["id"]

    def amend(kw: int, message_id: str) -> Envelope:
        patch = {"attributes": {"import_capacity_kw": kw}}
        return event(
            "acme",
            "asset.amend",
            {"asset": asset, "expected_version": 1, "patch": patch},
            message_id,
        )

    results = race(registry, seed, [amend(4, "a")], [amend(5, "b")])
    assert sorted(statuses(results)) == ["accepted", "rejected"]
    assert [rule for result in results for rule in rules(result[0])] == ["REC-01"]
    assert registry.query("SELECT version FROM record WHERE id = %s", asset) == [(2,)]


@pytest.mark.parametrize("seed", SEEDS)
def test_updates_without_an_expected_version_are_both_kept_one_after_the_other(
    registry: Registry, seed: int
) -> None:
    asset = registry.send("acme", "asset.register", heat_pump())["items"][0]["id"]
    one = event(
        "acme",
        "asset.amend",
        {"asset": asset, "patch": {"attributes": {"import_capacity_kw": 4}}},
        "a",
    )
    two = event(
        "acme", "asset.amend", {"asset": asset, "patch": {"attributes": {"scop": 4.1}}}, "b"
    )
    assert statuses(race(registry, seed, [one], [two])) == ["accepted", "accepted"]
    ((content,),) = registry.query(
        "SELECT content::json -> 'attributes' FROM record_version v JOIN record r ON r.row = v.record "
        "AND v.version = r.current_version WHERE r.id = %s",
        asset,
    )
    assert (content["import_capacity_kw"], content["scop"]) == (4, 4.1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_message_delivered_to_two_workers_is_decided_once(registry: Registry, seed: int) -> None:
    message = event("acme", "asset.register", heat_pump(), "a")
    (one,), (two,) = race(registry, seed, [message], [message])
    assert one == two
    assert one["status"] == "accepted"
    assert registry.query("SELECT count(*) FROM change WHERE event = 'asset.registered'") == [(1,)]


@pytest.mark.parametrize("seed", SEEDS)
def test_of_two_possible_doubles_the_second_is_queried(registry: Registry, seed: int) -> None:
    one = event("acme", "asset.register", heat_pump("A8-1"), "a")
    two = event("other", "asset.register", heat_pump("B9-2"), "b")
    results = race(registry, seed, [one], [two])
    assert statuses(results) == ["accepted", "accepted"]
    assert sorted(
        status for (status,) in registry.query("SELECT status FROM record WHERE kind = 'asset'")
    ) == [
        "pending_validation",
        "query",
    ]
    assert [rule for result in results for rule in rules(result[0], "warning")] == ["ASSET-04"]


@pytest.mark.parametrize("seed", SEEDS)
def test_groups_that_share_devices_in_opposite_order_neither_hang_nor_double(
    registry: Registry, seed: int
) -> None:
    def group(name: str, points: Sequence[int]) -> list[Envelope]:
        return [
            event("acme", "asset.register", heat_pump(f"S-{p}", p), f"{name}-{p}") for p in points
        ]

    results = race(registry, seed, group("a", [1, 2, 3]), group("b", [3, 2, 1]))
    assert sorted(statuses(results)) == ["accepted"] * 3 + ["rejected"] * 3
    assert registry.query("SELECT count(*) FROM record WHERE kind = 'asset'") == [(3,)]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_newer_statement_of_a_source_wins_whatever_the_order(
    registry: Registry, seed: int
) -> None:
    registry.add_partner("network", "system_operator", areas={"network_areas": ["LPN"]})

    def line(revision: str, kw: int) -> dict[str, Any]:
        return {
            "category": "solar_pv",
            "network": {"area": "LPN", "gsp_group": "_C"},
            "on_existing": "update",
            "accounting_point": {"scheme": "mpan", "id": mpan(7)},
            "attributes": {"connection_status": "connected", "export_capacity_kw": kw},
            "source": {"system": "ecr:test", "revision": revision, "identity": "line-7"},
        }

    old = event("network", "asset.register", line("2026-01-01", 100), "a")
    new = event("network", "asset.register", line("2026-02-01", 200), "b")
    results = race(registry, seed, [old], [new])
    assert statuses(results) in (["accepted", "accepted"], ["superseded", "accepted"])
    ((kw,),) = registry.query(
        "SELECT content::json -> 'attributes' -> 'export_capacity_kw' FROM record_version v JOIN record r "
        "ON r.row = v.record AND v.version = r.current_version WHERE r.kind = 'asset'"
    )
    assert kw == 200


@pytest.mark.parametrize("seed", SEEDS)
def test_a_role_in_use_is_not_dropped_under_a_registration(registry: Registry, seed: int) -> None:
    acme = registry.organisations["acme"]
    register = event("acme", "asset.register", heat_pump(), "a")
    drop = event(
        "hub",
        "organisation.update",
        {"organisation": acme, "legal_name": "Example acme", "roles": ["platform"]},
        "b",
    )
    registered, dropped = race(registry, seed, [register], [drop])
    if registered[0]["status"] == "accepted":
        assert rules(dropped[0]) == ["ORG-05"]
    else:
        assert dropped[0]["status"] == "accepted"
        assert set(rules(registered[0])) <= {"AUTH-02", "AUTH-03"}
