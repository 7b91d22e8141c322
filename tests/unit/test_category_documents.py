"""Category documents: the closed profile, immutability, and meta-rules that are each able to fail."""

from copy import deepcopy
from pathlib import Path

import jsonschema
import orjson
import pytest

from contracts.keys import SCHEMES
from contracts.visibility import View
from registry_store.category_documents import (
    META,
    category_from_document,
    load_catalogue,
    resolve,
)
from registry_store.category_manifest import published_files
from registry_store.category_profile import CategoryDocumentError, Profile, check_ordinals

FOLDER = Path(__file__).parents[2] / "schemas" / "json"
DOCUMENTS = {
    path: orjson.loads(content)
    for path, content in published_files(FOLDER)
    if path.startswith("categories/")
}
COMMON = orjson.loads((FOLDER / "common/1.0.json").read_bytes())
PROFILE = Profile(orjson.loads((FOLDER / META).read_bytes()))
CATALOGUE = load_catalogue(FOLDER)
CAPACITY_REGISTER = {
    "battery_storage", "pumped_storage", "mechanical_storage", "thermal_storage", "other_storage",
    "wind_onshore", "wind_offshore", "solar_pv", "hydro", "marine", "biogas_biomass", "fuel_cell",
    "diesel_backup_generator", "gas_engine_chp", "gas_turbine", "other_generation",
}  # fmt: skip

every_category = pytest.mark.parametrize("category", list(CATALOGUE), ids=lambda each: each.name)


def read(document):
    return category_from_document(document, {COMMON["$id"]: COMMON}, PROFILE)


@pytest.fixture
def battery():
    return deepcopy(DOCUMENTS["categories/battery_storage/1.0.json"])


class TestTheCatalogue:
    def test_has_every_category_of_the_capacity_register(self):
        assert set(CATALOGUE.names()) >= CAPACITY_REGISTER

    def test_has_the_categories_of_demand(self):
        demand = {"ev_charge_point", "v2g_charge_point", "heat_pump", "electric_heating"}
        assert set(CATALOGUE.names()) >= demand | {"electrolyser", "demand_site"}

    @every_category
    def test_finds_a_category_by_version_and_by_time(self, category):
        assert CATALOGUE.get(category.name, category.version) is category
        assert CATALOGUE.effective(category.name, category.effective_from) is category

    @every_category
    def test_is_self_contained(self, category):
        assert b"$ref" not in orjson.dumps(category.document)


class TestEveryDocument:
    @pytest.mark.parametrize("path", DOCUMENTS)
    def test_is_valid_by_the_second_opinion(self, path):
        meta = orjson.loads((FOLDER / META).read_bytes())
        jsonschema.Draft202012Validator.check_schema(meta)
        jsonschema.Draft202012Validator.check_schema(DOCUMENTS[path])
        jsonschema.Draft202012Validator(meta).validate(DOCUMENTS[path])

    @every_category
    def test_withholds_personal_data_from_the_market(self, category):
        for attribute in category.attributes:
            if attribute.personal:
                assert View[attribute.visibility] >= View.operator, attribute.name

    @pytest.mark.parametrize(
        "name", ["ev_charge_point", "heat_pump", "battery_storage", "solar_pv"]
    )
    def test_treats_the_address_of_what_may_be_a_home_as_personal(self, name):
        category = CATALOGUE.get(name, "1.0")
        for attribute in ("site_name", "address_line_1", "postcode", "latitude", "longitude"):
            assert category.attribute(attribute).personal, attribute

    @every_category
    def test_knows_each_key_scheme_that_it_names(self, category):
        assert set(category.keys) <= set(SCHEMES)

    @every_category
    def test_fixes_what_identifies_a_device(self, category):
        fixed = {attribute.name for attribute in category.attributes if attribute.identity}
        assert fixed == {"make", "model", "serial_number"}

    @every_category
    def test_needs_its_status_and_a_capacity(self, category):
        assert "connection_status" in category.required
        assert category.required & {"export_capacity_kw", "import_capacity_kw"}

    @pytest.mark.parametrize("name", sorted(CAPACITY_REGISTER))
    def test_needs_no_more_than_a_line_of_the_capacity_register_holds(self, name):
        category = CATALOGUE.get(name, "1.0")
        assert category.required == {"connection_status", "export_capacity_kw"}

    @every_category
    def test_keeps_the_ordinals_of_the_shared_definitions(self, category):
        for attribute in category.attributes:
            shared = COMMON["$defs"].get(attribute.name)
            if shared is not None:
                assert attribute.ordinal == shared["ordinal"]
            else:
                assert attribute.ordinal >= 100


