"""Examples and counter-examples of every category, by two validators that share no code."""

from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest

from registry_store.category_documents import load_catalogue
from registry_store.conformance import RULE_OF_KEYWORD, Conformance
from registry_store.rules.merge_patch import merge_patch

CATALOGUE = load_catalogue(Path(__file__).parents[2] / "schemas" / "json")
CONFORMANCE = Conformance(CATALOGUE)
EXAMPLES = [
    pytest.param(category, example, id=f"{category.name}-{number}")
    for category in CATALOGUE
    for number, example in enumerate(category.document["examples"], 1)
]
COUNTER_EXAMPLES = [
    pytest.param(category, counter, id=f"{category.name}-{counter['rule']}-{number}")
    for category in CATALOGUE
    for number, counter in enumerate(category.document["counter_examples"], 1)
]
#: Rules that the keywords of JSON Schema state; the others are the hub's own.
STATED_BY_THE_SCHEMA = {rule.key for rule in RULE_OF_KEYWORD.values()}


def second_opinion(category):
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(category.document, format_checker=checker)


@pytest.mark.parametrize(("category", "example"), EXAMPLES)
def test_examples_are_accepted_by_both_validators_and_come_back_as_they_are(category, example):
    assert jsonschema_rs.is_valid(category.document, example, validate_formats=True)
    assert second_opinion(category).is_valid(example)
    assert CONFORMANCE.conform(category, example) == (example, ())


@pytest.mark.parametrize(("category", "counter"), COUNTER_EXAMPLES)
def test_counter_examples_are_refused_by_the_one_rule_that_they_break(category, counter):
    broken = merge_patch(category.document["examples"][0], counter["change"])
    _, reasons = CONFORMANCE.conform(category, broken)
    assert [(each.rule.key, each.path) for each in reasons] == [(counter["rule"], counter["path"])]


@pytest.mark.parametrize(("category", "counter"), COUNTER_EXAMPLES)
def test_counter_examples_divide_no_two_validators(category, counter):
    broken = merge_patch(category.document["examples"][0], counter["change"])
    is_valid = counter["rule"] not in STATED_BY_THE_SCHEMA
    assert jsonschema_rs.is_valid(category.document, broken, validate_formats=True) is is_valid
    assert second_opinion(category).is_valid(broken) is is_valid


@pytest.mark.parametrize("category", list(CATALOGUE), ids=lambda each: each.name)
def test_every_rule_has_a_counter_example_in_every_category(category):
    shown = {counter["rule"] for counter in category.document["counter_examples"]}
    assert shown == STATED_BY_THE_SCHEMA | {"SCH-STEP", "SCH-ASSERT", "ITEM-04"}
