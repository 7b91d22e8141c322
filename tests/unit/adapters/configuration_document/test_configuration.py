"""Configuration documents (A95): as published, and with everything that one can lack."""

import re
from collections import Counter
from typing import Any

import pytest

from adapters import adapter_for
from contracts.messages import Decoded, Envelope, Limits
from contracts.reasons import has_errors
from router.offline import Validation, validate
from tests.support.registry import LANGUAGE
from tests.unit.adapters.market_document.documents import envelope
from tests.unit.adapters.reading import ROOT, real_data

EXAMPLE = (ROOT / "examples" / "xml" / "configuration.xml").read_text()
PLACE = "/Configuration_MarketDocument"
GT, ST, WIND = "22WEXAMPLE-GT--F", "22WEXAMPLE-ST--T", "22WEXAMPLE-WINDR"


def as_sent(body: str | bytes, door: str = "validate") -> Envelope:
    return envelope(body, door=door)


def read(body: str | bytes, door: str = "validate") -> Decoded:
    adapter = adapter_for(LANGUAGE.adapters, "application/xml")
    assert adapter is not None
    return adapter.decode(as_sent(body, door), Limits())


def validated(body: str | bytes) -> Validation:
    return validate(as_sent(body), LANGUAGE)


def payloads(body: str | bytes, command: str) -> list[Any]:
    return [item.payload for item in read(body).items if item.command == command]


@pytest.fixture(scope="module")
def result() -> Validation:
    """The document of the Belgian gas units, as published; the test is skipped where it is absent."""
    return validated(real_data("entsoe/A95_BE_B04_units_2026-05-07.xml").read_bytes())


class TestAsPublished:
    def test_none_is_lost(self, result):
        assert result.reading.decoded.notes[0] == (
            "25 records of 15 production units, 42 generating-unit entries of 28 distinct units"
        )
        assert Counter(outcome.status for outcome in result.outcomes) == {"accepted": 56}
        assert Counter(outcome.command for outcome in result.outcomes) == {
            "asset.register": 28,
            "asset.update": 11,
            "market_unit.create": 15,
            "market_unit.compose": 2,
        }

    def test_powers_of_two_decimals_are_exact(self, result):
        powers = {
            record["attributes"]["export_capacity_kw"]
            for record in result.records
            if record is not None and record["kind"] == "asset"
        }
        assert {586530, 288890, 264000} <= powers

    def test_the_failed_check_of_an_eic_is_a_warning(self, result):
        warnings = [reason for outcome in result.outcomes for reason in outcome.reasons]
        assert [(each.rule.key, each.severity.value) for each in warnings] == [
            ("ASSET-01", "warning")
        ]
        assert "22W20181015PU--J" in warnings[0].text
        assert warnings[0].place.endswith("GeneratingUnit_PowerSystemResources[1]/mRID")

    def test_it_is_acknowledged(self, result):
        assert b"<code>A01</code>" in result.encoded_receipt()
        assert b"10X1001A1001A450" in result.encoded_receipt()


@pytest.mark.parametrize(
    "name",
    [
        "ack_balancing123_b_c_balancing_energy_bids.xml",
        "ack_balancing_ifs4344_border_capacity_limitations_CZ_AT.xml",
        "ack_generation161_a_actual_generation_per_generation_unit.xml",
    ],
)
def test_acknowledgements_of_others_are_refused_by_name(name):
    (reason,) = read(real_data(f"entsoe/{name}").read_bytes()).reasons
    assert reason.rule.key == "XML-02"
    assert "Acknowledgement_MarketDocument" in reason.text
    assert "acknowledgementdocument:7:0" in reason.text


def test_a_units_dates_are_slices_of_one_asset_in_the_order_of_the_dates():
    registered = [
        each for each in payloads(EXAMPLE, "asset.register") if each["refs"][0]["ref"] == GT
    ]
    (updated,) = payloads(EXAMPLE, "asset.update")
    assert [each["attributes"]["export_capacity_kw"] for each in registered] == [145000]
    assert registered[0]["valid_from"] == "2014-01-01T00:00:00Z"
    assert updated["asset"] == {"ref": GT}
    assert updated["valid_from"] == "2017-03-01T00:00:00Z"
    assert updated["attributes"]["export_capacity_kw"] == 150250


def test_a_date_that_changes_nothing_makes_no_slice():
    same = EXAMPLE.replace("145<", "150.25<").replace(">EXAMPLE CCGT<", ">EXAMPLE GT<")
    assert payloads(same, "asset.update") == []
    assert len(payloads(same, "asset.register")) == 3


def test_a_production_unit_is_a_market_unit_of_its_generating_units():
    (created,) = payloads(EXAMPLE, "market_unit.create")
    (composed,) = payloads(EXAMPLE, "market_unit.compose")
    assert (created["type"], created["name"]) == ("spg", "EXAMPLE CCGT")
    assert created["members"] == [{"asset": {"ref": GT}}]
    assert composed["market_unit"] == created["refs"][0]
    assert composed["members"] == [{"asset": {"ref": GT}}, {"asset": {"ref": ST}}]


def test_a_production_unit_without_generating_units_is_itself_an_asset():
    (wind,) = [
        each for each in payloads(EXAMPLE, "asset.register") if each["refs"][0]["ref"] == WIND
    ]
    assert wind["category"] == "wind_onshore"
    assert wind["accounting_point"] == {"scheme": "eic", "id": WIND}
    assert wind["attributes"] == {
        "connection_status": "connected",
        "export_capacity_kw": 102200,
        "energy_source": "wind",
        "conversion_technology": "wind_onshore",
        "connection_voltage_kv": 150,
        "site_name": "EXAMPLE WIND",
    }
    assert wind["source"] == {
        "system": "a95:10X1001A1001A450",
        "revision": "2026-11-24T09:30:00Z",
        "identity": WIND,
    }


