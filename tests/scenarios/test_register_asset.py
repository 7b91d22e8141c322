"""UC-02.01: an asset is registered, or refused with every reason at its place."""

from typing import Any

import pytest

from tests.support.registry import Registry, heat_pump, mpan, rules


def content(registry: Registry, id: str) -> dict[str, Any]:
    ((found,),) = registry.query(
        "SELECT content::json FROM record_version v JOIN record r ON r.row = v.record AND v.version = r.current_version "
        "WHERE r.id = %s",
        id,
    )
    return dict(found)


def test_an_fsp_registers_its_asset(registry: Registry) -> None:
    receipt = registry.send("acme", "asset.register", heat_pump(refs=[{"ref": "HP-17"}]))
    item = receipt["items"][0]
    assert (receipt["status"], item["event"], item["version"], item["reasons"]) == (
        "accepted",
        "asset.registered",
        1,
        [],
    )
    recorded = content(registry, item["id"])
    assert recorded["fsp"] == recorded["registered_by"] == registry.organisations["acme"]
    assert recorded["status"] == "pending_validation"
    assert recorded["refs"] == [{"party": "acme", "ref": "HP-17"}]
    assert {key["scheme"]: key["strength"] for key in recorded["keys"]} == {
        "device": "strong",
        "point": "weak",
    }


