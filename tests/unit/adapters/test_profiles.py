"""Mapping profiles: a new layout is one document; what is wrong with a document is said."""

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from adapters import adapter_for, adapters
from adapters.csv_tables import CsvTables
from adapters.tables.profile import ProfileError, profile_from_document
from adapters.tables.steps import STEPS
from adapters.tables.values import KINDS
from contracts.commands import COMMANDS
from tests.unit.adapters.reading import PROFILES, decode, ecr

SCHEMA = json.loads((PROFILES / "profile.schema.json").read_bytes())
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)

#: A list of heat pumps as a social landlord might keep it: one row one asset, nothing like the register.
HEAT_PUMPS: dict[str, Any] = {
    "$schema": "../profile.schema.json",
    "name": "landlord-heat-pumps",
    "version": "1.0",
    "title": "A landlord's list of heat pumps",
    "command": "asset.register",
    "null_markers": ["?"],
    "dates": {"ambiguous": "day_first"},
    "unknown_headings": "error",
    "constants": {
        "/category": "heat_pump",
        "/category_version": "1.0",
        "/consent_reference": "TENANCY",
        "/source/system": "landlord",
        "/source/revision": "{statement_date}",
        "/attributes/connection_status": "connected",
    },
    "columns": [
        {"name": "meter", "kind": "digits", "headings": ["Meter point"], "mandatory": True},
        {"name": "dwelling", "kind": "text", "headings": ["Dwelling no."], "mandatory": True},
        {"name": "make", "kind": "text", "to": "/attributes/make", "headings": ["Brand"]},
        {"name": "serial", "kind": "text", "to": "/attributes/serial_number", "headings": ["Serial"]},
        {
            "name": "power", "kind": "decimal", "units": {"W": "0.001", "kW": "1"},
            "to": "/attributes/import_capacity_kw", "headings": ["Electrical input ({unit})"],
            "mandatory": True,
        },
        {
            "name": "source", "kind": "code", "codes": "source", "to": "/attributes/heat_source",
            "unreadable": "warning", "headings": ["Type"],
        },
        {"name": "installed", "kind": "date", "to": "/attributes/connected_on", "headings": ["Installed"]},
    ],
    "codes": {
        "source": [
            {"code": "air", "spellings": ["ASHP", "Air source"]},
            {"code": "ground", "spellings": ["GSHP"]},
        ]
    },
    "steps": [
        {"do": "accounting_point", "scheme": "mpan", "columns": ["meter"]},
        {
            "do": "require", "columns": ["meter"], "rule": "ITEM_01",
            "text": "the dwelling's meter point is not stated",
        },
        {"do": "identity", "separator": "/", "parts": [{"values": ["dwelling"], "normalised": True}]},
        {"do": "unique", "rule": "ECR_04"},
    ],
    "dropped": [{"headings": ["Tenant"], "reason": "personal"}],
}  # fmt: skip

HEAT_PUMP_FILE = """Dwelling no.;Tenant;Meter point;Brand;Serial;Type;Electrical input (W);Installed
12a;A. Person;1099999999990;ACME;SN-1;ASHP;3500;28/02/2023
12 B;B. Person;1099999999981;ACME;SN-2;GSHP;2,800;2023-03-01
14;C. Person;?;ACME;SN-3;unknown kind;2800;?
"""


def test_a_new_layout_is_one_document_and_no_code() -> None:
    VALIDATOR.validate(HEAT_PUMPS)
    profile = profile_from_document(HEAT_PUMPS)
    decoded = decode(HEAT_PUMP_FILE, "text/csv; profile=landlord-heat-pumps", profiles=[profile])
    assert not decoded.reasons
    first, second, third = decoded.items
    assert first.place == "row 2"
    assert first.payload == {
        "category": "heat_pump",
        "category_version": "1.0",
        "consent_reference": "TENANCY",
        "accounting_point": {"scheme": "mpan", "id": "1099999999990"},
        "source": {"system": "landlord", "revision": "2022-04-30", "identity": "12A"},
        "attributes": {
            "connection_status": "connected",
            "connected_on": "2023-02-28",
            "make": "ACME",
            "serial_number": "SN-1",
            "heat_source": "air",
            "import_capacity_kw": Decimal("3.5"),
        },
    }
    assert second.payload["attributes"]["import_capacity_kw"] == Decimal("2.8")
    assert [(reason.rule.key, reason.place) for reason in third.reasons] == [
        ("TAB-04", 'row 4, column "Type"'),
        ("ITEM-01", 'row 4, column "Meter point"'),
    ]
    assert "Person" not in str(decoded.items)


def test_the_place_of_a_member_is_its_column() -> None:
    profile = profile_from_document(HEAT_PUMPS)
    adapter = adapter_for(adapters([profile]), "text/csv")
    assert adapter is not None
    (item, *_) = decode(
        HEAT_PUMP_FILE, "text/csv; profile=landlord-heat-pumps", profiles=[profile]
    ).items
    assert (
        adapter.place_of(item, "/attributes/import_capacity_kw")
        == 'row 2, column "Electrical input (W)"'
    )
    assert adapter.place_of(item, "/accounting_point/id") == 'row 2, column "Meter point"'
    assert adapter.place_of(item, "/attributes/unheard_of") == "row 2"
    assert adapter.place_of(item, "") == "row 2"


