"""What has changed: where, which way, how much it weighs, and in plain words."""

import pytest

from registry_store.containment.checking import check

KW = {"type": "number", "unit": "kW"}
CASES = [
    (
        {"properties": {"p_kw": {**KW, "maximum": 10000}}},
        {"properties": {"p_kw": {**KW, "maximum": 5000}}},
        ("/properties/p_kw/maximum", "narrower", "breaking", "`p_kw` may now be at most 5000 kW; it was 10000"),
    ),
    (
        {"items": {"minLength": 3}},
        {"items": {}},
        ("/items/minLength", "wider", "compatible", "`[]` no longer has a least length; it was 3 characters"),
    ),
    (
        {"enum": ["a", "b"]},
        {"enum": ["b", "c"]},
        ("/enum", "incomparable", "breaking", 'the document no longer allows "a" and now also allows "c"'),
    ),
    (
        {"required": ["a"]},
        {"required": ["a", "b"]},
        ("/required", "narrower", "breaking", "`b` is now required"),
    ),
    (
        {"properties": {"a": True}, "additionalProperties": False},
        {"properties": {"a": True, "b": True}, "additionalProperties": False},
        ("/properties/b", "wider", "compatible", "`b` may now be given"),
    ),
    (
        {"properties": {"a": True}},
        {"properties": {"a": True, "b": {"type": "null"}}},
        ("/properties/b", "narrower", "breaking", "`b` is now described: where it is given, it must be as described"),
    ),
    (
        {"type": "string"},
        {"type": ["string", "null"]},
        ("/type", "wider", "compatible", "the document may now be string or null; it was string"),
    ),
    (
        {"type": "string"},
        {"type": "string", "format": "date"},
        ("/format", "narrower", "breaking", "the document must now be a real `date`; any string was allowed"),
    ),
    (
        {"not": {"maximum": 5}},
        {"not": {"maximum": 4}},
        ("/not/maximum", "wider", "compatible", "what is excluded of the document may now be at most 4; it was 5"),
    ),
    (
        {"title": "a", "type": "string"},
        {"title": "b", "type": "string"},
        ("/title", "annotation", "documentation", '`title` of the document is now "b"; it was "a"'),
    ),
    (
        {"properties": {"a": {"unit": "kW"}}},
        {"properties": {"a": {"unit": "MW"}}},
        (
            "/properties/a/unit",
            "annotation",
            "compatible",
            '`unit` of `a` is now "MW"; it was "kW"; validators do not look at it, formats and partners do',
        ),
    ),
    (
        {"type": "integer", "minimum": 0.5},
        {"type": "integer", "minimum": 1},
        (
            "/minimum",
            "annotation",
            "documentation",
            "the document must now be at least 1; it was 0.5; the same documents are valid",
        ),
    ),
    (
        {"anyOf": [{"type": "string"}]},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        ("/anyOf", "wider", "compatible", 'the document has an alternative more: {"type": "null"}'),
    ),
    (
        {"$ref": "#/$defs/x", "$defs": {"x": {"minimum": 1}}},
        {"$ref": "#/$defs/x", "$defs": {"x": {"minimum": 2}}},
        ("/$defs/x/minimum", "narrower", "breaking", "definition `x` must now be at least 2; it was 1"),
    ),
    (True, False, ("", "narrower", "breaking", "the document is not allowed any more")),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_a_difference_says_where_which_way_and_how_much(old, new, expected):
    (found,) = check(old, new).differences
    assert (found.pointer, found.direction, found.severity, found.sentence) == expected


def test_changes_that_make_up_for_each_other_break_nothing():
    verdict = check({"type": "integer", "maximum": 9}, {"type": "integer", "exclusiveMaximum": 10})
    assert verdict.backward == "proved"
    assert {each.severity for each in verdict.differences} <= {"compatible", "documentation"}


def test_changes_that_break_only_together_are_named_as_breaking():
    verdict = check(
        {"type": "string"}, {"type": "string", "if": {"minLength": 2}, "then": {"maxLength": 4}}
    )
    assert verdict.backward == "refuted"
    assert {(each.pointer, each.severity) for each in verdict.differences} == {
        ("/if", "breaking"),
        ("/then", "breaking"),
    }


def test_a_property_of_a_part_may_be_wider_because_something_else_is_closed():
    old = {"allOf": [{"properties": {"a": True}}], "unevaluatedProperties": False}
    new = {"allOf": [{"properties": {"a": True, "b": True}}], "unevaluatedProperties": False}
    (found,) = check(old, new).differences
    assert (found.direction, found.severity) == ("wider", "compatible")


def test_what_was_added_has_no_old_value_and_what_was_removed_no_new_one():
    (added,) = check({}, {"default": None}).differences
    (removed,) = check({"default": None}, {}).differences
    assert "old" not in added.as_json()
    assert "new" not in removed.as_json()
    assert added.as_json()["new"] is None
