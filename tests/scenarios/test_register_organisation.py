"""UC-01.02 to UC-01.04: organisations are registered, updated, deregistered."""

from typing import Any

import pytest

from tests.support.registry import Registry, heat_pump, rules

STATEMENT = {"legal_name": "Example Ltd", "roles": ["fsp"]}


def test_the_facilitator_registers_an_organisation(registry: Registry) -> None:
    receipt = registry.send(
        "hub", "organisation.register", {**STATEMENT, "company_number": "SC123456"}
    )
    assert receipt["status"] == "accepted"
    assert receipt["items"][0]["event"] == "organisation.registered"
    assert receipt["items"][0]["id"].startswith("O-")


def test_nobody_else_registers_organisations(registry: Registry) -> None:
    assert rules(registry.send("acme", "organisation.register", STATEMENT)) == ["AUTH-02"]


@pytest.mark.parametrize(
    ("members", "rule", "path"),
    [
        ({"company_number": "1234567"}, "ORG-01", "/company_number"),
        ({"company_number": "01234567"}, "ORG-02", "/company_number"),
        ({"roles": ["fsp", "king"]}, "ORG-03", "/roles/1"),
        (
            {"participant_ids": [{"scheme": "eic", "id": "22W20181015PU--J"}]},
            "ORG-04",
            "/participant_ids/0/id",
        ),
        (
            {"participant_ids": [{"scheme": "mpid", "id": "acme"}]},
            "ORG-04",
            "/participant_ids/0/id",
        ),
        ({"areas": {"network_areas": ["XYZ"]}}, "ITEM-03", "/areas/network_areas/0"),
        ({"legal_name": " Example"}, "ITEM-04", "/legal_name"),
        ({"legal_name": "Exa|mple"}, "ITEM-04", "/legal_name"),
        ({"nickname": "Ex"}, "ITEM-02", "/nickname"),
        ({"roles": []}, "ITEM-03", "/roles"),
        ({"contact_email": "nobody"}, "ITEM-04", "/contact_email"),
    ],
)
def test_a_wrong_member_is_refused_at_its_place(
    registry: Registry, members: dict[str, Any], rule: str, path: str
) -> None:
    receipt = registry.send("hub", "organisation.register", {**STATEMENT, **members})
    assert [(r["rule"], r["path"], r["place"]) for r in receipt["items"][0]["reasons"]] == [
        (rule, path, f"/data{path}")
    ]


def test_all_reasons_come_at_once(registry: Registry) -> None:
    data = {
        "legal_name": "Example",
        "roles": ["king"],
        "company_number": "x1",
        "areas": {"gsp_groups": ["_Z"]},
    }
    assert sorted(rules(registry.send("hub", "organisation.register", data))) == [
        "ITEM-03",
        "ORG-01",
        "ORG-03",
    ]


def test_a_missing_name_is_named(registry: Registry) -> None:
    receipt = registry.send("hub", "organisation.register", {"roles": ["fsp"]})
    assert [(r["rule"], r["path"]) for r in receipt["items"][0]["reasons"]] == [
        ("ITEM-01", "/legal_name")
    ]


def test_its_own_admin_updates_an_organisation_and_no_other(registry: Registry) -> None:
    update = {
        "organisation": registry.organisations["acme"],
        "legal_name": "Example acme 2",
        "roles": ["fsp"],
    }
    assert rules(registry.send("other", "organisation.update", update)) == ["AUTH-04"]
    assert (
        registry.send("acme", "organisation.update", update)["items"][0]["event"]
        == "organisation.updated"
    )
    assert registry.send("acme", "organisation.update", update)["items"][0]["status"] == "unchanged"


def test_an_update_of_another_version_than_the_current_is_refused(registry: Registry) -> None:
    update = {
        "organisation": registry.organisations["acme"],
        "legal_name": "A",
        "roles": ["fsp"],
        "expected_version": 7,
    }
    assert rules(registry.send("acme", "organisation.update", update)) == ["REC-01"]


def test_only_the_facilitator_grants_roles(registry: Registry) -> None:
    update = {
        "organisation": registry.organisations["acme"],
        "legal_name": "A",
        "roles": ["fsp", "system_operator"],
    }
    assert rules(registry.send("acme", "organisation.update", update)) == ["AUTH-02"]
    assert registry.send("hub", "organisation.update", update)["status"] == "accepted"


def test_a_role_in_use_is_not_dropped(registry: Registry) -> None:
    registry.send("acme", "asset.register", heat_pump())
    update = {
        "organisation": registry.organisations["acme"],
        "legal_name": "A",
        "roles": ["platform"],
    }
    assert rules(registry.send("hub", "organisation.update", update)) == ["ORG-05"]


def test_an_organisation_with_live_assets_stays_and_the_reason_names_them(
    registry: Registry,
) -> None:
    asset = registry.send("acme", "asset.register", heat_pump())["items"][0]["id"]
    leave = {"organisation": registry.organisations["acme"]}
    receipt = registry.send("hub", "organisation.deregister", leave)
    assert rules(receipt) == ["ORG-06"]
    assert asset in receipt["items"][0]["reasons"][0]["text"]
    registry.send("acme", "asset.deregister", {"asset": asset})
    assert registry.send("hub", "organisation.deregister", leave)["status"] == "accepted"
    assert rules(registry.send("acme", "asset.register", heat_pump("X-2", 2))) == ["AUTH-01"]
    assert rules(registry.send("hub", "organisation.deregister", leave)) == ["REC-04"]


def test_a_company_number_is_free_again_after_deregistration(registry: Registry) -> None:
    registry.send(
        "hub", "organisation.deregister", {"organisation": registry.organisations["acme"]}
    )
    again = registry.send(
        "hub", "organisation.register", {**STATEMENT, "company_number": "01234567"}
    )
    assert again["status"] == "accepted"


def test_an_unknown_organisation_is_refused(registry: Registry) -> None:
    update = {"organisation": "O-0000-0000-0001-A", "legal_name": "A", "roles": ["fsp"]}
    assert rules(registry.send("hub", "organisation.update", update)) in (["REC-03"], ["ITEM-03"])


def test_a_senders_reference_names_its_organisation(registry: Registry) -> None:
    registry.send("hub", "organisation.register", {**STATEMENT, "refs": [{"ref": "org-1"}]})
    update = {"organisation": {"ref": "org-1"}, "legal_name": "Example Two", "roles": ["fsp"]}
    assert registry.send("hub", "organisation.update", update)["status"] == "accepted"
    taken = registry.send("hub", "organisation.register", {**STATEMENT, "refs": [{"ref": "org-1"}]})
    assert rules(taken) == ["REC-05"]
