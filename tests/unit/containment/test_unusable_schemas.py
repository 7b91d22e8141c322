"""What cannot be checked: each with a clear reason, its side and its place."""

import pytest

from registry_store.containment.checking import check

CASES = [
    (5, "", "a schema is an object, true or false"),
    ({"type": "strin"}, "/type", "not a schema of 2020-12"),
    ({"properties": {"a/b": {"minLength": -1}}}, "/properties/a~1b/minLength", "less than the minimum"),
    ({"required": ["a", "a"]}, "/required", "non-unique"),
    ({"multipleOf": 0}, "/multipleOf", "not a schema of 2020-12"),
    ({"items": {"pattern": "("}}, "/items/pattern", "is not a regular expression"),
    ({"patternProperties": {"[": True}}, "/patternProperties", "is not a regular expression"),
    ({"pattern": "a" * 5000}, "/pattern", "more than 4000 characters"),
    ({"$ref": "http://example.com/other"}, "", "nothing is fetched"),
    ({"$ref": "other.json#/a"}, "", "nothing is fetched"),
    ({"$ref": "#/$defs/none"}, "", "leads to nothing"),
    ({"$ref": "#none"}, "", "an anchor that is not there"),
    ({"$ref": "#"}, "", "leads back to itself"),
    ({"anyOf": [{"type": "string"}, {"allOf": [{"$ref": "#"}]}]}, "", "leads back to itself"),
    ({"$schema": "http://json-schema.org/draft-07/schema#"}, "/$schema", "is not JSON Schema 2020-12"),
    ({"anyOf": [{"minimum": n} for n in range(70_000)]}, "", "too large"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "pointer", "text"), CASES)
def test_an_unusable_schema_has_a_reason_with_its_place(schema, pointer, text):
    (reason,) = check(schema, True)
    assert (reason.side, reason.pointer) == ("old", pointer)
    assert text in reason.text


def test_both_sides_are_looked_at():
    reasons = check({"type": 1}, {"minimum": "a"})
    assert [(each.side, each.pointer) for each in reasons] == [
        ("old", "/type"),
        ("new", "/minimum"),
    ]


def test_a_schema_may_nest_deep_but_not_without_end():
    def nested(depth):
        schema = {}
        for _ in range(depth):
            schema = {"items": schema}
        return schema

    assert check(nested(60), nested(60)).backward == "proved"
    (reason,) = check(nested(300), True)
    assert "nests deeper" in reason.text


def test_what_stands_below_unknown_keywords_is_not_looked_at():
    assert check({"x-note": {"pattern": "(", "type": "strin"}}, True).backward == "proved"
