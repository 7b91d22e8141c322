"""Energy source and conversion technology to category: RECORDS.md section 6, pair by pair."""

import csv
import json
from itertools import product

import pytest

from tests.unit.adapters.reading import CAPACITY_1, PROFILES, ecr, read_register, real_data, rules

SOURCES = {code.code for code in ecr().codes["energy_source"].values()}
TECHNOLOGIES = {code.code for code in ecr().codes["conversion_technology"].values()}


STORED = "Stored Energy (all stored energy irrespective of the original energy source)"
DIGESTED = "Biofuel biogas from anaerobic digestion (excluding landfill & sewage)"


def category(source: str, technology: str) -> str:
    """The category of a pair, or the rules by which it is refused."""
    (item,) = read_register(
        {"Energy Source 1": source, "Energy Conversion Technology 1": technology}
    )
    refusals = [reason.rule.key for reason in item.reasons if reason.is_error]
    return item.payload["category"] if not refusals else " ".join(refusals)


@pytest.mark.parametrize(
    ("source", "technology", "expected"),
    [
        (STORED, "Storage - Electrochemical  (Batteries)", "battery_storage"),
        ("Storage battery", "Battery", "battery_storage"),
        ("Energy Storage", "Battery", "battery_storage"),
        ("Solar", "Storage - Electrochemical (Batteries)", "battery_storage"),
        ("Battery storage", "", "battery_storage"),
        ("Storage", "Other", "other_storage"),
        ("Stored Energy", "Storage - Electrical", "other_storage"),
        ("Storage", "Storage - Electrical", "other_storage"),
        ("Storage", "Storage - Chemical", "other_storage"),
        ("Storage", "Storage - Other", "other_storage"),
        ("Storage", "Storage - Thermal", "thermal_storage"),
        ("Storage", "Storage - Mechanical - Pumped Hydro", "pumped_storage"),
        ("Water (flowing water or head of water)", "Storage - Mechanical - Pumped Hydro", "pumped_storage"),
        ("Storage", "Storage - Mechanical - Compressed Air (Adiabatic & Diabatic)", "mechanical_storage"),
        ("Storage", "Storage - Mechanical - Liquid Air", "mechanical_storage"),
        ("Storage", "Storage - Mechanical - Flywheel", "mechanical_storage"),
        ("Wind", "Onshore wind turbines", "wind_onshore"),
        ("Wind", "Offshore wind turbines", "wind_offshore"),
        ("wind onshore", "Onshore wind turbines", "wind_onshore"),
        ("Wind onshore", "Other", "wind_onshore"),
        ("Wind offshore", "Offshore wind turbines", "wind_offshore"),
        ("Wind onshore", "Offshore wind turbines", "ECR-02"),
        ("Wind", "Other", "other_generation"),
        ("solar", "Photovoltaic", "solar_pv"),
        ("Photovoltaic", "Photovoltaic", "solar_pv"),
        ("Solar", "Data not available", "solar_pv"),
        ("Data not available", "Photovoltaic", "solar_pv"),
        ("Water (flowing water or head of water)", "Hydro - Run of river", "hydro"),
        ("Water (flowing water or head of water)", "Hydro - Reservoir (not pumped)", "hydro"),
        ("Water (flowing water or head of water)", "Tidal stream devices", "marine"),
        ("Water (flowing water or head of water)", "Wave devices", "marine"),
        ("Biofuel - Landfill gas", "Engine (combustion / reciprocating)", "biogas_biomass"),
        ("Landfill Gas, Sewage", "Engine (combustion / reciprocating)", "biogas_biomass"),
        (DIGESTED, "Steam-gas turbine (CCGT)", "biogas_biomass"),
        ("Biofuel sewage gas", "Gas turbine (OCGT)", "biogas_biomass"),
        ("biomass", "Other", "biogas_biomass"),
        ("Waste", "Steam turbine (thermal power plant)", "biogas_biomass"),
        ("Hydrogen", "Engine (combustion / reciprocating)", "fuel_cell"),
        ("Fossil - Gas", "Fuel Cell", "fuel_cell"),
        ("Fossil oil", "Engine (combustion / reciprocating)", "diesel_backup_generator"),
        ("Fossil - Oil", "Gas turbine (OCGT)", "gas_turbine"),
        ("Fosil gas", "Engine (combustion / reciprocating)", "gas_engine_chp"),
        ("Gas", "Engine (combustion / reciprocating)", "gas_engine_chp"),
        ("Fossil Gas", "Steam turbine (thermal power plant)", "gas_turbine"),
        ("Fossil gas", "Steam-gas turbine (CCGT)", "gas_turbine"),
        ("Fossil - Coal gas", "Gas turbine (OCGT)", "gas_turbine"),
        ("Fossil - Hard coal", "Steam turbine (thermal power plant)", "other_generation"),
        ("Geothermal", "Geothermal power plant", "other_generation"),
        ("Nuclear", "Steam turbine (thermal power plant)", "other_generation"),
        ("Other", "Other", "other_generation"),
        ("Solar", "Engine (combustion / reciprocating)", "ECR-02"),
        ("Battery storage", "Engine (combustion / reciprocating)", "ECR-02"),
        ("Storage", "Engine (combustion / reciprocating)", "ECR-02"),
        ("Fossil gas", "Photovoltaic", "ECR-02"),
        ("Biomass", "Onshore wind turbines", "ECR-02"),
        ("Other", "Interconnector", "ECR-02"),
        ("Data not available", "Data not available", "ITEM-01"),
    ],
)  # fmt: skip
def test_category_of_a_pair(source: str, technology: str, expected: str) -> None:
    assert category(source, technology) == expected


