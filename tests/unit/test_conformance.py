"""Conformance: canonical values, and every reason with its place, rule and sentence."""

from decimal import Decimal
from pathlib import Path

import orjson
import pytest

from contracts.reasons import Rule, Severity
from registry_store.category_documents import load_catalogue
from registry_store.conformance import UNKNOWN_NAMED, Conformance

CATALOGUE = load_catalogue(Path(__file__).parents[2] / "schemas" / "json")
CONFORMANCE = Conformance(CATALOGUE)
BATTERY = CATALOGUE.get("battery_storage", "1.0")
CHARGE_POINT = CATALOGUE.get("ev_charge_point", "1.0")
PLAIN = {"connection_status": "connected", "export_capacity_kw": 5000}
CHARGER = {"connection_status": "connected", "import_capacity_kw": 7.4}


def conform(category=BATTERY, /, **attributes):
    return CONFORMANCE.conform(category, {**PLAIN, **attributes})


def only_reason(category=BATTERY, /, **attributes):
    base = PLAIN if category is BATTERY else CHARGER
    _, reasons = CONFORMANCE.conform(category, {**base, **attributes})
    assert len(reasons) == 1, reasons
    return reasons[0]


def found(reasons):
    return {(each.rule.key, each.path) for each in reasons}


class TestValues:
    @pytest.mark.parametrize("absent", [None, "", []])
    @pytest.mark.parametrize("name", ["make", "energy_capacity_kwh", "chp", "connected_on"])
    def test_null_and_empty_mean_absent(self, name, absent):
        assert conform(**{name: absent}) == (PLAIN, ())

    @pytest.mark.parametrize("absent", [None, "", []])
    def test_an_absent_member_of_an_element_is_dropped(self, absent):
        connector = {"type": "ccs", "power_kw": 150}
        attributes = {**CHARGER, "connectors": [connector | {"current": absent}]}
        canonical, reasons = CONFORMANCE.conform(CHARGE_POINT, attributes)
        assert (canonical["connectors"], reasons) == ([connector], ())

    @pytest.mark.parametrize(
        ("stated", "canonical"),
        [
            (11, 11),
            (11.0, 11),
            (Decimal("11.000"), 11),
            (Decimal("1.1E1"), 11),
            (Decimal("0.400"), 0.4),
            (0.415, 0.415),
            (Decimal("132.0000000"), 132),
        ],
    )
    def test_numbers_have_one_form(self, stated, canonical):
        attributes, reasons = conform(connection_voltage_kv=stated)
        assert reasons == ()
        value = attributes["connection_voltage_kv"]
        assert (value, type(value)) == (canonical, type(canonical))

    def test_minus_zero_is_zero(self):
        assert str(conform(import_capacity_kw=-0.0)[0]["import_capacity_kw"]) == "0"
        assert str(conform(import_capacity_kw=Decimal("-0.0"))[0]["import_capacity_kw"]) == "0"

    def test_a_whole_number_may_be_written_with_decimals(self):
        assert conform(phases=Decimal("3.0"))[0]["phases"] == 3
        assert conform(phases=3.0)[0]["phases"] == 3

    def test_strings_are_composed(self):
        assert conform(town="Lla\u0302n")[0]["town"] == "Ll\u00e2n"

    @pytest.mark.parametrize(
        ("value", "says"),
        [
            (" Mill", "neither begins nor ends with a blank"),
            ("Mill ", "neither begins nor ends with a blank"),
            (" ", "neither begins nor ends with a blank"),
            ("Mill|Farm", "U+007C"),
            ("Mill\tFarm", "U+0009"),
            ("Mill\nFarm", "U+000A"),
            ("Mill\u00a0Farm", "U+00A0"),
            ("Mill\u200bFarm", "U+200B"),
            ("Mill\x00", "U+0000"),
            ("\ud800", "U+D800"),
        ],
    )
    def test_a_string_that_not_every_format_can_carry_is_refused_not_changed(self, value, says):
        reason = only_reason(town=value)
        assert (reason.rule, reason.path) == (Rule.ITEM_04, "/attributes/town")
        assert says in reason.text

    @pytest.mark.parametrize(
        "value",
        [
            float("nan"),
            float("inf"),
            float("-inf"),
            1e300,
            10**12,
            10**5000,
            Decimal("NaN"),
            Decimal("sNaN"),
            Decimal("-Infinity"),
            Decimal("1E+999999"),
        ],
        ids=lambda value: type(value).__name__,
    )
    @pytest.mark.parametrize("name", ["export_capacity_kw", "phases"])
    def test_a_number_that_is_not_a_finite_decimal_is_refused(self, name, value):
        assert only_reason(**{name: value}).rule is Rule.ITEM_04

    @pytest.mark.parametrize(
        "value", [1.2345, Decimal("1.2345"), Decimal("0.1000000000000000000000001"), 1e-9]
    )
    def test_more_decimal_places_than_the_schema_allows_are_refused(self, value):
        reason = only_reason(export_capacity_kw=value)
        assert reason.rule is Rule.SCH_STEP
        assert "at most 3 decimal places" in reason.text

    def test_coordinates_have_six_decimal_places(self):
        assert conform(latitude=51.501234, longitude=Decimal("-0.142001"))[1] == ()
        assert only_reason(latitude=51.5012345, longitude=-0.1).rule is Rule.SCH_STEP

    @pytest.mark.parametrize(
        ("name", "value", "says"),
        [
            ("export_capacity_kw", "5000", "export_capacity_kw is a number; found a string '5000'"),
            ("export_capacity_kw", True, "export_capacity_kw is a number; found a boolean true"),
            ("export_capacity_kw", {"kw": 5}, "export_capacity_kw is a number; found an object"),
            ("phases", 1.5, "phases is a whole number; found a number 1.5"),
            ("chp", 1, "chp is true or false; found a number 1"),
            ("chp", "yes", "chp is true or false; found a string 'yes'"),
            ("make", 7, "make is a string; found a number 7"),
            ("make", ["ACME"], "make is a string; found a list"),
        ],
    )
    def test_types_are_not_converted(self, name, value, says):
        reason = only_reason(**{name: value})
        assert (reason.rule, reason.text) == (Rule.SCH_TYPE, says)

    @pytest.mark.parametrize(
        "value", ["2019-02-29", "20190501", "2019-W18-3", "01/05/2019", "2019-05-01Z", "2019-5-1"]
    )
    def test_a_date_is_a_day_of_the_calendar(self, value):
        reason = only_reason(connected_on=value)
        assert (reason.rule, reason.path) == (Rule.SCH_FORMAT, "/attributes/connected_on")

    @pytest.mark.parametrize("value", ["SW1A 1AA", "RM9", "PE37 7", "M1 1AE", "C012 5NB"])
    def test_postcodes_as_registers_hold_them_pass(self, value):
        assert conform(postcode=value)[1] == ()

    @pytest.mark.parametrize("name", ["make", "export_capacity_kw", "chp", "connected_on"])
    def test_deep_nesting_is_not_followed(self, name):
        value = []
        for _ in range(100_000):
            value = [value]
        assert only_reason(**{name: value}).rule is Rule.SCH_TYPE