#: What may not be said in a category document: a change of `battery_storage`, and what the refusal
#: speaks of.
LEAVES_THE_PROFILE = {
    "a keyword of JSON Schema outside of the profile": (
        "'oneOf' was unexpected",
        lambda d: replace(d, "chemistry", oneOf=[]),
    ),
    "a fractional multipleOf": (
        "'multipleOf' was unexpected",
        lambda d: replace(d, "cycles_per_day_limit", multipleOf=0.001),
    ),
    "attributes that are not listed": (
        "/additionalProperties",
        lambda d: d.update(additionalProperties=True),
    ),
    "a string without bound": (
        "/properties/chemistry: .*not valid under any",
        lambda d: replace(d, "chemistry", drop="enum"),
    ),
    "a number without bounds": (
        '"maximum" is a required',
        lambda d: replace(d, "cycles_per_day_limit", drop="maximum"),
    ),
    "a number without decimal places": (
        '"fraction_digits" is a required',
        lambda d: replace(d, "cycles_per_day_limit", drop="fraction_digits"),
    ),
    "a pattern without anchors": ("/chemistry/pattern", lambda d: patterned(d, "[A-Z]+")),
    "a pattern with look-ahead": ("/chemistry/pattern", lambda d: patterned(d, "^(?=A)[A-Z]+$")),
    "a pattern with a class that engines read differently": (
        "/chemistry/pattern",
        lambda d: patterned(d, "^\\w+$"),
    ),
    "more digits than a number can carry": (
        "/cycles_per_day_limit/maximum",
        lambda d: replace(d, "cycles_per_day_limit", maximum=10_000_000_000, fraction_digits=6),
    ),
    "an attribute without ordinal": (
        '"ordinal" is a required',
        lambda d: replace(d, "chemistry", drop="ordinal"),
    ),
    "an attribute without visibility": (
        '"visibility" is a required',
        lambda d: replace(d, "chemistry", drop="visibility"),
    ),
    "a relative change of a string": (
        "/chemistry/material",
        lambda d: replace(d, "chemistry", material={"relative_percent": 5}),
    ),
    "personal data for the market": (
        "/chemistry/visibility",
        lambda d: replace(d, "chemistry", personal=True),
    ),
    "personal data for the market by way of a reference": (
        "/customer_name/visibility",
        lambda d: replace(d, "customer_name", visibility="market"),
    ),
    "two levels of objects": (
        "/chemistry/items/properties/a/type",
        lambda d: replace(d, "chemistry", drop="enum", **list_of_objects({"type": "object"})),
    ),
    "a reference to what does not exist": (
        "there is no urn:fmar:common:1:0#/.defs/nothing",
        lambda d: d["properties"].update(chemistry={"$ref": "urn:fmar:common:1:0#/$defs/nothing"}),
    ),
    "a reference to another place": (
        "nothing is fetched",
        lambda d: d["properties"].update(chemistry={"$ref": "https://example.org/x.json"}),
    ),
    "a reference that widens a bound": (
        "widens export_capacity_kw",
        lambda d: replace(d, "export_capacity_kw", maximum=900_000_000),
    ),
    "a reference that adds an option": (
        "widens metering",
        lambda d: replace(d, "metering", enum=["boundary", "none"]),
    ),
    "a required attribute that is not defined": (
        "no attribute voltage",
        lambda d: d["required"].append("voltage"),
    ),
    "a key scheme that does not exist": ("/keys/5", lambda d: d["keys"].append("colour")),
    "an ordinal used twice": ("one ordinal", lambda d: replace(d, "chemistry", ordinal=1)),
    "an XML name used twice": (
        "one xml_name",
        lambda d: replace(d, "chemistry", xml_name="make"),
    ),
    "a heading used twice": ("one heading", lambda d: replace(d, "chemistry", heading="Make")),
    "the $id of another category": (
        "of another",
        lambda d: d.update({"$id": "urn:fmar:category:heat_pump:1:0"}),
    ),
    "an assertion about what is not defined": (
        "no attribute turbines",
        lambda d: add_assertion(d, at_most=["turbines", "phases"]),
    ),
    "an assertion that compares a date with a number": (
        "unlike values",
        lambda d: add_assertion(d, at_most=["connected_on", "phases"]),
    ),
    "an assertion that compares names": (
        "unlike values",
        lambda d: add_assertion(d, at_most=["make", "model"]),
    ),
    "an assertion that can never apply": (
        "never apply",
        lambda d: add_assertion(d, when={"metering": ["roof"]}, require=["make"]),
    ),
    "an assertion that says two things": (
        "/assertions/7: .*more than one",
        lambda d: add_assertion(d, forbid=["make"], together=["make", "model"]),
    ),
    "an unconditional requirement beside `required`": (
        "/assertions/7: .*not valid under any",
        lambda d: add_assertion(d, require=["make"]),
    ),
}
#: Neighbours of the cases above that the profile allows.
KEEPS_TO_THE_PROFILE = {
    "an anchored pattern": lambda d: patterned(d, "^[A-Z]{1,3}(-[0-9]+)?$"),
    "a list of flat objects": lambda d: replace(
        d, "chemistry", drop="enum", **list_of_objects({"type": "boolean"})
    ),
    "a reference that narrows": lambda d: replace(d, "metering", enum=["boundary"]),
    "personal data for the operator": lambda d: replace(
        d, "chemistry", personal=True, visibility="operator"
    ),
    "a conditional requirement": lambda d: add_assertion(
        d, when={"metering": ["asset"], "chp": [False]}, require=["make"]
    ),
    "a comparison of dates": lambda d: add_assertion(d, at_most=["accepted_on", "energise_by"]),
}


