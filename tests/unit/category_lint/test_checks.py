"""Lint: every published category is clean, and each check fails on a document that it is there for."""

from copy import deepcopy
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.reasons import Severity
from registry_store.category_documents import META, load_catalogue
from registry_store.category_lint.linting import CHECKS, lint
from registry_store.category_lint.surroundings import Surroundings
from registry_store.category_manifest import published_files

FOLDER = Path(__file__).parents[3] / "schemas" / "json"
DOCUMENTS = {path: orjson.loads(content) for path, content in published_files(FOLDER)}
COMMON = [document for path, document in DOCUMENTS.items() if path.startswith("common/")]
AROUND = Surroundings.of(DOCUMENTS[META], COMMON, load_catalogue(FOLDER))
CATEGORIES = {p: d for p, d in DOCUMENTS.items() if p.startswith("categories/")}
#: Warnings that stand, each with the reason in docs/categories.md.
DOCUMENTED = {("categories/heat_pump/1.0.json", "number_without_unit", "/properties/scop")}

NEW = {
    "ordinal": 9000,
    "title": "Cooling",
    "description": "How the cells are cooled.",
    "xml_name": "cooling",
    "heading": "Cooling",
    "visibility": "market",
    "material": "never",
}


def with_new(**members):
    """An attribute `cooling` beside those of the battery."""
    return lambda d: d["properties"].update(cooling={**NEW, **members})


def altered(name, *, drop=None, **members):
    def change(document):
        document["properties"][name].pop(drop, None)
        document["properties"][name].update(members)

    return change


def listed(items):
    return with_new(type="array", minItems=1, maxItems=3, items=items)


NUMBER = {"type": "number", "minimum": 0, "maximum": 9, "fraction_digits": 0, "unit": "kW"}
TEXT = {"type": "string", "maxLength": 9}
OPEN_OBJECT = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"title": "A", "xml_name": "a", **TEXT}},
}

#: What lint must say of a changed battery: rule and pointer.
BAD = {
    "an open root": ("open_root", "", lambda d: d.pop("additionalProperties")),
    "an open element": ("open_root", "/properties/cooling/items", listed(OPEN_OBJECT)),
    "a keyword of the document": ("unknown_keyword", "/titel", lambda d: d.update(titel="x")),
    "a keyword of an attribute": (
        "unknown_keyword",
        "/properties/chemistry/visible",
        altered("chemistry", visible="market"),
    ),
    "a keyword of an assertion": (
        "unknown_keyword",
        "/assertions/0/because",
        lambda d: d["assertions"][0].update(because="x"),
    ),
    "a text of any length": (
        "string_without_maximum",
        "/properties/cooling",
        with_new(type="string"),
    ),
    "a text of any length in a list": (
        "string_without_maximum",
        "/properties/cooling/items",
        listed({"type": "string"}),
    ),
    "a list of any length": (
        "string_without_maximum",
        "/properties/cooling",
        with_new(type="array", items=TEXT),
    ),
    "a number without maximum": (
        "number_without_bounds",
        "/properties/cooling",
        with_new(type="integer", minimum=0),
    ),
    "a number without places": (
        "number_without_bounds",
        "/properties/cooling",
        with_new(**{**NUMBER, "fraction_digits": None}),
    ),
    "a number without unit": (
        "number_without_unit",
        "/properties/cooling",
        with_new(**{**NUMBER, "unit": ""}),
    ),
    "a pattern with look-ahead": (
        "pattern_outside_subset",
        "/properties/cooling/pattern",
        with_new(**TEXT, pattern="^(?=A)[A-Z]+$"),
    ),
    "a pattern without anchors": (
        "pattern_outside_subset",
        "/properties/cooling/pattern",
        with_new(**TEXT, pattern="[A-Z]+"),
    ),
    "a pattern that nothing reads": (
        "pattern_outside_subset",
        "/properties/cooling/pattern",
        with_new(**TEXT, pattern="^[Z-A](A$"),
    ),
    "a pattern with nested repeats": (
        "pattern_backtracks",
        "/properties/cooling/pattern",
        with_new(**TEXT, pattern="^([A-Z]+)*$"),
    ),
    "minimum above maximum": (
        "contradictory_bounds",
        "/properties/cooling/minimum",
        with_new(**{**NUMBER, "minimum": 10}),
    ),
    "lengths that exclude each other": (
        "contradictory_bounds",
        "/properties/cooling/minLength",
        with_new(**TEXT, minLength=10),
    ),
    "a pattern longer than the text may be": (
        "contradictory_bounds",
        "/properties/cooling/pattern",
        with_new(**TEXT, pattern="^[A-Z]{10}$"),
    ),
    "a list of no values": (
        "contradictory_bounds",
        "/properties/chemistry/enum",
        altered("chemistry", enum=[]),
    ),
    "a comparison that no two values meet": (
        "contradictory_bounds",
        "/assertions/7",
        lambda d: (
            with_new(**{**NUMBER, "minimum": 500_000_000, "maximum": 600_000_000})(d),
            d["assertions"].append(
                {"name": "a", "sentence": "it is so", "at_most": ["cooling", "phases"]}
            ),
        ),
    ),
    "a dead attribute": (
        "dead_subschema",
        "/properties/cooling",
        with_new(**{**NUMBER, "minimum": 10}),
    ),
    "no description": ("description_missing", "", lambda d: d.pop("description")),
    "an attribute without description": (
        "description_missing",
        "/properties/chemistry",
        altered("chemistry", drop="description"),
    ),
    "an attribute without title": (
        "description_missing",
        "/properties/chemistry",
        altered("chemistry", drop="title"),
    ),
    "a description that says the title again": (
        "description_missing",
        "/properties/cooling/description",
        with_new(**TEXT, description="Cooling"),
    ),
    "no examples": ("example_missing", "", lambda d: d.update(examples=[])),
    "no counter-examples": ("example_missing", "", lambda d: d.update(counter_examples=[])),
    "a rule that no counter-example breaks": (
        "example_missing",
        "/counter_examples",
        lambda d: d.update(counter_examples=d["counter_examples"][:1]),
    ),
    "an example that is refused": (
        "example_refused",
        "/examples/1",
        lambda d: d["examples"][1].update(export_capacity_kw=-1),
    ),
    "a counter-example that breaks two things": (
        "counter_example_wrong",
        "/counter_examples/0",
        lambda d: d["counter_examples"][0]["change"].update(make="", export_capacity_kw=-1),
    ),
    "a counter-example that breaks nothing": (
        "counter_example_wrong",
        "/counter_examples/0",
        lambda d: d["counter_examples"][0].update(change={"make": "Other"}),
    ),
    "an ordinal twice": (
        "ordinal_reused",
        "/properties/cooling/ordinal",
        with_new(**TEXT, ordinal=1),
    ),
    "an XML name twice": (
        "ordinal_reused",
        "/properties/cooling/xml_name",
        with_new(**TEXT, xml_name="make"),
    ),
    "a heading twice": (
        "ordinal_reused",
        "/properties/cooling/heading",
        with_new(**TEXT, heading="Make"),
    ),
    "the ordinal of another category's attribute": (
        "ordinal_reused",
        "/properties/cooling/ordinal",
        with_new(**TEXT, ordinal=500),
    ),
    "a known name with an ordinal of its own": (
        "ordinal_reused",
        "/properties/chemistry/ordinal",
        altered("chemistry", ordinal=9001),
    ),
    "an ordinal of the shared definitions": (
        "ordinal_reused",
        "/properties/cooling/ordinal",
        with_new(**TEXT, ordinal=98),
    ),
    "what the profile refuses": (
        "outside_profile",
        "/properties/chemistry/visibility",
        altered("chemistry", visibility="nobody"),
    ),
}


