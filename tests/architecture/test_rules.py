"""Every public rule key is used by code and named by a test: a key without either is a promise nobody keeps."""

import re

import orjson
import pytest

from contracts.reasons import Rule
from tests.architecture.tree import PACKAGES, below, name_of

#: Keys that only a later command gives, with the reason why they are public already.
NOT_YET: dict[str, str] = {}

# `Rule.SCH_TYPE` in code; `"SCH_TYPE"` or `"SCH-TYPE"` in schemas, profiles and tests.
_NAMED = re.compile(r"\bRule\.([A-Z]+_[A-Z0-9]+)\b|[\"'`(\s]([A-Z]+[-_][A-Z0-9]+)[\"'`),:\s]")


def keys_in(texts: list[str]) -> set[str]:
    found = (match[1] or match[2] for text in texts for match in _NAMED.finditer(text))
    return {name.replace("_", "-") for name in found}


CODE = keys_in(
    [f.read_text() for f in below(*PACKAGES) if name_of(f) != "contracts/reasons.py"]
    + [f.read_text() for f in below("schemas", suffix=".json")]
)
# A category's counter-examples are run by tests/unit/test_category_examples.py.
TESTS = keys_in(
    [f.read_text() for f in below("tests") if name_of(f) != "tests/architecture/test_rules.py"]
    + [
        f'"{counter["rule"]}"'
        for f in below("schemas", suffix=".json")
        for counter in orjson.loads(f.read_bytes()).get("counter_examples", ())
    ]
)


@pytest.mark.parametrize("key", [rule.key for rule in Rule])
def test_a_rule_is_used_by_code_and_named_by_a_test(key):
    assert key in CODE or key in NOT_YET, f"no code gives {key}"
    assert key in TESTS or key in NOT_YET, f"no test names {key}"


def test_nothing_is_excused_that_is_there():
    assert [key for key in NOT_YET if key in CODE and key in TESTS] == []


def test_codes_are_used_once():
    codes = [rule.code for rule in Rule]
    assert sorted(set(codes)) == sorted(codes)


def test_a_rule_that_nobody_names_would_be_found():
    assert "ORG-99" not in CODE
    assert keys_in(["Reason(Rule.ORG_99, text)"]) == {"ORG-99"}
    assert keys_in(['rules(receipt) == ["SCH-TYPE", "ORG-98"]']) == {"SCH-TYPE", "ORG-98"}