class TestReasons:
    def test_all_of_them_are_given_at_once(self):
        _, reasons = CONFORMANCE.conform(
            BATTERY,
            {
                "connection_status": "conected",
                "make": "M" * 81,
                "energy_capacity_kwh": -1,
                "chp": "yes",
                "town": "A|B",
                "latitude": 51.5,
                "colour": "red",
            },
        )
        assert found(reasons) == {
            ("SCH-ENUM", "/attributes/connection_status"),
            ("SCH-REQUIRED", "/attributes/export_capacity_kw"),
            ("SCH-LENGTH", "/attributes/make"),
            ("SCH-RANGE", "/attributes/energy_capacity_kwh"),
            ("SCH-TYPE", "/attributes/chp"),
            ("ITEM-04", "/attributes/town"),
            ("SCH-ASSERT", "/attributes/longitude"),
            ("SCH-UNKNOWN", "/attributes/colour"),
        }

    def test_an_enumeration_lists_its_values_and_names_the_nearest(self):
        text = only_reason(chemistry="Vanadium Flow").text
        assert "lithium_iron_phosphate, " in text
        assert text.endswith("; found 'Vanadium Flow'; did you mean 'vanadium_flow'?")

    def test_an_unknown_attribute_names_the_nearest(self):
        reason = only_reason(energy_capacity=10)
        assert reason.text == (
            "battery_storage has no attribute 'energy_capacity'; "
            "did you mean 'energy_capacity_kwh'?"
        )

    def test_a_missing_attribute_is_named_with_its_heading(self):
        _, reasons = CONFORMANCE.conform(BATTERY, {"connection_status": "connected"})
        assert [each.text for each in reasons] == [
            "export_capacity_kw (Export capacity (kW)) is mandatory in battery_storage"
        ]

    def test_a_bound_is_told_with_its_unit(self):
        assert only_reason(export_capacity_kw=-1).text == (
            "export_capacity_kw is at least 0 kW; found -1"
        )

    def test_a_required_attribute_with_a_flaw_is_not_missing_as_well(self):
        assert only_reason(export_capacity_kw="much").rule is Rule.SCH_TYPE

    def test_an_assertion_is_not_judged_on_values_that_are_wrong_themselves(self):
        reason = only_reason(min_state_of_charge_percent=101, max_state_of_charge_percent=90)
        assert reason.rule is Rule.SCH_RANGE

    def test_a_warning_lets_the_attributes_pass(self):
        stated = {"connection_status": "accepted", "connected_on": "2019-05-01"}
        canonical, (reason,) = conform(**stated)
        assert canonical == {**PLAIN, **stated}
        assert (reason.rule, reason.severity) == (Rule.SCH_ASSERT, Severity.warning)
        assert reason.path == "/attributes/connected_on"

    def test_found_values_are_shortened_and_printable(self):
        text = only_reason(metering="m\n" * 5000).text
        assert "U+000A" in text
        text = only_reason(metering="m" * 5000).text
        assert "m" * 59 + "…'" in text
        assert len(text) < 200

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("customer_name", "Ann Example|"),
            ("customer_name", "Ann Example " * 20 + "."),
            ("customer_name", 4711),
            ("postcode", "sw1a1aa"),
            ("site_name", ["12 Garden Row"]),
            ("latitude", 41.123456),
            ("latitude", 51.1234567),
            ("latitude", "51.1234"),
        ],
    )
    def test_values_of_personal_attributes_are_never_quoted(self, name, value):
        _, reasons = CONFORMANCE.conform(CHARGE_POINT, {**CHARGER, name: value})
        text = " ".join(each.text for each in reasons)
        assert text
        for secret in ("Ann", "4711", "sw1a", "Garden", "41.1", "51.1"):
            assert secret not in text

    def test_a_name_that_no_receipt_could_carry_is_made_printable(self):
        _, reasons = CONFORMANCE.conform(BATTERY, {**PLAIN, "a/b\ud800\n": 1})
        assert reasons[0].path == "/attributes/a~1b?\n"
        assert orjson.dumps(reasons[0].as_json())

    def test_very_many_unknown_attributes_are_counted(self):
        _, reasons = CONFORMANCE.conform(BATTERY, PLAIN | {f"x{n}": n for n in range(5000)})
        assert len(reasons) == UNKNOWN_NAMED + 1
        assert reasons[-1].text.startswith(f"{5000 - UNKNOWN_NAMED} more attributes")

    @pytest.mark.parametrize("junk", [None, 1, "x", [], [{}], True])
    def test_attributes_that_are_no_object_are_refused(self, junk):
        canonical, (reason,) = CONFORMANCE.conform(BATTERY, junk)
        assert canonical == {}
        assert (reason.rule, reason.path) == (Rule.SCH_TYPE, "/attributes")