def test_unknown_headings_refuse_the_file_where_the_profile_says_so() -> None:
    text = HEAT_PUMP_FILE.replace("Serial;", "Colour;")
    decoded = decode(
        text, "text/csv; profile=landlord-heat-pumps", profiles=[profile_from_document(HEAT_PUMPS)]
    )
    assert [reason.rule.key for reason in decoded.reasons] == ["TAB-02"]
    assert not decoded.items


def test_the_newest_version_is_meant_unless_one_is_named() -> None:
    old, new = copy.deepcopy(HEAT_PUMPS), copy.deepcopy(HEAT_PUMPS)
    old["version"], new["version"] = "1.9", "1.10"
    profiles = [profile_from_document(new), profile_from_document(old)]
    media_type = "text/csv; profile=landlord-heat-pumps"
    assert (
        decode(HEAT_PUMP_FILE, media_type, profiles=profiles).versions["profile_version"] == "1.10"
    )
    named = decode(HEAT_PUMP_FILE, f"{media_type}; version=1.9", profiles=profiles)
    assert named.versions["profile_version"] == "1.9"


def files() -> list[Path]:
    return sorted(PROFILES.glob("*/*.json"))


@pytest.mark.parametrize("path", files(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_profile_conforms_and_stands_under_its_name(path: Path) -> None:
    document = json.loads(path.read_bytes())
    VALIDATOR.validate(document)
    profile = profile_from_document(document)
    CsvTables([profile])
    assert (profile.name, profile.version) == (path.parent.name, path.stem)
    assert profile.command in COMMANDS


def test_kinds_and_steps_of_the_schema_are_those_of_the_code() -> None:
    definitions = SCHEMA["$defs"]
    assert set(definitions["column"]["properties"]["kind"]["enum"]) == set(KINDS)
    assert {step["properties"]["do"]["const"] for step in definitions["step"]["oneOf"]} == set(
        STEPS
    )


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    document = copy.deepcopy(HEAT_PUMPS)
    change(document)
    return document


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.pop("columns"),
        lambda d: d.update(colour="red"),
        lambda d: d.update(name="Not A Name"),
        lambda d: d["columns"][0].update(kind="colour"),
        lambda d: d["columns"][0].update(units={"W": "1"}),
        lambda d: d["columns"][4].update(units={"W": 0.001}),
        lambda d: d["columns"][1].update(to="/a/b/c"),
        lambda d: d["columns"][5].pop("codes"),
        lambda d: d["steps"][0].update(scheme="phone"),
        lambda d: d["steps"][0].update(colour="red"),
        lambda d: d["steps"][0].update(do="dance"),
        lambda d: d["dropped"][0].pop("reason"),
    ],
)
def test_a_document_that_does_not_conform_is_refused_by_the_schema(
    change: Callable[[dict[str, Any]], object],
) -> None:
    assert not VALIDATOR.is_valid(changed(change))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda d: d["columns"].append(d["columns"][0]), "2 columns have the name meter"),
        (
            lambda d: d["columns"][5].update(codes="colours"),
            "column source: there is no code table colours",
        ),
        (
            lambda d: d["columns"][0].update(headings=["Meter {n}"]),
            "column meter: headings of slots carry {n}, others do not",
        ),
        (
            lambda d: d["columns"][4].pop("units"),
            "column power: a heading has {unit}, and there are no units",
        ),
        (
            lambda d: d["steps"][0].update(columns=["x"]),
            "step 1, accounting_point: there is no value x at this point",
        ),
        (
            lambda d: d["steps"][1].update(when={"x": [1]}),
            "step 2, require: there is no value x at this point",
        ),
        (
            lambda d: d["steps"][1].update(rule="ITEM_99"),
            "step 2, require: there is no rule ITEM_99",
        ),
        (
            lambda d: d["columns"][1].update(headings=["Brand"]),
            "make and dwelling share a heading: brand",
        ),
    ],
)
def test_names_that_lead_nowhere_are_found(
    change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    with pytest.raises(ProfileError) as caught:
        CsvTables([profile_from_document(changed(change))])
    assert problem in caught.value.problems


def test_a_reference_to_a_value_of_a_later_step_is_found() -> None:
    document = copy.deepcopy(dict(ecr().document))
    steps = document["steps"] = list(document["steps"])
    steps.insert(0, steps.pop(next(i for i, step in enumerate(steps) if step["do"] == "unique")))
    steps.insert(
        0, steps.pop(next(i for i, step in enumerate(steps) if "category" in step.get("when", {})))
    )
    with pytest.raises(ProfileError, match="there is no value category at this point"):
        profile_from_document(document)
