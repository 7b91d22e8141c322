"""Templates as people fill them in: headings, commands, numbered columns, and a reason for each flaw."""

import json
from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest

from adapters.tables.known import KnownProfiles
from adapters.tables.template_files import (
    category_table,
    csv_template,
    market_unit_table,
    xlsx_template,
)
from adapters.tables.templates.documents import (
    category_template,
    items_template,
    market_unit_template,
)
from contracts.categories import Catalogue, Category
from contracts.documents import Entry
from contracts.messages import Decoded
from router.offline import validate
from tests.unit.adapters.reading import PROFILES
from tests.unit.adapters.tables.speaking import (
    CATEGORIES,
    LANGUAGE,
    MEDIA_TYPES,
    NOW,
    XLSX,
    adapter,
    category,
    envelope,
    read,
    read_rows,
    written,
)

SCHEMA = jsonschema_rs.validator_for(json.loads((PROFILES / "profile.schema.json").read_bytes()))


@pytest.mark.parametrize("name", sorted(CATEGORIES))
def test_a_template_is_a_mapping_profile(name: str) -> None:
    SCHEMA.validate(category_template(category(name)))
    SCHEMA.validate(category_template(category(name), stated_version=True))


def test_the_other_templates_are_mapping_profiles() -> None:
    SCHEMA.validate(market_unit_template())
    SCHEMA.validate(items_template(CATEGORIES.values()))


@pytest.mark.parametrize("name", sorted(CATEGORIES))
def test_the_file_of_a_template_registers_its_example(name: str) -> None:
    table = category_table(category(name))
    for media_type, body in (("text/csv", csv_template(table)), (XLSX, xlsx_template(table))):
        result = validate(envelope(media_type, body), LANGUAGE)
        assert [outcome.status for outcome in result.outcomes] == ["accepted"], result.outcomes
        assert result.reading.items[0].item.payload["category_version"] == "1.0"


def test_the_file_of_market_units_creates_its_example() -> None:
    decoded = read("text/csv", csv_template(market_unit_table()))
    assert [(item.command, item.place) for item in decoded.items] == [
        ("market_unit.create", "rows 3 to 4")
    ]


@pytest.mark.parametrize(
    ("heading", "cell", "name", "value"),
    [
        ("export capacity (kW)", "5", "export_capacity_kw", 5),
        ("EXPORT_CAPACITY_KW", "5", "export_capacity_kw", 5),
        ("Export capacity (MW)", "0.0005", "export_capacity_kw", 0.5),
        ("Export capacity (MW)", "1.234567", "export_capacity_kw", 1234.567),
        ("Export capacity (kW)", "5 MW", "export_capacity_kw", 5000),
        ("Export capacity (kW)", "1,234.5", "export_capacity_kw", 1234.5),
        ("Export capacity (kW)", "7,4", "export_capacity_kw", 7.4),
        ("Export capacity (kW)", "1.234,5", "export_capacity_kw", 1234.5),
        ("Export capacity (kW)", "1 234,5", "export_capacity_kw", 1234.5),
        ("Energy capacity (MWh)", "10", "energy_capacity_kwh", 10_000),
        ("Chemistry", "Lithium iron phosphate", "chemistry", "lithium_iron_phosphate"),
        ("Chemistry", "sodium-ion", "chemistry", "sodium_ion"),
        ("Grid forming", "Y", "grid_forming", True),
        ("Date connected", "1 May 2019", "connected_on", "2019-05-01"),
        ("Date connected", "13/05/2019", "connected_on", "2019-05-13"),
        ("Site name", "  Mill Farm ", "site_name", "Mill Farm"),
        ("Site name", "'=Mill", "site_name", "=Mill"),
        ("Phases", "3", "phases", 3),
    ],
)  # fmt: skip
def test_spellings_units_and_numbers_are_read(
    heading: str, cell: str, name: str, value: Any
) -> None:
    (item,) = read_rows("battery_storage", ("Command", heading), ("", cell)).items
    assert not item.reasons
    assert item.payload["attributes"] == {name: value}


