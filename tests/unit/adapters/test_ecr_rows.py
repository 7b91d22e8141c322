"""Rows of the capacity register, by rule: RECORDS.md section 6."""

from decimal import Decimal

import pytest

from adapters import adapter_for, adapters
from contracts.commands import parse_command
from contracts.messages import Item
from tests.unit.adapters.reading import (
    CAPACITY_1,
    CAPACITY_2,
    EASTINGS,
    PLANNED,
    VOLTAGE,
    attributes,
    ecr,
    read_register,
    rules,
)

BATTERY_2 = {
    "Energy Source 2": "Storage battery",
    "Energy Conversion Technology 2": "Battery",
    "Storage Capacity 2 (MWh)": "4",
    CAPACITY_2: "2",
}


def place_of(item: Item, path: str) -> str:
    adapter = adapter_for(adapters([ecr()]), "text/csv")
    assert adapter is not None
    return adapter.place_of(item, path)


def test_a_connected_plant_becomes_an_asset() -> None:
    (item,) = read_register({})
    assert item.reasons == ()
    assert (item.number, item.place, item.command) == (1, "row 2, slot 1", "asset.register")
    assert item.payload == {
        "category": "solar_pv",
        "category_version": "1.0",
        "on_existing": "update",
        "accounting_point": {"scheme": "mpan", "id": "1099999999990"},
        "network": {
            "area": "EPN",
            "gsp_group": "_A",
            "grid_supply_point": "NORWICH MAIN",
            "bulk_supply_point": "THORPE GRID",
            "primary_substation": "SCOTTOW PRIMARY",
        },
        "source": {
            "system": "ecr:ukpn",
            "revision": "2022-04-30",
            "identity": "1099999999990/MILL FARM/solar_pv",
        },
        "attributes": {
            "connection_status": "connected",
            "connected_on": "2016-10-01",
            "connection_voltage_kv": Decimal(33),
            "export_capacity_kw": Decimal(5000),
            "site_export_limit_kw": Decimal(4500),
            "site_import_limit_kw": Decimal(100),
            "flexible_connection": False,
            "site_name": "Mill Farm",
            "address_line_1": "Mill Lane",
            "town": "Exampleton",
            "county": "Norfolk",
            "postcode": "NR10 5DP",
            "country": "england",
            "latitude": Decimal("52.76872"),
            "longitude": Decimal("1.35758"),
            "energy_source": "solar",
            "conversion_technology": "photovoltaic",
            "chp": False,
        },
    }


def test_what_it_becomes_has_the_form_that_the_command_asks_for() -> None:
    for item in read_register({}, PLANNED):
        assert not isinstance(parse_command(item.command, item.payload), tuple)


def test_each_filled_slot_is_an_item_and_the_site_limit_stands_once() -> None:
    solar, battery = read_register(BATTERY_2)
    assert [solar.place, battery.place] == ["row 2, slot 1", "row 2, slot 2"]
    assert battery.payload["category"] == "battery_storage"
    assert attributes(battery)["export_capacity_kw"] == 2000
    assert attributes(battery)["energy_capacity_kwh"] == 4000
    assert attributes(solar)["site_export_limit_kw"] == 4500
    assert "site_export_limit_kw" not in attributes(battery)


@pytest.mark.parametrize(("site_import", "import_kw"), [("", 2000), ("0.5", 500), ("9", 2000)])
def test_storage_takes_what_it_gives_unless_the_site_may_take_less(
    site_import: str, import_kw: int
) -> None:
    _, battery = read_register({**BATTERY_2, "Maximum Import Capacity (MW)": site_import})
    assert attributes(battery)["import_capacity_kw"] == import_kw


def test_a_planned_plant_has_no_accounting_point_and_the_change_as_its_limit() -> None:
    (item,) = read_register(PLANNED)
    assert not item.reasons
    assert "accounting_point" not in item.payload
    assert item.payload["source"]["identity"] == "planned/MILL FARM/solar_pv"
    assert attributes(item)["connection_status"] == "accepted"
    assert attributes(item)["accepted_on"] == "2021-06-30"
    assert attributes(item)["site_export_limit_kw"] == 4500


@pytest.mark.parametrize(
    "mpan", ["", "0", "Data not available", "N/A", "--REDACTED--", "to be confirmed"]
)
def test_ecr_01_a_connected_plant_needs_an_mpan(mpan: str) -> None:
    (item,) = read_register({"Export MPAN / MSID": mpan})
    assert rules(item) == ["ECR-01 error"]
    assert item.reasons[0].place == 'row 2, slot 1, column "Export MPAN / MSID"'


@pytest.mark.parametrize(
    "mpan", ["1099999999991", "10999999999900", "109999999999", "1.01457E+12", "see note"]
)
def test_asset_01_an_mpan_that_is_there_and_wrong_is_not_missing_as_well(mpan: str) -> None:
    (item,) = read_register({"Export MPAN / MSID": mpan})
    assert rules(item) == ["ASSET-01 error"]


def test_an_import_mpan_serves_where_there_is_no_export_mpan() -> None:
    (item,) = read_register({"Export MPAN / MSID": "", "Import MPAN / MSID": "1099999999981"})
    assert not item.reasons
    assert item.payload["accounting_point"]["id"] == "1099999999981"
    assert place_of(item, "/accounting_point/id") == 'row 2, slot 1, column "Import MPAN / MSID"'


