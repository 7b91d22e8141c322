"""Pairs of XML schemas with known truth, in both directions: no verdict is wrong, hardly one is missing."""

import re
from functools import cache

import pytest
from lxml.etree import fromstring as tree

from adapters.xsd_comparison.checking import check
from adapters.xsd_comparison.engines import Engines
from adapters.xsd_comparison.sources import Source
from tests.support import xsd_content_pairs, xsd_further_pairs, xsd_text_pairs
from tests.support.xsd_writing import schema

CASES = [
    *xsd_text_pairs.LENGTHS, *xsd_text_pairs.NUMBERS, *xsd_text_pairs.PATTERNS, *xsd_text_pairs.CODES,
    *xsd_text_pairs.TYPES, *xsd_content_pairs.OCCURRENCE, *xsd_content_pairs.ATTRIBUTES,
    *xsd_content_pairs.ELEMENTS, *xsd_content_pairs.WILDCARDS, *xsd_further_pairs.FURTHER,
]  # fmt: skip
IS_KEPT = {
    "same": (True, True),
    "wider": (True, False),
    "narrower": (False, True),
    "other": (False, False),
}
OLD, NEW = "urn:a", "urn:b"
QUESTIONS = [
    pytest.param(each, is_kept, id=f"{case.name}{way}")
    for case in CASES
    for each, is_kept, way in (
        ((case.one, case.other), IS_KEPT[case.truth][0], ""),
        ((case.other, case.one), IS_KEPT[case.truth][1], ", back"),
    )
]
#: Questions that stay open, with the reason.
OPEN = {
    "NMTOKENS and a list of them": "an empty list of NMTOKENS is refused by one of the engines only",
}


@cache
def verdict_on(pair):
    return check(*sources(pair))


def sources(pair):
    return Source(schema(pair[0], OLD).encode()), Source(schema(pair[1], NEW).encode())


@pytest.mark.parametrize(("pair", "is_kept"), QUESTIONS)
def test_the_verdict_is_true(pair, is_kept, request):
    old, new = sources(pair)
    verdict = verdict_on(pair)
    if request.node.callspec.id in OPEN:
        assert verdict.backward == "unproved"
        return
    assert verdict.backward == ("proved" if is_kept else "refuted"), verdict.method
    if is_kept:
        assert verdict.counterexample is None
        return
    before, after = Engines(old), Engines(new)
    document = verdict.counterexample
    assert before.first(tree(document))
    assert before.second(tree(document))
    mapped = re.sub(f'(xmlns(:[a-z0-9]+)?)="{OLD}"', rf'\1="{NEW}"', document)
    assert not after.first(tree(mapped))
    assert not after.second(tree(mapped))


@pytest.mark.parametrize(("pair", "is_kept"), QUESTIONS)
def test_differences_agree_with_the_verdict(pair, is_kept):
    differences = verdict_on(pair).differences
    is_breaking = any(difference.severity == "breaking" for difference in differences)
    assert is_breaking == (not is_kept)


def test_there_are_many_pairs_and_few_open_ones():
    assert len(CASES) >= 60
    assert len(OPEN) <= 0.03 * len(QUESTIONS)