class TestLists:
    def test_every_fault_of_every_element_has_its_place(self):
        connectors = [
            {"type": "type2", "power_kw": 7.4},
            "ccs",
            {"type": "ccs", "power_kw": 150.1234, "current": "DC"},
            {"type": "ccs", "power": 50},
            None,
        ]
        _, reasons = CONFORMANCE.conform(CHARGE_POINT, {**CHARGER, "connectors": connectors})
        assert found(reasons) == {
            ("SCH-ENUM", "/attributes/connectors/0/type"),
            ("SCH-TYPE", "/attributes/connectors/1"),
            ("SCH-STEP", "/attributes/connectors/2/power_kw"),
            ("SCH-ENUM", "/attributes/connectors/2/current"),
            ("SCH-UNKNOWN", "/attributes/connectors/3/power"),
            ("SCH-REQUIRED", "/attributes/connectors/3/power_kw"),
            ("SCH-TYPE", "/attributes/connectors/4"),
        }

    def test_sentences_name_the_member_and_the_list(self):
        reason = only_reason(CHARGE_POINT, connectors=[{"type": "type2", "power_kw": 7.4}])
        assert reason.text.startswith("type of connectors is one of domestic_socket, type_1, ")
        assert reason.text.endswith("; found 'type2'; did you mean 'type_2'?")

    def test_one_that_is_too_long_is_not_looked_into(self):
        reason = only_reason(CHARGE_POINT, connectors=[{}] * 100_000)
        assert (reason.rule, reason.path) == (Rule.SCH_LENGTH, "/attributes/connectors")
        assert reason.text == "connectors has at most 8 elements; found 100000"
