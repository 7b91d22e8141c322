"""What can be wrong with a series: each fault told once, with its rule and XPath; the other series stand."""

import pytest

from router.offline import validate
from tests.support.registry import LANGUAGE
from tests.unit.adapters.market_document.documents import (
    decoded,
    document,
    envelope,
    heat_pump,
)

SERIES = "/AssetRegistration_MarketDocument/TimeSeries[1]"
CATEGORY = "urn:fmar:category:heat_pump:1:0"


def found(*series: str) -> list[list[tuple[str, str]]]:
    """Rule and place, below the series, of each item's reasons."""
    result = validate(envelope(document(*series)), LANGUAGE)
    assert result.reasons == ()
    places = [f"/AssetRegistration_MarketDocument/TimeSeries[{n}]" for n, _ in enumerate(series, 1)]
    return [
        [(reason.rule.key, reason.place.removeprefix(place)) for reason in outcome.reasons]
        for place, outcome in zip(places, result.outcomes, strict=True)
    ]


PUMP = heat_pump()
CAPACITY = "<importCapacityKw>3.5</importCapacityKw>"
TIME = "<validFrom.dateTime>{}</validFrom.dateTime>\n<Reference>"
FAULTS = {
    # Values: judged by the JSON Schema and the command's form, with the rules that they have in JSON.
    "not one of the options": (
        PUMP.replace("connected<", "conected<"),
        "SCH-ENUM",
        "/Attributes/connectionStatus",
    ),
    "a plus sign": (PUMP.replace("3.5", "+3.50"), "SCH-TYPE", "/Attributes/importCapacityKw"),
    "an exponent": (PUMP.replace("3.5", "35e-1"), "SCH-TYPE", "/Attributes/importCapacityKw"),
    "a comma": (PUMP.replace("3.5", "3,5"), "SCH-TYPE", "/Attributes/importCapacityKw"),
    "too much": (PUMP.replace("3.5", "99999999"), "SCH-RANGE", "/Attributes/importCapacityKw"),
    "too exact": (PUMP.replace("3.5", "3.5555"), "SCH-STEP", "/Attributes/importCapacityKw"),
    "a bit for a boolean": (
        heat_pump("<flexibleConnection>1</flexibleConnection>\n"),
        "SCH-TYPE",
        "/Attributes/flexibleConnection",
    ),
    "a date with a zone": (
        heat_pump("<connectedOn>2024-01-01Z</connectedOn>\n"),
        "SCH-FORMAT",
        "/Attributes/connectedOn",
    ),
    "no day": (
        heat_pump("<connectedOn>2024-02-30</connectedOn>\n"),
        "SCH-FORMAT",
        "/Attributes/connectedOn",
    ),
    "another form": (
        heat_pump("<postcode>sw1a</postcode>\n"),
        "SCH-PATTERN",
        "/Attributes/postcode",
    ),
    "too long": (heat_pump(f"<make>{'M' * 81}</make>\n"), "SCH-LENGTH", "/Attributes/make"),
    "a bar": (heat_pump("<make>a|b</make>\n"), "ITEM-04", "/Attributes/make"),
    "mandatory and missing": (
        PUMP.replace(CAPACITY, ""),
        "SCH-REQUIRED",
        "/Attributes/importCapacityKw",
    ),
    "unknown to the category": (
        heat_pump("<colour>green</colour>\n"),
        "SCH-UNKNOWN",
        "/Attributes/colour",
    ),
    "nearly known": (
        heat_pump("<importCapacityKW>3</importCapacityKW>\n"),
        "SCH-UNKNOWN",
        "/Attributes/importCapacityKW",
    ),
    "known, in another namespace": (
        heat_pump('<make xmlns="urn:other">a</make>\n'),
        "SCH-UNKNOWN",
        "/Attributes/make",
    ),
    "XInclude": (
        heat_pump('<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/hostname"/>\n'),
        "SCH-UNKNOWN",
        "/Attributes/include",
    ),
    "no such point": (
        PUMP.replace("1000000008155", "1000000008154"),
        "ASSET-01",
        "/accountingPoint.mRID",
    ),
    "another scheme": (PUMP.replace(">mpan<", ">meter<"), "ITEM-03", "/accountingPoint.scheme"),
    "no id": (
        heat_pump(members="<fsp_MarketParticipant.mRID>O-1</fsp_MarketParticipant.mRID>\n"),
        "ITEM-03",
        "/fsp_MarketParticipant.mRID",
    ),
    "a time with an offset": (
        PUMP.replace("<Reference>", TIME.format("2026-01-01T00:00:00+01:00")),
        "ITEM-03",
        "/validFrom.dateTime",
    ),
    "a time that is none": (
        PUMP.replace("<Reference>", TIME.format("2026-02-30T00:00:00Z")),
        "ITEM-03",
        "/validFrom.dateTime",
    ),
    # Structure: judged by the XML schema.
    "empty": (PUMP.replace("3.5", ""), "XML-03", "/Attributes/importCapacityKw"),
    "twice": (heat_pump(f"{CAPACITY}\n"), "XML-03", "/Attributes/importCapacityKw[2]"),
    "an attribute": (
        PUMP.replace("<importCapacityKw>", '<importCapacityKw unit="kW">'),
        "XML-03",
        "/Attributes/importCapacityKw",
    ),
    "elements in text": (
        PUMP.replace("3.5", "<b>3.5</b>"),
        "XML-03",
        "/Attributes/importCapacityKw",
    ),
    "text between elements": (heat_pump("hello"), "XML-03", "/Attributes"),
    "another type": (
        PUMP.replace(
            "<importCapacityKw>",
            '<importCapacityKw xsi:type="xs:string" xmlns:xs="http://www.w3.org/2001/XMLSchema">',
        ),
        "XML-03",
        "/Attributes/importCapacityKw",
    ),
    "a member that nobody knows": (
        heat_pump(members="<network.gspGrup>_C</network.gspGrup>\n"),
        "XML-03",
        "/network.gspGrup",
    ),
    "another order": (
        PUMP.replace("<accountingPoint.scheme>mpan</accountingPoint.scheme>\n", "").replace(
            "<Reference>", "<accountingPoint.scheme>mpan</accountingPoint.scheme>\n<Reference>"
        ),
        "XML-03",
        "/accountingPoint.scheme",
    ),
    "a reference of three parts": (
        PUMP.replace("<reference>", "<name>x</name><reference>"),
        "XML-03",
        "/Reference/name",
    ),
    "a name too long": (PUMP.replace("<mRID>1<", f"<mRID>{'1' * 61}<"), "XML-03", "/mRID"),
    "no name": (PUMP.replace("<mRID>1</mRID>\n", ""), "XML-03", "/command"),
    "an empty list": (
        PUMP.replace("heat_pump", "ev_charge_point").replace(
            "</Attributes>", "<connectors/></Attributes>"
        ),
        "XML-03",
        "/Attributes/connectors",
    ),
    # The command, the category, and what goes together.
    "no command": (PUMP.replace("<command>asset.register</command>\n", ""), "ITEM-01", "/command"),
    "a command that nobody knows": (
        PUMP.replace("asset.register", "asset.destroy"),
        "MSG-10",
        "/command",
    ),
    "a command that goes as JSON alone": (
        PUMP.replace("asset.register", "organisation.register"),
        "MSG-10",
        "/command",
    ),
    "a member of another command": (
        PUMP.replace("<Reference>", "<marketUnit.name>x</marketUnit.name>\n<Reference>"),
        "ITEM-02",
        "/marketUnit.name",
    ),
    "another category": (PUMP.replace(">heat_pump<", ">solar_pv<"), "XML-06", "/Attributes"),
    "another version": (
        heat_pump(
            members="<registeredResource.categoryVersion>2.0</registeredResource.categoryVersion>\n"
        ),
        "XML-06",
        "/Attributes",
    ),
    "a version that is not published": (
        PUMP.replace(CATEGORY, f"{CATEGORY[:-3]}7:0"),
        "CAT-01",
        "/Attributes",
    ),
    "a namespace of others": (PUMP.replace(CATEGORY, "urn:other"), "XML-03", "/Attributes"),
    "attributes of a patch": (
        PUMP.replace("Attributes", "PartialAttributes"),
        "XML-03",
        "/PartialAttributes",
    ),
    "taken away outside of a patch": (
        heat_pump(members='<fsp_MarketParticipant.mRID xsi:nil="true"/>\n'),
        "ITEM-03",
        "/fsp_MarketParticipant.mRID",
    ),
    "an attribute taken away outside of a patch": (
        heat_pump('<make xsi:nil="true"/>\n'),
        "ITEM-03",
        "/Attributes/make",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_once_and_the_other_series_stand(name):
    series, rule, place = FAULTS[name]
    faulty, sound = found(series, heat_pump(number=2))
    assert faulty == [(rule, place)]
    assert sound == []


def test_what_every_schema_admits_and_the_hub_reads_is_accepted():
    swapped = PUMP.replace(CAPACITY, "").replace(
        "<connectionStatus>", f"{CAPACITY}\n<connectionStatus>"
    )
    commented = heat_pump("<make>AC<!-- a comment -->ME<![CDATA[ & Co]]></make>\n", number=2)
    assert found(swapped, commented) == [[], []]
    (_, item) = decoded(document(swapped, commented)).items
    assert item.payload["attributes"]["make"] == "ACME & Co"


def test_every_fault_of_a_series_is_told_at_once():
    series = heat_pump(
        "<phases>7</phases>\n<make/>\n<colour>green</colour>\n",
        members="<network.gspGrup>_C</network.gspGrup>\n<fsp_MarketParticipant.mRID>O-1</fsp_MarketParticipant.mRID>\n",
    )
    (faults,) = found(series.replace(">mpan<", ">meter<"))
    assert sorted(faults) == [
        ("ITEM-03", "/accountingPoint.scheme"),
        ("ITEM-03", "/fsp_MarketParticipant.mRID"),
        ("SCH-RANGE", "/Attributes/phases"),
        ("SCH-UNKNOWN", "/Attributes/colour"),
        ("XML-03", "/Attributes/make"),
        ("XML-03", "/network.gspGrup"),
    ]


def test_two_series_of_one_name_are_told_apart_by_none():
    assert found(PUMP, heat_pump()) == [[], [("XML-05", "/mRID")]]


def test_two_targets_contradict_each_other():
    target = (
        "<mRID>1</mRID><command>asset.deregister</command>"
        "<registeredResource.mRID>A-7K3Q-9M2T-8X4B-T</registeredResource.mRID>"
        "<registeredResource.reference>HP-1</registeredResource.reference>"
    )
    assert found(target) == [[("ITEM-03", "/registeredResource.reference")]]


def test_a_version_that_is_not_the_effective_one_may_be_stated_by_the_namespace_alone():
    (item,) = decoded(document(PUMP)).items
    assert "category_version" not in item.payload


def test_the_sentence_names_what_was_meant():
    items = decoded(
        document(FAULTS["a member that nobody knows"][0], FAULTS["another order"][0])
    ).items
    texts = [reason.text for item in items for reason in item.reasons]
    assert "did you mean network.gspGroup?" in texts[0]
    assert "comes before accountingPoint.mRID" in texts[1]


@pytest.mark.parametrize("count", [2, 60])
def test_what_only_the_schema_sees_is_worded_however_many_series_have_it(count):
    """The first are worded by xmlschema, the others by lxml: each is told what it is."""
    series = [
        heat_pump(number=n).replace(f"<mRID>{n}<", f"<mRID>{'1' * 61}{n}<") for n in range(count)
    ]
    items = decoded(document(*series)).items
    assert [[reason.rule.key for reason in item.reasons] for item in items] == [["XML-03"]] * count
    assert all("60" in reason.text for item in items for reason in item.reasons)