def test_a_planned_asset_has_the_status_planned(registry: Registry) -> None:
    data = heat_pump(attributes={"connection_status": "accepted"})
    assert (
        content(registry, registry.send("acme", "asset.register", data)["items"][0]["id"])["status"]
        == "planned"
    )


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"category": "perpetuum_mobile"}, [("CAT-01", "/category")]),
        ({"category_version": "9.9"}, [("CAT-01", "/category_version")]),
        (
            {"accounting_point": {"scheme": "mpan", "id": "1200000000001"}},
            [("ASSET-01", "/accounting_point/id")],
        ),
        (
            {"accounting_point": {"scheme": "mpan", "id": "123"}},
            [("ASSET-01", "/accounting_point/id")],
        ),
        (
            {"accounting_point": {"scheme": "eic", "id": "22W20181015PU--J"}},
            [("ASSET-01", "/accounting_point/id")],
        ),
        ({"network": {"gsp_group": "_I"}}, [("ITEM-03", "/network/gsp_group")]),
        ({"network": {"area": "LPN", "gsp_group": "_A"}}, [("ITEM-03", "/network/gsp_group")]),
        ({"network": {"area": "MOON"}}, [("ITEM-03", "/network/area")]),
        (
            {"attributes": {"import_capacity_kw": "much"}},
            [("SCH-TYPE", "/attributes/import_capacity_kw")],
        ),
        (
            {"attributes": {"import_capacity_kw": 3.12345}},
            [("SCH-STEP", "/attributes/import_capacity_kw")],
        ),
        (
            {"attributes": {"import_capacity_kw": -1}},
            [("SCH-RANGE", "/attributes/import_capacity_kw")],
        ),
        (
            {"attributes": {"connected_on": "2019-02-30"}},
            [("SCH-FORMAT", "/attributes/connected_on")],
        ),
        ({"attributes": {"flux": 1}}, [("SCH-UNKNOWN", "/attributes/flux")]),
        ({"refs": [{"party": "other", "ref": "X"}]}, [("ITEM-03", "/refs/0/party")]),
        ({"surprise": 1}, [("ITEM-02", "/surprise")]),
        ({"owner": {"organisation": "O-0000-0000-0000-0"}}, [("ITEM-03", "/owner/organisation")]),
    ],
)
def test_a_wrong_member_is_refused_at_its_place(
    registry: Registry, members: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    receipt = registry.send("acme", "asset.register", heat_pump(**members))
    assert receipt["status"] == "rejected"
    assert [(r["rule"], r["path"]) for r in receipt["items"][0]["reasons"]] == expected
    assert registry.query("SELECT count(*) FROM record WHERE kind = 'asset'") == [(0,)]


def test_all_reasons_come_at_once(registry: Registry) -> None:
    data = heat_pump(
        accounting_point={"scheme": "mpan", "id": "123"},
        network={"area": "LPN", "gsp_group": "_A"},
        surprise=1,
        attributes={"import_capacity_kw": "much", "flux": 2},
    )
    assert sorted(rules(registry.send("acme", "asset.register", data))) == [
        "ITEM-02",
        "SCH-TYPE",
        "SCH-UNKNOWN",
    ]
    del data["surprise"]
    assert sorted(rules(registry.send("acme", "asset.register", data))) == [
        "ASSET-01",
        "ITEM-03",
        "SCH-TYPE",
        "SCH-UNKNOWN",
    ]


def test_the_same_device_is_refused_and_named_to_those_who_see_it(registry: Registry) -> None:
    first = registry.send("acme", "asset.register", heat_pump("a8 - 1"))["items"][0]["id"]
    receipt = registry.send("other", "asset.register", heat_pump("A8-1"))
    assert rules(receipt) == ["ASSET-02"]
    assert first in receipt["items"][0]["reasons"][0]["text"]


def test_a_weak_match_of_another_source_is_registered_in_query(registry: Registry) -> None:
    first = registry.send("acme", "asset.register", heat_pump("A8-1"))["items"][0]["id"]
    receipt = registry.send("other", "asset.register", heat_pump("B9-2"))
    assert rules(receipt, "warning") == ["ASSET-04"]
    recorded = content(registry, receipt["items"][0]["id"])
    assert recorded["status"] == "query"
    assert recorded["evidence"] == [{"kind": "possible_double", "asset": first}]


def test_a_second_device_of_the_same_source_at_one_point_is_no_double(registry: Registry) -> None:
    registry.send("acme", "asset.register", heat_pump("A8-1"))
    receipt = registry.send("acme", "asset.register", heat_pump("A8-2"))
    assert receipt["items"][0]["reasons"] == []


def test_a_system_operator_registers_unclaimed_assets_of_its_own_area(registry: Registry) -> None:
    assert registry.send("network", "asset.register", heat_pump())["status"] == "accepted"
    assert rules(registry.send("east", "asset.register", heat_pump("X", 2))) == ["ASSET-06"]


def test_nobody_registers_for_an_fsp_that_did_not_delegate(registry: Registry) -> None:
    acme = registry.organisations["acme"]
    for sender in ("other", "platform", "network"):
        assert rules(registry.send(sender, "asset.register", heat_pump(fsp=acme))) == ["AUTH-03"]
    assert rules(registry.send("platform", "asset.register", heat_pump())) == ["AUTH-03"]
    assert rules(
        registry.send("platform", "asset.register", heat_pump(fsp=acme), on_behalf_of=acme)
    ) == ["AUTH-03"]


def test_an_installer_registers_for_an_fsp_or_unclaimed(registry: Registry) -> None:
    acme = registry.organisations["acme"]
    claimed = registry.send("installer", "asset.register", heat_pump(fsp=acme))["items"][0]["id"]
    assert content(registry, claimed)["fsp"] == acme
    unclaimed = registry.send("installer", "asset.register", heat_pump("X-1", 2))["items"][0]["id"]
    assert "fsp" not in content(registry, unclaimed)


def test_an_fsp_that_is_none_is_unknown(registry: Registry) -> None:
    network = registry.organisations["network"]
    assert rules(registry.send("installer", "asset.register", heat_pump(fsp=network))) == ["REC-03"]


def test_a_reference_is_given_once(registry: Registry) -> None:
    registry.send("acme", "asset.register", heat_pump("A", 1, refs=[{"ref": "HP"}]))
    assert rules(
        registry.send("acme", "asset.register", heat_pump("B", 2, refs=[{"ref": "HP"}]))
    ) == ["REC-05"]
    assert (
        registry.send("other", "asset.register", heat_pump("C", 3, refs=[{"ref": "HP"}]))["status"]
        == "accepted"
    )


def test_items_of_one_message_see_each_other(registry: Registry) -> None:
    items = [
        {"command": "asset.register", **heat_pump("A", 1, refs=[{"ref": "HP"}])},
        {"command": "asset.amend", "asset": {"ref": "HP"}, "patch": {"attributes": {"scop": 4.2}}},
        {"command": "asset.register", **heat_pump("A", 1)},
        {"command": "asset.deregister", "asset": {"ref": "HP"}},
        {"command": "asset.register", **heat_pump("A", 1)},
    ]
    receipt = registry.send("acme", "items", {"items": items})
    assert [item["status"] for item in receipt["items"]] == [
        "accepted",
        "accepted",
        "rejected",
        "accepted",
        "accepted",
    ]
    assert receipt["status"] == "partially_accepted"
    assert registry.query("SELECT count(*), sum(version) FROM record WHERE kind = 'asset'") == [
        (2, 4)
    ]


def test_the_same_message_again_gives_the_first_receipt_and_no_change(registry: Registry) -> None:
    first = registry.send("acme", "asset.register", heat_pump(), "m")
    assert registry.send("acme", "asset.register", heat_pump(), "m") == first
    assert registry.query("SELECT count(*) FROM change WHERE event = 'asset.registered'") == [(1,)]


def test_a_message_id_is_not_used_again_for_other_content(registry: Registry) -> None:
    first = registry.send("acme", "asset.register", heat_pump(), "m")
    assert rules(registry.send("acme", "asset.register", heat_pump("B", 2), "m")) == ["MSG-05"]
    assert registry.send("acme", "asset.register", heat_pump(), "m") == first


def test_an_asset_of_a_category_version_keeps_it(registry: Registry) -> None:
    id = registry.send("acme", "asset.register", heat_pump())["items"][0]["id"]
    assert content(registry, id)["category_version"] == "1.0"


def test_numbers_are_recorded_as_they_were_written(registry: Registry) -> None:
    id = registry.send(
        "acme",
        "asset.register",
        heat_pump(
            attributes={"import_capacity_kw": 8.115},
            accounting_point={"scheme": "mpan", "id": mpan(9)},
        ),
    )["items"][0]["id"]
    assert content(registry, id)["attributes"]["import_capacity_kw"] == 8.115