def test_every_pair_has_one_answer_and_storage_technology_comes_first() -> None:
    rows = [
        {
            "Energy Source 1": source,
            "Energy Conversion Technology 1": technology,
            "Customer Site": f"{source} {technology}",
        }
        for source, technology in product(sorted(SOURCES), sorted(TECHNOLOGIES))
    ]
    for row, item in zip(rows, read_register(*rows), strict=True):
        refused = rules(item) == ["ECR-02 error"]
        assert refused or ("category" in item.payload and not item.reasons), row
        if row["Energy Conversion Technology 1"].startswith("storage"):
            assert item.payload["category"].endswith("storage")


def test_every_term_of_the_agreed_template_is_in_the_code_tables() -> None:
    with real_data("gb_reference/technology_enumerations.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        terms = [
            (row["list"], row["value"])
            for row in csv.DictReader(file)
            if row["list"].startswith("ECR")
        ]
    assert len(terms) == 51
    for kind, value in terms:
        column = "Energy Source 1" if "Source" in kind else "Energy Conversion Technology 1"
        (item,) = read_register({column: value, CAPACITY_1: "1"})
        assert "TAB-04 error" not in rules(item), value


def test_every_value_observed_in_registers_is_understood() -> None:
    columns = {
        "Energy Source 1": "Energy Source 1",
        "Energy Conversion Technology 1": "Energy Conversion Technology 1",
        "Connection Status": "Connection Status",
        "Licence Area": "Licence Area",
        "Flexible Connection (Yes/No)": "Flexible Connection (Yes/No)",
        "Point of Connection (POC)_Voltage (kV)": "Point of Connection (POC) Voltage (kV)",
    }
    with real_data("gb_reference/observed_vocabularies.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        seen = [
            row
            for row in csv.DictReader(file)
            if "ECR" in row["register"] and row["field"] in columns
        ]
    assert len(seen) > 90
    for row in seen:
        (item,) = read_register({columns[row["field"]]: row["value"]})
        assert not {"TAB-03", "TAB-04"} & {reason.rule.key for reason in item.reasons}, row


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("energy_source", "energy_source"),
        ("conversion_technology", "conversion_technology"),
        ("country", "country"),
        ("connection_status", "connection_status"),
    ],
)
def test_published_codes_are_those_of_the_category_schemas(table: str, name: str) -> None:
    common = json.loads((PROFILES.parent / "common" / "1.0.json").read_bytes())
    published = {code.value for code in ecr().codes[table].values()} - {None}
    assert published == set(common["$defs"][name]["enum"])
