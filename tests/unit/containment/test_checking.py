"""Verdicts: what they carry, what is minimal, what is left open, and a category of the hub with an edited copy."""

import copy
import json
from pathlib import Path

import pytest

from registry_store.containment.checking import check
from registry_store.containment.engines import Engines
from registry_store.containment.judging import Judge
from tests.unit.containment.removals import removals

SCHEMAS = Path(__file__).parents[3] / "schemas" / "json"
COMMON = json.loads((SCHEMAS / "common" / "1.0.json").read_text())
KNOWN = {COMMON["$id"]: COMMON}


@pytest.fixture
def battery():
    return json.loads((SCHEMAS / "categories" / "battery_storage" / "1.0.json").read_text())


def test_a_verdict_has_exactly_these_members():
    assert list(check(True, False).as_json()) == [
        "backward", "counterexample", "method", "differences",
    ]  # fmt: skip


def test_a_category_with_a_tighter_bound_is_refuted_by_the_smallest_asset(battery):
    draft = copy.deepcopy(battery)
    draft["properties"]["export_capacity_kw"]["maximum"] = 5000
    verdict = check(battery, draft, known=KNOWN)
    assert verdict.backward == "refuted"
    assert sorted(verdict.counterexample) == ["connection_status", "export_capacity_kw"]
    assert verdict.counterexample["export_capacity_kw"] > 5000
    (difference,) = verdict.differences
    assert difference.as_json() == {
        "pointer": "/properties/export_capacity_kw/maximum",
        "old": 2000000,
        "new": 5000,
        "direction": "narrower",
        "severity": "breaking",
        "sentence": "`export_capacity_kw` may now be at most 5000 kW; it was 2000000",
    }


def test_a_category_with_more_attributes_and_wider_bounds_is_proved(battery):
    draft = copy.deepcopy(battery)
    draft["properties"]["export_capacity_kw"]["maximum"] = 3000000
    draft["properties"]["cell_count"] = {"type": "integer", "minimum": 1, "maximum": 10}
    draft["required"].remove("export_capacity_kw")
    draft["description"] = "Another text."
    verdict = check(battery, draft, known=KNOWN)
    assert verdict.backward == "proved"
    assert {each.severity for each in verdict.differences} == {"compatible", "documentation"}
    assert check(draft, battery, known=KNOWN).backward == "refuted"


def test_every_category_is_contained_in_itself():
    for path in sorted((SCHEMAS / "categories").glob("*/1.0.json")):
        document = json.loads(path.read_text())
        verdict = check(document, copy.deepcopy(document), known=KNOWN)
        assert (verdict.backward, verdict.differences) == ("proved", ()), path


MINIMAL = [
    ({}, {"properties": {"a": {"maximum": 100}}}, {"a": 101}),
    ({}, {"maxLength": 3}, "aaaa"),
    ({}, {"maxItems": 2}, [False, False, False]),
    ({}, {"propertyNames": {"maxLength": 2}}, {"aaa": False}),
    ({"minimum": 1.25, "type": "number"}, {"minimum": 2.5}, 2),
    ({"format": "date"}, {"not": {"format": "date"}}, None),
    ({}, {"uniqueItems": True}, [False, False]),
    ({"required": ["a", "b"], "type": "object"}, {"required": ["c"]}, {"a": False, "b": False}),
]


@pytest.mark.parametrize(("old", "new", "expected"), MINIMAL)
def test_nothing_can_be_taken_away_from_a_counterexample(old, new, expected):
    verdict = check(old, new)
    judge = Judge(Engines(old), Engines(new))
    assert judge.is_counterexample(verdict.counterexample)
    assert not any(map(judge.is_counterexample, removals(verdict.counterexample)))
    if expected is not None:
        assert verdict.counterexample == expected


def test_a_long_counterexample_is_minimal_too():
    assert len(check({"maxLength": 6000}, {"maxLength": 5000}).counterexample) == 5001
    assert len(check({"maxItems": 6000}, {"maxItems": 5000}).counterexample) == 5001


DISPUTED = [
    # jsonschema takes every text with an @ for an address, jsonschema-rs does not.
    ({"type": "string", "pattern": "@"}, {"format": "email"}),
    # The engines compute multiples of 0.1 differently: 0.3 is one for the second alone.
    ({"const": 0.3}, {"not": {"multipleOf": 0.1}}),
    # Python's $ matches before a line end, and its \\d knows other digits.
    ({"const": "a\n"}, {"pattern": "^a$"}),
    ({"const": "٣"}, {"pattern": "^\\d$"}),
]


@pytest.mark.parametrize(("old", "new"), DISPUTED)
def test_a_value_that_the_engines_judge_differently_refutes_nothing(old, new):
    verdict = check(old, new)
    assert verdict.backward == "unproved"
    assert "judged differently" in verdict.method or "do not agree" in verdict.method


def test_what_is_left_open_says_what_was_searched():
    verdict = check({"pattern": "(a)\\1"}, {"pattern": "aa"})
    assert verdict.backward == "unproved"
    assert verdict.counterexample is None
    for part in ("canonical containment", "solver: ", "guided search: ", "candidates"):
        assert part in verdict.method


def test_the_same_pair_always_gets_the_same_verdict():
    old = {"properties": {"a": {"pattern": "^[a-z]+$"}, "b": {"items": {"type": "number"}}}}
    new = {"properties": {"a": {"pattern": "^[a-y]+$"}, "b": {"items": {"type": "integer"}}}}
    assert check(old, new) == check(copy.deepcopy(old), copy.deepcopy(new))


def test_the_solver_alone_proves_where_the_canonicaliser_is_left_out():
    verdict = check({"type": "integer"}, {"type": "number"}, mode="solver")
    assert verdict.backward == "proved"
    assert "canonical" not in verdict.method


def test_meta_schemas_can_be_referred_to_and_nothing_is_fetched():
    meta = {"$ref": "https://json-schema.org/draft/2020-12/schema"}
    assert check(meta, {"type": ["object", "boolean"]}).backward == "proved"
    assert check({"type": "object"}, meta).backward == "refuted"


@pytest.mark.timeout(60)
def test_a_union_of_many_objects_is_decided():
    def union(kind):
        return {
            "oneOf": [
                {"properties": {"k": {"const": n}, f"v{n}": {"type": kind}}, "required": ["k"]}
                for n in range(40)
            ]
        }

    assert check(union("integer"), union("number")).backward == "proved"
    assert check(union("number"), union("integer")).backward == "refuted"


@pytest.mark.timeout(60)
def test_patterns_that_back_track_are_decided():
    assert check({"pattern": "^(a+)+$"}, {"pattern": "^(a|aa)+$"}).backward == "proved"
    assert check({"pattern": "^(a+)+$"}, {"maxLength": 40}).backward == "refuted"
