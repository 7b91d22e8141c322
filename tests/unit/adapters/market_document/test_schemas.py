"""The XML schemas: as files, and saying of values what the JSON Schema says."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from adapters.market_document.category_forms import CategoryForm
from adapters.market_document.category_xsd import category_xsd, xsd_pattern
from adapters.market_document.envelope_xsd import envelope_xsd
from adapters.market_document.layout import COMMANDS, RECORDS
from adapters.market_document.schemas import Schemas
from contracts.documents import Entry
from contracts.item_members import SHAPES
from tests.support import generated
from tests.support.registry import LANGUAGE
from tests.unit.adapters.market_document.documents import CATEGORIES, written

ROOT = Path(__file__).parents[4]
SCHEMAS = Schemas()
FILES = {"registration-1.0.xsd": COMMANDS, "record-1.0.xsd": RECORDS}
_settings = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_what_the_table_gives(name):
    assert (ROOT / "schemas" / "xml" / name).read_text() == envelope_xsd(FILES[name])


@pytest.mark.parametrize("command", SHAPES)
def test_every_member_of_the_table_has_one_element(command):
    shape = SHAPES[command]
    names = [part.xml_name for part in (*shape.scalars, *shape.groups)]
    assert len(set(names)) == len(names)
    series = next(each for each in (COMMANDS, RECORDS) if command in each.commands)
    stated = {each.xml_name for each in (*series.members, *series.groups)}
    assert set(names) <= stated


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.name)
@given(choice=st.data())
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_written_is_valid_by_both_schemas_of_both_libraries(category, choice):
    form = CategoryForm(category)
    body = written(Entry("asset.register", choice.draw(generated.assets(category))))
    root = etree.fromstring(body)
    for text in (form.xsd, form.structure):
        schema = SCHEMAS.compiled(COMMANDS.root.namespace, {form.namespace: text})
        assert schema.validate(root), schema.error_log
    readable = SCHEMAS.readable(COMMANDS.root.namespace, {form.namespace: form.xsd})
    assert [str(error) for error in readable.iter_errors(root)] == []


@given(choice=st.data())
@_settings
def test_records_are_valid_by_the_schema_of_records(choice):
    category = choice.draw(st.sampled_from(CATEGORIES))
    form = CategoryForm(category)
    entries = [
        Entry("asset.record", choice.draw(generated.asset_records(category))),
        Entry("market_unit.record", choice.draw(generated.unit_records())),
    ]
    schema = SCHEMAS.compiled(RECORDS.root.namespace, {form.namespace: form.xsd})
    assert schema.validate(etree.fromstring(written(*entries))), schema.error_log


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.name)
def test_counter_examples_are_refused_by_the_xml_schema_too(category):
    """But for what XML Schema cannot say: assertions across attributes, and what a value is not in JSON."""
    form = CategoryForm(category)
    schema = SCHEMAS.compiled(COMMANDS.root.namespace, {form.namespace: form.xsd})
    skipped = {"SCH-ASSERT", "SCH-UNKNOWN", "SCH-TYPE"}
    for counter in category.document["counter_examples"]:
        if counter["rule"] in skipped:
            continue
        attributes = {**category.document["examples"][0], **counter["change"]}
        stated = {name: value for name, value in attributes.items() if value is not None}
        payload = {"category": category.name, "attributes": stated}
        root = etree.fromstring(written(Entry("asset.register", payload)))
        assert not schema.validate(root), counter


def refused(category_name: str, attribute: str, text: str) -> bool:
    category = LANGUAGE.catalogue.get(category_name, "1.0")
    assert category is not None
    form = CategoryForm(category)
    schema = SCHEMAS.compiled(COMMANDS.root.namespace, {form.namespace: form.xsd})
    root = etree.fromstring(
        f'<PartialAttributes xmlns="{form.namespace}"><{attribute}>{text}</{attribute}></PartialAttributes>'
    )
    return not schema.validate(root)


@pytest.mark.parametrize(
    ("attribute", "text", "is_refused"),
    [
        ("importCapacityKw", "7.4", False),
        ("importCapacityKw", "7.4000", False),
        ("importCapacityKw", "7.4001", True),
        ("importCapacityKw", "+7.40", True),
        ("importCapacityKw", "07.4", True),
        ("importCapacityKw", ".4", True),
        ("importCapacityKw", "7.", True),
        ("importCapacityKw", "74e-1", True),
        ("importCapacityKw", "INF", True),
        ("importCapacityKw", "-0.5", True),
        ("phases", "3", False),
        ("phases", "+3", True),
        ("phases", "4", True),
        ("connectedOn", "2024-02-29", False),
        ("connectedOn", "2023-02-29", True),
        ("connectedOn", "2024-01-01Z", True),
        ("connectedOn", "2024-01-01+01:00", True),
        ("flexibleConnection", "true", False),
        ("flexibleConnection", "1", True),
        ("flexibleConnection", "TRUE", True),
        ("postcode", "SW1A 1AA", False),
        ("postcode", "xSW1A 1AA", True),
        ("make", "a|b", True),
        ("make", " a", True),
        ("make", "a", False),
    ],
)
def test_the_forms_of_values_are_pinned(attribute, text, is_refused):
    assert refused("heat_pump", attribute, text) is is_refused


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^[A-Z]{2}$", "AB"),
        ("[A-Z]{2}", "xABx"),
        ("^[A-Z]{2}", "ABx"),
        ("[A-Z]{2}$", "xAB"),
        (r"^a\$", "a$x"),
    ],
)
def test_patterns_are_anchored_as_xml_schema_anchors_them(pattern, text):
    translated = re.compile(xsd_pattern(pattern))
    for each in (text, f"{text}1", f"1{text}", "zz", ""):
        assert bool(translated.fullmatch(each)) is bool(re.search(pattern, each)), each


def test_the_schema_says_what_an_attribute_is_and_in_which_unit():
    category = LANGUAGE.catalogue.get("battery_storage", "1.0")
    assert category is not None
    assert "Unit: kWh." in category_xsd(category)


def test_nothing_is_fetched_for_a_schema():
    with pytest.raises(KeyError):
        SCHEMAS.compiled("urn:of:nobody", {})
