"""A table of pairs whose truth was reasoned out, over every keyword of the draft, in both directions."""

import json
from pathlib import Path

import pytest

from registry_store.containment.checking import check
from registry_store.containment.engines import Engines
from registry_store.containment.judging import Judge

FILES = ("scalars", "arrays", "objects", "logic")
#: Relation -> the verdict on the second after the first, and on the first after the second.
RELATIONS = {
    "<": ("proved", "refuted"),
    ">": ("refuted", "proved"),
    "=": ("proved", "proved"),
    "x": ("refuted", "refuted"),
    "<?": ("proved", "unproved"),
}
#: Everything that the vocabularies of 2020-12 define; annotations are grouped in the table.
KEYWORDS = {
    *("type", "enum", "const", "multipleOf", "minimum", "maximum", "exclusiveMinimum"),
    *("exclusiveMaximum", "minLength", "maxLength", "pattern", "format"),
    *("items", "prefixItems", "contains", "minContains", "maxContains", "minItems", "maxItems"),
    *("uniqueItems", "unevaluatedItems"),
    *("properties", "patternProperties", "additionalProperties", "propertyNames", "required"),
    *("dependentRequired", "dependentSchemas", "minProperties", "maxProperties"),
    *("unevaluatedProperties", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"),
    *("$ref", "$defs", "$anchor", "$id", "$dynamicRef", "$dynamicAnchor", "$schema", "$vocabulary"),
    *("$comment", "title", "description", "default", "deprecated", "readOnly", "writeOnly"),
    *("examples", "contentEncoding", "contentMediaType", "contentSchema"),
}


def rows():
    for name in FILES:
        table = json.loads((Path(__file__).parent / "truth" / f"{name}.json").read_text())
        for group, entries in table.items():
            for number, entry in enumerate(entries if group != "about" else ()):
                yield f"{group}-{number}", entry


ROWS = dict(rows())
QUESTIONS = [
    pytest.param(
        *(reversed(pair) if backwards else pair),
        RELATIONS[relation][backwards],
        id=f"{name}-{'<>'[backwards]}",
    )
    for name, (*pair, relation) in ROWS.items()
    for backwards in (False, True)
]


@pytest.mark.parametrize(("old", "new", "expected"), QUESTIONS)
def test_no_verdict_is_wrong_and_each_is_given(old, new, expected):
    verdict = check(old, new)
    assert verdict.backward == expected, verdict.method
    if expected == "refuted":
        assert Judge(Engines(old), Engines(new)).is_counterexample(verdict.counterexample)


def test_the_table_has_200_pairs_and_more():
    assert len(ROWS) >= 200


def test_every_keyword_of_the_draft_stands_in_the_table():
    text = json.dumps(list(ROWS.values()))
    assert {keyword for keyword in KEYWORDS if f'"{keyword}":' not in text} == set()
