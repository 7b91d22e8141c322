"""Forms of a category for people: a page, an example, a form; of every category, from its schema alone."""

import re

import orjson
import pytest

from adapters.category_forms.documentation import documentation
from adapters.category_forms.example import example_event, example_payload
from adapters.category_forms.form import form
from contracts.categories import Attribute, Category
from contracts.messages import Envelope
from registry_store.conformance import Conformance
from router.bootstrap import language
from router.offline import validate
from tests.unit.adapters.tables.speaking import CATEGORIES, LANGUAGE, NOW

every_category = pytest.mark.parametrize("of", CATEGORIES.values(), ids=CATEGORIES)


class TestExample:
    @every_category
    def test_it_is_accepted_as_it_stands(self, of: Category) -> None:
        envelope = Envelope("", "acme", "application/cloudevents+json", example_event(of), NOW)
        result = validate(envelope, LANGUAGE)
        assert [(o.status, o.reasons) for o in result.outcomes] == [("accepted", ())]
        assert result.receipt["message_id"] == f"example-{of.name}-1.0"

    def test_a_category_that_asks_for_consent_gets_one(self) -> None:
        of = CATEGORIES["heat_pump"]
        asking = Category(
            **{field: getattr(of, field) for field in of.__dataclass_fields__}
            | {"requires_consent": True}
        )
        assert "consent_reference" in example_payload(asking)
        assert "consent_reference" not in example_payload(of)

    def test_the_further_examples_are_there_too(self) -> None:
        of = CATEGORIES["hydro"]
        attributes = example_payload(of, number=2)["attributes"]
        assert attributes == of.document["examples"][1]
        assert Conformance(language().catalogue).conform(of, attributes)[1] == ()


class TestDocumentation:
    @every_category
    def test_it_has_a_line_for_each_attribute_in_order(self, of: Category) -> None:
        page = documentation(of)
        found = re.findall(r"^\| (\d+) \| `([a-z0-9_]+)`", page, re.MULTILINE)
        assert found == [(str(each.ordinal), each.name) for each in of.attributes]
        for assertion in of.assertions:
            assert assertion.sentence in page
        assert page.count("```json") == len(of.document["examples"])

    def test_a_line_says_what_the_schema_says(self) -> None:
        page = documentation(CATEGORIES["ev_charge_point"])
        (line,) = [
            each
            for each in page.splitlines()
            if "`import_capacity_kw`" in each and each.startswith("| 7 ")
        ]
        for said in (
            "**mandatory**",
            "Import capacity (kW)",
            "number",
            "kW",
            "0 to 4000, 3 decimals",
            "market",
            "`importCapacityKw`",
        ):
            assert said in line
        (connector,) = [each for each in page.splitlines() if "↳ `power_kw`" in each]
        assert "**mandatory**" in connector
        assert "list of objects" in page
        assert "`type_1`, `type_2`" in page

    def test_every_line_of_a_table_has_as_many_cells(self) -> None:
        for of in CATEGORIES.values():
            rows = [line for line in documentation(of).splitlines() if line.startswith("|")]
            assert {len(re.findall(r"(?<!\\)\|", line)) for line in rows} == {12}


class TestForm:
    @every_category
    def test_it_asks_for_every_attribute_once(self, of: Category) -> None:
        asked = [field["pointer"] for field in form(of)["fields"]]
        attributes = [pointer for pointer in asked if pointer.startswith("/attributes/")]
        assert sorted(attributes) == sorted(f"/attributes/{each.name}" for each in of.attributes)
        assert len(set(asked)) == len(asked)
        required = {f["pointer"] for f in form(of)["fields"] if f["required"]}
        assert required == {f"/attributes/{name}" for name in of.required}
        groups = [group["name"] for group in form(of)["groups"]]
        order = [groups.index(field["group"]) for field in form(of)["fields"]]
        assert order == sorted(order)
        assert orjson.loads(orjson.dumps(form(of))) == form(of)

    @pytest.mark.parametrize(
        ("name", "widget", "more"),
        [
            (
                "import_capacity_kw",
                "number",
                {"unit": "kW", "minimum": 0, "maximum": 4000, "fraction_digits": 3},
            ),
            ("phases", "number", {"minimum": 1, "maximum": 3, "fraction_digits": 0}),
            ("connected_on", "date", {}),
            ("flexible_connection", "checkbox", {}),
            ("make", "text", {"longest": 80, "group": "identity"}),
            ("postcode", "text", {"pattern": "^[A-Z][A-Z0-9]{1,3}( [A-Z0-9]{1,3})?$"}),
            ("access", "select", {}),
            ("connectors", "list", {"fewest": 1, "most": 8}),
        ],
    )
    def test_a_field_says_how_to_ask(self, name: str, widget: str, more: dict[str, object]) -> None:
        (field,) = [
            f
            for f in form(CATEGORIES["ev_charge_point"])["fields"]
            if f["pointer"] == f"/attributes/{name}"
        ]
        assert field["widget"] == widget
        assert more.items() <= field.items()

    def test_choices_have_a_value_and_words(self) -> None:
        fields = {f["pointer"]: f for f in form(CATEGORIES["ev_charge_point"])["fields"]}
        assert {"value": "shared_private", "label": "Shared private"} in fields[
            "/attributes/access"
        ]["options"]
        connector = {f["pointer"]: f for f in fields["/attributes/connectors"]["fields"]}
        assert (connector["/power_kw"]["required"], connector["/power_kw"]["unit"]) == (True, "kW")

    def test_a_list_of_scalars_has_one_field(self) -> None:
        schema = {
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {"type": "string", "maxLength": 9},
        }
        tags = Attribute(
            "tags", 900, "array", "Tags", "Words.", "tags", "Tags", "market", schema=schema
        )
        of = CATEGORIES["hydro"]
        wider = Category(
            **{f: getattr(of, f) for f in of.__dataclass_fields__}
            | {"attributes": (*of.attributes, tags)}
        )
        (field,) = [f for f in form(wider)["fields"] if f["pointer"] == "/attributes/tags"]
        assert [each["pointer"] for each in field["fields"]] == [""]
        assert "list of strings" in documentation(wider)