@pytest.mark.parametrize(
    ("heading", "cell", "rule"),
    [
        ("Export capacity (kW)", "five", "SCH-TYPE"),
        ("Export capacity (kW)", "1.2345", "SCH-STEP"),
        ("Export capacity (MW)", "0.0000005", "SCH-STEP"),
        ("Export capacity (kW)", "-1", "SCH-RANGE"),
        ("Export capacity (kW)", "9E30", "ITEM-04"),
        ("Export capacity (kW)", "5 GW", "TAB-03"),
        ("Connection status", "conected", "SCH-ENUM"),
        ("Date connected", "2019-02-29", "SCH-FORMAT"),
        ("Date connected", "soon", "SCH-FORMAT"),
        ("Grid forming", "perhaps", "SCH-TYPE"),
        ("Postcode", "sw1a1aa", "SCH-PATTERN"),
        ("Make", "M" * 81, "SCH-LENGTH"),
        ("Make", "x" * 4_001, "MSG-03"),
        ("Site name", "Mill | Farm", "ITEM-04"),
        ("Serial number", "1.01457E+12", "TAB-03"),
        ("Phases", "1.5", "SCH-TYPE"),
        ("Command", "delete", "MSG-10"),
        ("Command", "asset.amend", "MSG-10"),
        ("Expected version", "1", "ITEM-02"),
        ("Valid from", "2019-13-01", "ITEM-03"),
        ("Owner organisation", "O-1", "ITEM-03"),
        ("Accounting point scheme", "phone", "ITEM-03"),
    ],
)
def test_a_flaw_is_a_reason_at_its_cell(heading: str, cell: str, rule: str) -> None:
    headings = ["Connection status", "Export capacity (kW)", heading]
    cells = ["connected", "5", cell]
    if heading in headings[:2] or heading.startswith("Export"):
        at = 0 if heading == headings[0] else 1
        del headings[at], cells[at]
    body = ";".join(headings) + "\n" + ";".join(cells)
    result = validate(envelope("text/csv; profile=battery_storage", body), LANGUAGE)
    reasons = {(reason.rule.key, reason.place) for reason in result.outcomes[0].reasons}
    assert (rule, f'row 2, column "{heading}"') in reasons


def _counters() -> list[Any]:
    return [
        pytest.param(each, number, id=f"{each.name}-{number}")
        for each in CATEGORIES.values()
        for number, _ in enumerate(each.document["counter_examples"])
    ]


@pytest.mark.parametrize(("of", "number"), _counters())
def test_a_flaw_of_attributes_has_the_rule_of_json(of: Category, number: int) -> None:
    """But where a table cannot hold the flaw: a number as text, a spelling that it knows, a member without
    a column.
    """
    counter = of.document["counter_examples"][number]
    changed = {**of.document["examples"][0], **counter["change"]}
    attributes = {name: value for name, value in changed.items() if value is not None}
    entry = Entry("asset.register", {"category": of.name, "attributes": attributes})
    if counter["rule"] == "SCH-UNKNOWN" or counter["path"] == "/attributes/connectors":
        with pytest.raises(ValueError, match="a table has no column"):
            written("text/csv", entry)
        return
    is_mended = "5000" in attributes.values() or "'type2'" in str(attributes)
    for media_type in MEDIA_TYPES:
        result = validate(envelope(*written(media_type, entry)), LANGUAGE)
        rules = {reason.rule.key for reason in result.outcomes[0].reasons}
        assert (counter["rule"] in rules) != is_mended


