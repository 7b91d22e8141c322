"""What senders of each format notice of a new version: one change after the other, by what it means to them."""

from copy import deepcopy

import orjson
import pytest

from contracts.categories import Category
from registry_store.category_reading import category_reader
from router.bootstrap import SCHEMAS
from router.form_verdicts import form_verdicts

READER = category_reader(SCHEMAS)
BATTERY = orjson.loads((SCHEMAS / "categories/battery_storage/1.0.json").read_bytes())
COOLING = {
    "ordinal": 9000,
    "type": "string",
    "minLength": 1,
    "maxLength": 40,
    "title": "Cooling",
    "description": "How the cells are cooled.",
    "xml_name": "cooling",
    "heading": "Cooling",
    "visibility": "market",
    "material": "never",
}
LISTED = {
    **COOLING,
    "type": "array",
    "minItems": 1,
    "maxItems": 2,
    "items": {"type": "string", "minLength": 1, "maxLength": 9},
}
del LISTED["minLength"], LISTED["maxLength"]


def read(document):
    category = READER.read(document)
    assert isinstance(category, Category), category
    return category


def noticed(change, start=BATTERY):
    """Format -> severity and sentence of each notice, of the changed document against the first."""
    changed = deepcopy(start) | {"version": "1.1", "$id": "urn:fmar:category:battery_storage:1:1"}
    change(changed)
    verdicts = form_verdicts(read(start), read(changed))
    return {v.format: [(n.severity, n.sentence) for n in v.notices] for v in verdicts}


def altered(name, **members):
    return lambda d: d["properties"][name].update(members)


def with_cooling(document):
    document["properties"]["cooling"] = deepcopy(COOLING)


def test_nothing_is_noticed_where_nothing_has_changed():
    assert noticed(lambda _: None) == {"json": [], "xml": [], "flat": [], "table": []}


def test_an_attribute_more_is_noticed_by_its_own_name_in_each_format():
    told = noticed(with_cooling)
    assert told["json"] == [("compatible", "`cooling` may now be given")]
    assert told["xml"] == [
        ("compatible", "`/Attributes/cooling`: it may come at most once; before: never"),
    ]
    assert told["flat"] == [
        ("compatible", "records of ordinal 9000 (cooling) may be given: 1 to 40 characters"),
    ]
    assert told["table"] == [("compatible", 'the column "Cooling" is new')]


def test_a_mandatory_attribute_more_breaks_every_format():
    def change(document):
        with_cooling(document)
        document["required"].append("cooling")
        document["examples"] = [{**each, "cooling": "air"} for each in document["examples"]]

    told = noticed(change)
    assert ("breaking", "`cooling` is now required") in told["json"]
    assert ("breaking", "`/Attributes/cooling`: it may come once; before: never") in told["xml"]
    assert told["flat"] == [("breaking", "records of ordinal 9000 (cooling) are new and mandatory")]
    assert told["table"] == [("breaking", 'the column "Cooling" is new and mandatory')]


def test_an_attribute_less_breaks_every_format():
    told = noticed(lambda d: d["properties"].pop("town"))
    assert told["json"] == [("breaking", "`town` may no longer be given")]
    assert ("breaking", "`/Attributes/town`: it may no longer come; before: at most once") in told[
        "xml"
    ]
    assert told["flat"] == [("breaking", "records of ordinal 20 (town) are refused")]
    assert told["table"] == [("breaking", 'the column "Town" is no longer read')]


def test_values_that_are_refused_are_told_in_the_words_of_each_format():
    told = noticed(altered("export_capacity_kw", maximum=5000))
    assert told["json"] == [
        ("breaking", "`export_capacity_kw` may now be at most 5000 kW; it was 2000000"),
    ]
    assert told["flat"] == [
        (
            "breaking",
            "ordinal 6 (export_capacity_kw) now takes 0 to 5000, at most 3 decimals; it took 0 to 2000000, at most 3 decimals",
        )
    ]
    assert told["table"] == [
        ("breaking", 'cells of the column "Export capacity (kW)" that were accepted are refused'),
    ]
    assert [severity for severity, _ in told["xml"]] == ["breaking"]


def test_a_value_more_is_noticed_and_breaks_nothing():
    told = noticed(lambda d: d["properties"]["chemistry"]["enum"].append("gravity"))
    assert {severity for notices in told.values() for severity, _ in notices} == {"compatible"}
    assert told["table"][0][1].endswith("other, gravity")


def test_a_heading_is_noticed_by_those_who_send_tables_alone():
    told = noticed(altered("chemistry", heading="Cells"))
    assert told["json"] == told["xml"] == told["flat"] == []
    text = 'the column "Chemistry" is now called "Cells"; the former heading is still read'
    assert told["table"] == [("compatible", text)]


def test_fewer_decimal_places_break_every_format():
    told = noticed(altered("cycles_per_day_limit", fraction_digits=0))
    assert {format: [severity for severity, _ in told[format]] for format in told} == {
        "json": ["breaking"],
        "xml": ["breaking"],
        "flat": ["breaking"],
        "table": ["breaking"],
    }


def test_another_unit_breaks_what_has_no_schema_for_it():
    told = noticed(altered("cycles_per_day_limit", unit="1/h"))
    for format in ("json", "flat", "table"):
        assert [severity for severity, _ in told[format]] == ["breaking"], format
    assert told["flat"][0][1] == "ordinal 202 (cycles_per_day_limit) is now in 1/h, it was in 1/day"


@pytest.mark.parametrize(
    ("severity", "expected"), [("error", "breaking"), ("warning", "compatible")]
)
def test_a_rule_more_is_noticed_by_every_format(severity, expected):
    rule = {
        "name": "both_names",
        "sentence": "make and model belong together",
        "together": ["make", "model"],
    }
    told = noticed(lambda d: d["assertions"].append({**rule, "severity": severity}))
    for notices in told.values():
        ((found, sentence),) = notices
        assert found == expected
        assert sentence.startswith("both_names now ")


def test_elements_of_a_list_are_columns_and_records_of_their_own():
    def with_list(most):
        return lambda d: d["properties"].update(cooling={**deepcopy(LISTED), "maxItems": most})

    start = deepcopy(BATTERY)
    with_list(2)(start)
    told = noticed(with_list(3), start)
    assert told["table"] == [("compatible", 'the column "Cooling 3" is new')]
    assert told["flat"] == []
    fewer = noticed(with_list(1), start)
    assert fewer["table"] == [("breaking", 'the column "Cooling 2" is no longer read')]
    assert [severity for severity, _ in fewer["json"]] == ["breaking"]


def test_the_xml_verdict_has_a_document_as_its_evidence():
    changed = deepcopy(BATTERY) | {"version": "1.1", "$id": "urn:fmar:category:battery_storage:1:1"}
    altered("export_capacity_kw", maximum=5000)(changed)
    xml = form_verdicts(read(BATTERY), read(changed))[1]
    assert xml.backward == "refuted"
    assert xml.counterexample.startswith(
        '<Attributes xmlns="urn:fmar:category:battery_storage:1:0">'
    )
    assert "<exportCapacityKw>9000</exportCapacityKw>" in xml.counterexample