@pytest.mark.parametrize("capacity", ["", "0", "0.0", "NULL"])
def test_ecr_03_a_slot_needs_a_capacity_of_its_own(capacity: str) -> None:
    solar, battery = read_register({**BATTERY_2, CAPACITY_2: capacity})
    assert not solar.reasons
    assert rules(battery) == ["ECR-03 error"]
    assert battery.reasons[0].place == f'row 2, slot 2, column "{CAPACITY_2}"'


def test_ecr_04_a_plant_that_a_file_names_twice_is_refused_both_times() -> None:
    first, other, second = read_register(
        {}, {"Customer Site": "Other Farm"}, {"Customer Site": "MILL  farm", CAPACITY_1: "6"}
    )
    assert (rules(first), rules(other), rules(second)) == (["ECR-04 error"], [], ["ECR-04 error"])
    assert "row 4, slot 1" in first.reasons[0].text
    assert "row 2, slot 1" in second.reasons[0].text


def test_plants_that_share_an_mpan_and_differ_in_site_or_category_are_two() -> None:
    assert [rules(item) for item in read_register(BATTERY_2, {"Customer Site": "Other"})] == [
        [],
        [],
        [],
    ]


@pytest.mark.parametrize("column", ["Postcode", VOLTAGE])
def test_ecr_05_a_planned_plant_may_lack_postcode_or_point_of_connection(column: str) -> None:
    (item,) = read_register({**PLANNED, column: "to be confirmed"})
    assert rules(item) == ["ECR-05 warning"]
    assert item.reasons[0].place == f'row 2, slot 1, column "{column}"'
    assert rules(read_register({column: ""})[0]) == []


class TestLocation:
    def test_ecr_06_stated_coordinates_are_held_against_the_grid_reference(self) -> None:
        (near,) = read_register({"Longitude": "1.3576", "Latitude": "52.7687"})
        (far,) = read_register({"Longitude": "1.36", "Latitude": "52.7687"})
        assert rules(near) == []
        assert rules(far) == ["ECR-06 warning"]
        assert attributes(near) == attributes(far)

    def test_stated_coordinates_serve_where_there_is_no_grid_reference(self) -> None:
        (item,) = read_register({EASTINGS: "0", "Longitude": "1.357584", "Latitude": "52.768721"})
        assert attributes(item)["latitude"] == Decimal("52.76872")
        assert place_of(item, "/attributes/latitude") == 'row 2, slot 1, column "Latitude"'

    @pytest.mark.parametrize("easting", ["9626600", "0", "west"])
    def test_a_grid_reference_off_the_map_is_left_out_with_a_warning(self, easting: str) -> None:
        (item,) = read_register({EASTINGS: easting})
        assert "latitude" not in attributes(item)
        assert "TAB-03 warning" in rules(item)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"Postcode": "C012 5NB"}, ["TAB-03 warning"]),
        ({"Country": "Atlantis"}, ["TAB-04 warning"]),
        ({"Flexible Connection (Yes/No)": "maybe"}, ["TAB-03 warning"]),
        ({"Date Connected": "31/02/2016"}, ["TAB-03 error"]),
        ({"Maximum Export Capacity (MW)": "lots"}, ["TAB-03 error"]),
        ({CAPACITY_1: "five"}, ["TAB-03 error"]),
        ({"Licence Area": "Atlantis"}, ["TAB-04 error"]),
        ({"Licence Area": ""}, ["ITEM-01 error"]),
        ({"Connection Status": "Sunk"}, ["TAB-04 error"]),
        ({"Connection Status": ""}, ["ITEM-01 error"]),
        ({"Storage Capacity 1 (MWh)": "4"}, ["ECR-02 warning"]),
        ({"Energy Source 1": "Phlogiston"}, ["TAB-04 error"]),
    ],
)
def test_a_cell_that_cannot_be_used_is_answered_once(
    change: dict[str, str], expected: list[str]
) -> None:
    (item,) = read_register(change)
    assert rules(item) == expected


def test_all_that_is_wrong_with_a_row_is_said_at_once() -> None:
    wrong = {
        "Export MPAN / MSID": "",
        CAPACITY_1: "",
        "Energy Conversion Technology 1": "Engine (combustion / reciprocating)",
        "Date Connected": "x",
    }
    assert rules(read_register(wrong)[0]) == [
        "ECR-01 error",
        "ECR-02 error",
        "ECR-03 error",
        "TAB-03 error",
    ]


def test_a_row_without_any_filled_slot_is_answered_as_its_first() -> None:
    (item,) = read_register(
        {"Energy Source 1": "-", "Energy Conversion Technology 1": "", CAPACITY_1: ""}
    )
    assert item.place == "row 2, slot 1"
    assert rules(item) == ["ECR-03 error", "ITEM-01 error"]


@pytest.mark.parametrize(
    ("area", "expected", "group", "system"),
    [
        ("Eastern Power Networks plc", "EPN", "_A", "ecr:ukpn"),
        ("East Midlands", "EMID", "_B", "ecr:nged"),
        ("SP Manweb", "SPM", "_D", "ecr:spen"),
        ("Scottish Hydro Electric Power Distribution", "SHEPD", "_P", "ecr:ssen"),
        ("Northern Powergrid (Yorkshire)", "NPGY", "_M", "ecr:npg"),
        ("Electricity North West", "ENWL", "_G", "ecr:enwl"),
    ],
)
def test_the_licence_area_says_whose_register_it_is(
    area: str, expected: str, group: str, system: str
) -> None:
    (item,) = read_register({"Licence Area": area})
    assert (item.payload["network"]["area"], item.payload["network"]["gsp_group"]) == (
        expected,
        group,
    )
    assert item.payload["source"]["system"] == system