class TestRows:
    def test_a_record_is_named_by_its_id_or_by_a_reference(self) -> None:
        headings = ("Command", "Asset id", "Asset reference", "Asset reference given by")
        decoded = read_rows(
            "hydro",
            headings,
            ("update", "A-1", "", ""),
            ("asset.update", "", "W-1", ""),
            ("Update", "", "W-1", "acme"),
            ("update", "A-1", "W-1", ""),
        )
        assert [item.payload["asset"] for item in decoded.items] == [
            "A-1",
            {"ref": "W-1"},
            {"ref": "W-1", "party": "acme"},
            "A-1",
        ]
        assert [(r.rule.key, r.place) for r in decoded.items[3].reasons] == [
            ("TAB-05", 'row 5, column "Asset reference"')
        ]
        place_of = adapter("text/csv").place_of
        assert place_of(decoded.items[0], "/asset") == 'row 2, column "Asset id"'
        assert place_of(decoded.items[1], "/asset") == 'row 3, column "Asset reference"'

    def test_what_is_numbered_is_a_list_and_a_gap_closes_with_its_places(self) -> None:
        headings = (
            "Connectors 1 type",
            "Connectors 1 power (kW)",
            "Connectors 3 type",
            "Reference",
            "Reference 2",
        )
        decoded = read_rows(
            "ev_charge_point",
            headings,
            ("Type 2", "7.4", "CCS", "", "B"),
            ("", "", "ccs", "A", "B"),
        )
        first, second = decoded.items
        assert first.payload["attributes"]["connectors"] == [
            {"type": "type_2", "power_kw": 7.4},
            {"type": "ccs"},
        ]
        assert [item.payload["refs"] for item in decoded.items] == [
            [{"ref": "B"}],
            [{"ref": "A"}, {"ref": "B"}],
        ]
        place_of = adapter("text/csv").place_of
        where = 'column "Connectors 3 type"'
        assert place_of(first, "/attributes/connectors/1/type") == f"row 2, {where}"
        assert place_of(second, "/attributes/connectors/0/type") == f"row 3, {where}"
        assert place_of(first, "/refs/0/ref") == 'row 2, column "Reference 2"'

    def test_a_day_begins_at_midnight_utc_and_a_time_without_zone_is_utc(self) -> None:
        times = ("2026-01-31", "31/01/2026 9:30", "2026-01-31T09:30:15+01:00", "46053")
        decoded = read_rows("hydro", ("Valid from",), *((each,) for each in times))
        assert [item.payload["valid_from"] for item in decoded.items] == [
            "2026-01-31T00:00:00Z",
            "2026-01-31T09:30:00Z",
            "2026-01-31T09:30:15+01:00",
            "46053",
        ]

    def test_the_category_may_stand_in_a_column_and_then_any_may(self) -> None:
        headings = ("Category", "Head (m)", "Chemistry")
        decoded = read_rows(
            "items", headings, ("hydro", "7.5", ""), ("battery_storage", "", "lead acid")
        )
        assert [
            (item.payload["category"], item.payload["attributes"]) for item in decoded.items
        ] == [
            ("hydro", {"head_m": 7.5}),
            ("battery_storage", {"chemistry": "lead_acid"}),
        ]


def notes(decoded: Decoded) -> list[str]:
    return [note for note in decoded.notes if note.startswith(("numbers", "dates", "unit"))]