def test_a_unit_without_generating_units_at_one_date_is_its_own_member_then():
    first = EXAMPLE.index("<TimeSeries>", EXAMPLE.index("<TimeSeries>") + 1)
    head, tail = EXAMPLE[:first], EXAMPLE[first:]
    units = re.compile(
        r"<GeneratingUnit_PowerSystemResources>.*?</GeneratingUnit_PowerSystemResources>", re.DOTALL
    )
    created, composed = (
        payloads(head + units.sub("", tail), command)[0]["members"]
        for command in ("market_unit.create", "market_unit.compose")
    )
    assert created == [{"asset": {"ref": "22WEXAMPLE-PU--3"}}]
    assert composed == [{"asset": {"ref": GT}}, {"asset": {"ref": ST}}]


def test_two_units_of_one_name_are_told_apart_by_their_ids():
    second = EXAMPLE.replace("22WEXAMPLE-PU--3", "22WEXAMPLE-PU2-P", 1)
    names = {
        each["name"]
        for each in payloads(second.replace("EXAMPLE CCGT", "EXAMPLE GT"), "market_unit.create")
    }
    assert names == {"EXAMPLE GT (22WEXAMPLE-PU--3)", "EXAMPLE GT (22WEXAMPLE-PU2-P)"}


def test_a_date_to_come_is_a_connection_to_come():
    later = EXAMPLE.replace("2020-06-01", "2030-06-01")
    (wind,) = [each for each in payloads(later, "asset.register") if each["refs"][0]["ref"] == WIND]
    assert wind["attributes"]["connection_status"] == "accepted"


@pytest.mark.parametrize("psr_type", [f"B{n:02d}" for n in (*range(1, 21), 25)])
def test_every_type_of_resource_is_a_category_that_takes_what_it_says(psr_type):
    result = validated(EXAMPLE.replace(">B19<", f">{psr_type}<"))
    assert {outcome.status for outcome in result.outcomes} == {"accepted"}


UNIT = "/MktPSRType/GeneratingUnit_PowerSystemResources[1]"
FLAWED = {
    "no id of the unit": (f">{GT}<", "><", "XML-08", f"[1]{UNIT}/mRID"),
    "no power": ('<nominalP unit="MAW">150.25</nominalP>', "", "XML-08", f"[1]{UNIT}/nominalP"),
    "another unit of measure": (
        'unit="MAW">150.25',
        'unit="MVA">150.25',
        "XML-08",
        f"[1]{UNIT}/nominalP",
    ),
    "no number": (">150.25<", ">150,25<", "SCH-TYPE", f"[1]{UNIT}/nominalP"),
    "too exact": (">150.25<", ">150.2512345<", "SCH-STEP", f"[1]{UNIT}/nominalP"),
    "too much": (">150.25<", ">99999999<", "SCH-RANGE", f"[1]{UNIT}/nominalP"),
    "an unknown type": (">B19<", ">B99<", "XML-08", "[3]/MktPSRType/psrType"),
    "no type": ("<psrType>B19</psrType>", "", "XML-08", "[3]/MktPSRType/psrType"),
    "no id of the production unit": (f">{WIND}<", "><", "XML-08", "[3]/registeredResource.mRID"),
    "no date": (">2020-06-01<", ">2020-06-31<", "XML-08", "[3]/implementation_DateAndOrTime.date"),
    "one unit and date twice": (">2014-01-01<", ">2017-03-01<", "XML-05", "[2]"),
    "a name with a bar": (
        ">EXAMPLE WIND<",
        ">EXAMPLE | WIND<",
        "ITEM-04",
        "[3]/registeredResource.name",
    ),
}


@pytest.mark.parametrize("name", FLAWED)
def test_what_a_unit_lacks_is_told_at_its_place_and_the_others_stand(name):
    before, after, rule, place = FLAWED[name]
    assert before in EXAMPLE
    result = validated(EXAMPLE.replace(before, after, 1))
    assert result.reasons == ()
    told = [
        (reason.rule.key, reason.place.removeprefix(f"{PLACE}/TimeSeries"))
        for outcome in result.outcomes
        for reason in outcome.reasons
        if reason.is_error
    ]
    assert told == [(rule, place)]
    assert any(outcome.status == "accepted" for outcome in result.outcomes)


def test_one_unit_stated_twice_otherwise_is_refused_once():
    second = EXAMPLE.replace(f">{ST}<", f">{GT}<")
    refused = [item for item in read(second).items if has_errors(item.reasons)]
    assert [reason.rule.key for item in refused for reason in item.reasons] == ["XML-05"]


@pytest.mark.parametrize("door", ["amqp", "http", "clock"])
def test_one_that_is_sent_is_refused_by_name(door):
    (reason,) = read(EXAMPLE, door).reasons
    assert reason.rule.key == "XML-07"
    assert "Configuration_MarketDocument" in reason.text


def test_one_without_series_says_so():
    empty = re.sub(r"<TimeSeries>.*</TimeSeries>", "", EXAMPLE, flags=re.DOTALL)
    assert [reason.rule.key for reason in read(empty).reasons] == ["MSG-11"]


def test_the_number_of_items_is_bounded():
    adapter = adapter_for(LANGUAGE.adapters, "application/xml")
    assert adapter is not None
    answer = adapter.decode(as_sent(EXAMPLE), Limits(items=3))
    assert [reason.rule.key for reason in answer.reasons] == ["MSG-03"]
