"""UC-02.02, UC-02.03 and UC-05.06: an asset is updated, amended, corrected, deregistered; its history stays."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry_store.records import find, history
from tests.support.registry import Registry, heat_pump, mpan, rules


@pytest.fixture
def asset(registry: Registry) -> str:
    receipt = registry.send(
        "acme", "asset.register", heat_pump(valid_from="2026-01-01T00:00:00Z", refs=[{"ref": "HP"}])
    )
    return str(receipt["items"][0]["id"])


def recorded(registry: Registry, id: str, **times: datetime) -> dict[str, Any] | None:
    with registry.database.engine.connect() as connection:
        found = find(connection, id, **times)
    return found.canonical if found else None


def amend(
    registry: Registry, asset: str, patch: dict[str, Any], sender: str = "acme", **members: Any
) -> dict[str, Any]:
    return registry.send(sender, "asset.amend", {"asset": asset, "patch": patch, **members})


def test_a_capacity_that_changes_is_material_and_a_name_is_not(
    registry: Registry, asset: str
) -> None:
    assert (
        amend(registry, asset, {"attributes": {"import_capacity_kw": 5}})["items"][0]["material"]
        is True
    )
    assert (
        amend(registry, asset, {"attributes": {"site_name": "Mill"}})["items"][0]["material"]
        is False
    )


def test_an_update_replaces_what_was_stated(registry: Registry, asset: str) -> None:
    amend(registry, asset, {"attributes": {"scop": 4.2}})
    receipt = registry.send(
        "acme", "asset.update", {"asset": {"ref": "HP"}, **heat_pump(), "expected_version": 2}
    )
    assert receipt["items"][0]["version"] == 3
    current = recorded(registry, asset)
    assert current is not None
    assert "scop" not in current["attributes"]
    assert current["refs"] == [{"party": "acme", "ref": "HP"}]


def test_an_update_that_changes_nothing_is_unchanged(registry: Registry, asset: str) -> None:
    receipt = registry.send("acme", "asset.update", {"asset": asset, **heat_pump()})
    assert (receipt["items"][0]["status"], receipt["items"][0]["version"]) == ("unchanged", 1)


def test_an_unexpected_version_is_refused(registry: Registry, asset: str) -> None:
    assert rules(amend(registry, asset, {"attributes": {"scop": 4}}, expected_version=3)) == [
        "REC-01"
    ]


@pytest.mark.parametrize(
    ("patch", "rule", "path"),
    [
        ({"attributes": {"serial_number": "B-2"}}, "ASSET-03", "/patch/attributes/serial_number"),
        ({"category": "ev_charge_point"}, "ASSET-03", "/patch/category"),
        ({"accounting_point": {"id": mpan(5)}}, "ASSET-03", "/patch/accounting_point"),
        ({"accounting_point": None}, "ASSET-03", "/patch/accounting_point"),
        ({"status": "verified"}, "ITEM-02", "/patch/status"),
        (
            {"attributes": {"import_capacity_kw": None}},
            "SCH-REQUIRED",
            "/patch/attributes/import_capacity_kw",
        ),
        ({"attributes": {"scop": "good"}}, "SCH-TYPE", "/patch/attributes/scop"),
        ({"fsp": None, "owner": {"organisation": "x"}}, "ITEM-03", "/patch/owner/organisation"),
    ],
)
def test_what_a_patch_may_not_do_is_named(
    registry: Registry, asset: str, patch: dict[str, Any], rule: str, path: str
) -> None:
    receipt = amend(registry, asset, patch)
    assert receipt["status"] == "rejected"
    assert (rule, path) in [(r["rule"], r["path"]) for r in receipt["items"][0]["reasons"]]
    current = recorded(registry, asset)
    assert current is not None
    assert current["version"] == 1


def test_only_whose_asset_it_is_may_change_it(registry: Registry, asset: str) -> None:
    assert rules(amend(registry, asset, {"attributes": {"scop": 4}}, sender="other")) == ["AUTH-04"]
    assert rules(registry.send("network", "asset.deregister", {"asset": asset})) == ["AUTH-04"]
    assert amend(registry, asset, {"attributes": {"scop": 4}}, sender="hub")["status"] == "accepted"


def test_a_record_that_is_not_there_is_unknown(registry: Registry) -> None:
    assert rules(registry.send("acme", "asset.deregister", {"asset": {"ref": "nothing"}})) == [
        "REC-03"
    ]


def test_deregistration_is_final_and_frees_the_device(registry: Registry, asset: str) -> None:
    assert (
        registry.send("acme", "asset.deregister", {"asset": asset})["items"][0]["event"]
        == "asset.deregistered"
    )
    assert rules(registry.send("acme", "asset.deregister", {"asset": asset})) == ["REC-04"]
    assert rules(amend(registry, asset, {"attributes": {"scop": 4}})) == ["REC-04"]
    again = registry.send("acme", "asset.register", heat_pump())["items"][0]
    assert again["status"] == "accepted"
    assert again["id"] != asset


def test_a_correction_of_the_past_leaves_the_present(registry: Registry, asset: str) -> None:
    amend(
        registry,
        asset,
        {"attributes": {"import_capacity_kw": 7}},
        valid_from="2026-06-01T00:00:00Z",
    )
    before_correction = datetime.now(UTC)
    receipt = amend(
        registry,
        asset,
        {"attributes": {"import_capacity_kw": 4}},
        valid_from="2026-03-01T00:00:00Z",
    )
    assert receipt["items"][0]["version"] == 3

    def capacity(month: int, **known: datetime) -> Any:
        found = recorded(registry, asset, valid_at=datetime(2026, month, 15, tzinfo=UTC), **known)
        return None if found is None else found["attributes"]["import_capacity_kw"]

    assert [capacity(month) for month in (2, 4, 7)] == [3.5, 4, 7]
    assert [capacity(month, known_at=before_correction) for month in (2, 4, 7)] == [3.5, 3.5, 7]
    current = recorded(registry, asset)
    assert current is not None
    assert current["attributes"]["import_capacity_kw"] == 7
    assert (
        amend(registry, asset, {"attributes": {"scop": 4}}, expected_version=3)["status"]
        == "accepted"
    )
    assert recorded(registry, asset, valid_at=datetime(2025, 1, 1, tzinfo=UTC)) is None


def test_a_statement_about_the_time_before_the_record_is_refused(
    registry: Registry, asset: str
) -> None:
    assert rules(
        amend(registry, asset, {"attributes": {"scop": 4}}, valid_from="2025-01-01T00:00:00Z")
    ) == ["REC-06"]


def test_history_names_every_change_with_its_message(registry: Registry, asset: str) -> None:
    registry.send(
        "acme", "asset.amend", {"asset": asset, "patch": {"attributes": {"scop": 4}}}, "amend-1"
    )
    with registry.database.engine.connect() as connection:
        entries = history(connection, asset)
    assert [entry.change["event"] for entry in entries] == ["asset.registered", "asset.updated"]
    assert entries[1].change["message_id"] == "amend-1"
    assert (
        entries[1].change["actor"]
        == entries[1].change["principal"]
        == registry.organisations["acme"]
    )
    assert entries[0].change["recorded_at"] < entries[1].change["recorded_at"]


def test_another_sources_value_is_kept_beside_and_raises_a_discrepancy(
    registry: Registry, asset: str
) -> None:
    statement = heat_pump(attributes={"import_capacity_kw": 9}, on_existing="update")
    receipt = registry.send("network", "asset.register", statement)
    item = receipt["items"][0]
    assert (item["event"], item["id"]) == ("asset.discrepancy", asset)
    current = recorded(registry, asset)
    assert current is not None
    assert current["attributes"]["import_capacity_kw"] == 3.5
    assert current["status"] == "query"
    by = registry.organisations["network"]
    assert current["evidence"] == [
        {"kind": "statement", "by": by, "attributes": {"import_capacity_kw": 9}}
    ]
    assert (
        registry.send("network", "asset.register", statement)["items"][0]["status"] == "unchanged"
    )


def test_a_command_of_the_future_waits_for_its_hour(registry: Registry, asset: str) -> None:
    later = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    receipt = amend(registry, asset, {"attributes": {"scop": 4}}, valid_from=later)
    assert (receipt["status"], receipt["items"][0]["status"]) == ("scheduled", "scheduled")
    refused = registry.send(
        "acme",
        "asset.update",
        {"asset": asset, **heat_pump(attributes={"flux": 1}), "valid_from": later},
    )
    assert rules(refused) == ["SCH-UNKNOWN"]
    assert registry.query("SELECT count(*) FROM scheduled_command") == [(1,)]


def test_another_register_finds_the_line_again_that_it_stated_beside_a_record(
    registry: Registry, asset: str
) -> None:
    def line(revision: str, kw: float) -> dict[str, Any]:
        source = {"system": "ecr:test", "revision": revision, "identity": "line 1"}
        return heat_pump(attributes={"import_capacity_kw": kw}, on_existing="update", source=source)

    assert (
        registry.send("network", "asset.register", line("2026-02-01", 9))["items"][0]["event"]
        == "asset.discrepancy"
    )
    assert (
        registry.send("network", "asset.register", line("2026-01-01", 8))["items"][0]["status"]
        == "superseded"
    )
    assert (
        registry.send("network", "asset.register", line("2026-03-01", 9))["items"][0]["status"]
        == "unchanged"
    )
    agreed = registry.send("network", "asset.register", line("2026-04-01", 3.5))["items"][0]
    assert (agreed["event"], agreed["id"]) == ("asset.updated", asset)
    current = recorded(registry, asset)
    assert current is not None
    assert "evidence" not in current
