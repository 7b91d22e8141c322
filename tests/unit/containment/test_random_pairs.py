"""Random pairs: no proof that a search contradicts, no refutation that an engine does not confirm."""

from random import Random

import jsonschema_rs
import pytest

from contracts.verdicts import Verdict
from registry_store.containment.checking import check
from registry_store.containment.engines import Engines
from registry_store.containment.judging import Judge
from tests.unit.containment.random_schemas import other_version, recursive, schema, values
from tests.unit.containment.removals import removals

VALUES = values(seed=7, count=3000)


def pairs(seed, count, make):
    random = Random(seed)
    for _ in range(count):
        version = make(random)
        other = other_version(random, version)
        yield version, other
        yield other, version


def contradicts(old, new):
    """A value of the search that shows a proof to be wrong."""
    before, after = (
        jsonschema_rs.Draft202012Validator(each, validate_formats=True, offline=True)
        for each in (old, new)
    )
    suspects = [each for each in VALUES if before.is_valid(each) and not after.is_valid(each)]
    judge = Judge(Engines(old), Engines(new))
    return [each for each in suspects if judge.is_counterexample(each)]


@pytest.mark.parametrize(("seed", "make"), [(1, schema), (2, schema), (3, schema), (4, recursive)])
def test_no_verdict_on_random_pairs_is_wrong_and_few_are_left_open(seed, make):
    verdicts = {"proved": 0, "refuted": 0, "unproved": 0}
    for old, new in pairs(seed, 60, make):
        verdict = check(old, new)
        if not isinstance(verdict, Verdict):
            assert any("leads back to itself" in reason.text for reason in verdict)
            continue
        verdicts[verdict.backward] += 1
        if verdict.backward == "proved":
            assert contradicts(old, new) == []
        if verdict.backward == "refuted":
            judge = Judge(Engines(old), Engines(new))
            assert judge.is_counterexample(verdict.counterexample)
            assert not any(map(judge.is_counterexample, removals(verdict.counterexample)))
            assert any(each.severity == "breaking" for each in verdict.differences)
    assert verdicts["proved"] > 20
    assert verdicts["refuted"] > 10
    assert verdicts["unproved"] <= 0.03 * sum(verdicts.values())


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("seed", "make"), [(11, schema), (12, recursive)])
def test_no_verdict_on_many_more_random_pairs_is_wrong(seed, make):
    open_questions = 0
    for old, new in pairs(seed, 1500, make):
        verdict = check(old, new)
        if isinstance(verdict, Verdict):
            open_questions += verdict.backward == "unproved"
            assert verdict.backward != "proved" or contradicts(old, new) == []
    assert open_questions <= 90


def test_the_search_would_find_a_wrong_proof():
    assert contradicts({"type": "array"}, {"type": "array", "maxItems": 2}) != []
    assert contradicts({}, {"required": ["a"]}) != []