@pytest.fixture
def battery():
    return deepcopy(CATEGORIES["categories/battery_storage/1.0.json"])


def said(document):
    return {(finding.rule, finding.pointer) for finding in lint(document, AROUND)}


@pytest.mark.parametrize("path", CATEGORIES)
def test_a_published_category_is_clean(path):
    expected = {(rule, pointer) for where, rule, pointer in DOCUMENTED if where == path}
    assert said(CATEGORIES[path]) == expected


@pytest.mark.parametrize("case", BAD)
def test_a_bad_document_is_found_out(case, battery):
    rule, pointer, change = BAD[case]
    change(battery)
    assert (rule, pointer) in said(battery)


def test_every_check_has_a_document_that_it_fails_on():
    rules_of_cases = {rule for rule, _, _ in BAD.values()}
    for check in CHECKS:
        source = Path(check.__globals__["__file__"]).read_text()
        assert any(f'"{rule}"' in source for rule in rules_of_cases), check.__module__


def test_a_finding_says_what_to_do(battery):
    battery["titel"] = battery.pop("title")
    remedies = {finding.pointer: finding.remedy for finding in lint(battery, AROUND)}
    assert remedies["/titel"] == "Did you mean title?"


@pytest.mark.parametrize(
    ("pattern", "severity"),
    [
        ("^([A-Z]+)*$", Severity.error),
        ("^([A-Z]+)+$", Severity.error),
        ("^(A|AB|BA)*$", Severity.error),
        ("^(AA?)+$", Severity.error),
        ("^([A-Z]{1,9}){1,40}$", Severity.error),
        ("^[A-Z]*[A-Z0-9]*$", Severity.warning),
        ("^([A-Z]+-)*$", None),
        ("^[A-Z]+(-[0-9]+)*$", None),
        ("^(AB|AC)*$", None),
        ("^[A-Z][A-Z0-9]{1,3}( [A-Z0-9]{1,3})?$", None),
    ],
)
def test_back_tracking_is_told_by_how_a_text_can_be_read(pattern, severity, battery):
    with_new(**TEXT, pattern=pattern)(battery)
    found = [f.severity for f in lint(battery, AROUND) if f.rule == "pattern_backtracks"]
    assert found == ([] if severity is None else [severity])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "properties",
                    "items",
                    "type",
                    "enum",
                    "pattern",
                    "minimum",
                    "ordinal",
                    "$ref",
                    "assertions",
                    "x",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_any_json_value_is_answered(document):
    assert all(finding.sentence and finding.remedy for finding in lint(document, AROUND))


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(
        ["type", "enum", "pattern", "items", "minimum", "maxItems", "maxLength", "ordinal"]
    ),
    JSON,
)
def test_any_value_of_a_keyword_is_answered(keyword, value):
    document = deepcopy(CATEGORIES["categories/battery_storage/1.0.json"])
    document["properties"]["chemistry"][keyword] = value
    assert all(finding.as_json() for finding in lint(document, AROUND))