def replace(document, name, *, drop=None, **members):
    schema = document["properties"][name]
    schema.pop(drop, None)
    schema.update(members)


def patterned(document, pattern):
    replace(document, "chemistry", drop="enum", pattern=pattern, maxLength=9)


def list_of_objects(member):
    member = {"title": "Amount", "xml_name": "a", **member}
    items = {"type": "object", "additionalProperties": False, "required": ["a"]}
    items["properties"] = {"a": member}
    return {"type": "array", "minItems": 1, "maxItems": 2, "items": items}


def add_assertion(document, **members):
    document["assertions"].append({"name": "added", "sentence": "it is so", **members})


class TestTheClosedProfile:
    def test_accepts_the_document_that_the_cases_change(self, battery):
        assert read(battery).name == "battery_storage"

    @pytest.mark.parametrize("case", LEAVES_THE_PROFILE)
    def test_refuses(self, battery, case):
        says, change = LEAVES_THE_PROFILE[case]
        change(battery)
        with pytest.raises(CategoryDocumentError, match=says):
            read(battery)

    @pytest.mark.parametrize("case", KEEPS_TO_THE_PROFILE)
    def test_allows(self, battery, case):
        KEEPS_TO_THE_PROFILE[case](battery)
        assert read(battery).name == "battery_storage"

    def test_names_the_document_and_the_place(self, battery):
        replace(battery, "chemistry", drop="visibility")
        with pytest.raises(
            CategoryDocumentError, match=r"battery_storage:1:0 .*properties/chemistry"
        ):
            read(battery)

    def test_refuses_shared_definitions_outside_of_it(self):
        common = deepcopy(COMMON)
        common["$defs"]["make"]["not"] = {}
        with pytest.raises(CategoryDocumentError, match="/make"):
            PROFILE.check_common(common)


class TestOrdinals:
    @pytest.mark.parametrize(
        "changed",
        [{"ordinal": 999}, {"xml_name": "cells"}, {"type": "boolean", "enum": None}],
        ids=["moved", "renamed in XML", "of another type"],
    )
    def test_mean_the_same_in_every_version(self, battery, changed):
        later = deepcopy(battery)
        later |= {"version": "1.1", "$id": "urn:fmar:category:battery_storage:1:1"}
        chemistry = later["properties"]["chemistry"] | changed
        later["properties"]["chemistry"] = {k: v for k, v in chemistry.items() if v is not None}
        with pytest.raises(CategoryDocumentError, match="chemistry: ordinal"):
            check_ordinals([read(battery), read(later)])

    def test_are_not_used_again_for_another_attribute(self, battery):
        later = deepcopy(battery)
        later |= {"version": "1.1", "$id": "urn:fmar:category:battery_storage:1:1"}
        later["properties"]["cell"] = later["properties"].pop("chemistry")
        with pytest.raises(CategoryDocumentError, match="cell: ordinal"):
            check_ordinals([read(battery), read(later)])


class TestAReference:
    def test_is_replaced_by_the_definition_narrowed(self, battery):
        resolved = resolve(battery, {COMMON["$id"]: COMMON})["properties"]["export_capacity_kw"]
        shared = COMMON["$defs"]["export_capacity_kw"]
        assert resolved == {**shared, "maximum": 2_000_000}

    def test_leaves_the_document_as_it_was(self, battery):
        before = deepcopy(battery)
        resolve(battery, {COMMON["$id"]: COMMON})
        assert battery == before


class TestTheGuide:
    GUIDE = (FOLDER.parents[1] / "docs" / "categories.md").read_text(encoding="utf-8")

    def test_names_every_category(self):
        assert {name for name in CATALOGUE.names() if f"`{name}`" not in self.GUIDE} == set()

    def test_explains_every_keyword_of_the_profile(self):
        meta = orjson.loads((FOLDER / META).read_bytes())
        parts = [meta["$defs"][name] for name in ("attribute", "value", "reference", "assertion")]
        said_of_every_document = {"$schema", "properties", "required", "additionalProperties"}
        keywords = {keyword for part in [meta, *parts] for keyword in part["properties"]}
        keywords -= said_of_every_document | {"name", "sentence"}
        assert {each for each in keywords if f"`{each}`" not in self.GUIDE} == set()