class TestDetection:
    def column(self, heading: str, *cells: str) -> Decoded:
        return read_rows("battery_storage", (heading, "Make"), *((cell, "x") for cell in cells))

    def values(self, decoded: Decoded, name: str) -> list[Any]:
        return [item.payload["attributes"].get(name) for item in decoded.items]

    def test_one_cell_shows_the_decimal_sign_of_its_column(self) -> None:
        decoded = self.column("Export capacity (kW)", "1,234", "7,4", "1.500")
        assert self.values(decoded, "export_capacity_kw") == [1.234, 7.4, 1500]
        assert notes(decoded) == ["numbers: column Export capacity (kW): a decimal comma"]

    def test_a_column_that_shows_nothing_is_written_like_the_others(self) -> None:
        headings = ("Export capacity (kW)", "Import capacity (kW)")
        decoded = read_rows("battery_storage", headings, ("1,234", "7,4"))
        assert decoded.items[0].payload["attributes"] == {
            "export_capacity_kw": 1.234,
            "import_capacity_kw": 7.4,
        }

    def test_where_nothing_shows_it_the_usual_sign_is_taken_and_said(self) -> None:
        decoded = self.column("Export capacity (kW)", "1,234", "5")
        assert self.values(decoded, "export_capacity_kw") == [1234, 5]
        assert notes(decoded) == [
            "numbers: column Export capacity (kW): '1,234' is read with a decimal point, as is usual for the profile"
        ]

    def test_a_column_of_both_signs_has_its_ambiguous_cells_refused(self) -> None:
        decoded = self.column("Export capacity (kW)", "1,234", "7,4", "7.5", "5")
        assert self.values(decoded, "export_capacity_kw") == [None, 7.4, 7.5, 5]
        assert [[r.rule.key for r in item.reasons] for item in decoded.items] == [
            ["TAB-03"],
            [],
            [],
            [],
        ]
        assert "some have a decimal point, some a decimal comma" in notes(decoded)[0]

    def test_dates_show_their_order_column_by_column(self) -> None:
        headings = ("Date connected", "Date accepted", "Target energisation date")
        decoded = read_rows(
            "battery_storage",
            headings,
            ("13/05/2019", "05/13/2019", "03/04/2027"),
            ("03/04/2019", "03/04/2019", "2027-01-01"),
        )
        first, second = (item.payload["attributes"] for item in decoded.items)
        assert (second["connected_on"], second["accepted_on"]) == ("2019-04-03", "2019-03-04")
        assert "energise_by" not in first
        assert [r.rule.key for r in decoded.items[0].reasons] == ["TAB-03"]
        assert "dates: column Date accepted: month first" in notes(decoded)

    def test_where_no_date_shows_the_order_the_usual_one_is_taken_and_said(self) -> None:
        decoded = self.column("Date connected", "03/04/2019")
        assert self.values(decoded, "connected_on") == ["2019-04-03"]
        assert notes(decoded) == [
            "dates: column Date connected: '03/04/2019' is read day first, as is usual for the profile"
        ]

    def test_another_unit_is_said(self) -> None:
        assert notes(self.column("Export capacity (MW)", "5")) == [
            "unit: Export capacity (MW) is read in MW"
        ]


def test_a_column_without_a_heading_is_said_if_it_states_something() -> None:
    decoded = read_rows("hydro", ("Make", "", "Model", ""), ("x", "5", "y", ""))
    assert [(r.rule.key, r.severity.value, r.place) for r in decoded.reasons] == [
        ("TAB-02", "warning", "row 1, column 2")
    ]
    assert decoded.items[0].payload["attributes"] == {"make": "x", "model": "y"}


class TestNaming:
    def test_a_file_may_name_its_template_itself(self) -> None:
        for line in ("Template;hydro;1.0", "template,hydro", '"Template"\t"hydro"\t'):
            decoded = read("text/csv", f"{line}\nHead (m);Make\n7.5;x")
            assert decoded.versions == {"profile": "hydro", "profile_version": "1.0"}
            stated = "category_version" in decoded.items[0].payload
            assert stated == ("1.0" in line)

    def test_a_name_that_is_not_that_of_the_media_type_refuses_the_file(self) -> None:
        decoded = read("text/csv; profile=solar_pv", "Template,hydro,1.0\nHead (m)\n7.5")
        assert [reason.rule.key for reason in decoded.reasons] == ["MSG-01"]

    @pytest.mark.parametrize(
        "name", ["profile=hydro; version=9.9", "profile=items; version=2.0", "profile=x"]
    )
    def test_what_is_not_there_is_refused_with_what_there_is(self, name: str) -> None:
        (reason,) = read(f"text/csv; {name}", "Make\nx").reasons
        assert reason.rule.key == "MSG-01"
        assert all(known in reason.text for known in ("ecr 1.0", "hydro", "market_unit", "items"))

    def test_a_template_follows_its_catalogue(self) -> None:
        of = category("hydro")
        catalogue = Catalogue([of])
        known = KnownProfiles((), catalogue)
        first = known.named("hydro", None, NOW)
        everything = known.named("items", None, NOW)
        assert known.named("hydro", None, NOW) is first
        newer = replace(of, version="1.1", title="Water")
        catalogue.renew([of, newer])
        assert known.named("hydro", None, NOW) is not first
        assert known.named("hydro", "1.0", NOW) is not None
        assert known.named("items", None, NOW) is not everything
