"""Patterns and formats as languages, held against the engine that they describe."""

from itertools import product
from random import Random

import jsonschema_rs
import pytest

from contracts.regular import terms
from contracts.regular.budget import Budget, BudgetSpentError
from contracts.regular.exploring import shortest
from contracts.regular.pattern_syntax import UnsupportedPatternError
from contracts.regular.patterns import language
from registry_store.containment.engines import Engines
from registry_store.containment.formats import FORMATS, implies

PATTERNS = [
    "^a$", "[A-C]{2}", "(?=a)b", "^\\d+$", "(?:ab)*", "^a{1,3}b?$", "a|^b", "^(a|b$)", "(^|,)a", "a$|b",
    "^(?=.*[0-9])(?=.*[a-c])[a-c0-9]{2,3}$", "^(?!ab)[abc]*$", "^(a*)*$", "^(|a)b", "a?^b", "(^a)?b",
    "^[^ab]c$", "^$", "a$b", "^a?^b", "x^a", "^(a?){2}^b", "(a|)^b", "(?:a|^)b", "\\W", "^[\\w,]+?$", "^.{2}$",
    "^\\x61\\u0062", "^[a-]$", "(?<n>a)b",
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_matches_what_the_engine_finds(pattern):
    validator = jsonschema_rs.Draft202012Validator({"pattern": pattern})
    known = language(pattern)
    texts = ["".join(letters) for length in range(5) for letters in product("abc,0", repeat=length)]
    assert [t for t in texts if validator.is_valid(t) != terms.accepts(known, t)] == []


@pytest.mark.parametrize(
    "pattern", ["(a)\\1", "(?<=a)b", "\\bab", "a++", "\\p{L}", "(?i:a)", "((?=a)b)*"]
)
def test_a_pattern_that_is_not_understood_is_not_guessed(pattern):
    with pytest.raises(UnsupportedPatternError):
        language(pattern)


def test_the_shortest_word_of_a_difference_is_found_or_the_steps_end():
    less = terms.both((language("^[a-z]{1,4000}$"), terms.complement(language("^[a-z]{1,3999}$"))))
    assert len(shortest(less, 0, None, Budget(100_000)) or "") == 4000
    with pytest.raises(BudgetSpentError):
        shortest(language("^(a|b)*a(a|b){30}$"), 31, None, Budget(10_000))


def near_texts(seed, count):
    random = Random(seed)
    samples = [text for each in FORMATS.values() for text in (*each.examples, *each.misses)]
    letters = "aAzZ019-_.:/#?@+~{}[]()%PTDYMWHS \"\\é|^*<>`=;,&'$!\t\n"
    for _ in range(count):
        text = list(random.choice(samples))
        for _ in range(random.choice((0, 1, 1, 2, 3))):
            place = random.randint(0, len(text))
            text[place : place + random.randrange(2)] = random.choice(("", *letters))
        yield "".join(text)


def test_formats_lie_between_their_languages_and_within_each_other():
    taken = {
        name: jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True).is_valid
        for name in FORMATS
    }
    for text in near_texts(seed=5, count=15_000):
        words = {name: is_valid(text) for name, is_valid in taken.items()}
        for name, known in FORMATS.items():
            assert not words[name] or terms.accepts(known.around(), text), (name, text)
            assert words[name] or not terms.accepts(known.inside(), text), (name, text)
            wider = [other for other in FORMATS if implies(name, other)]
            assert not words[name] or all(words[other] for other in wider), (name, text)


@pytest.mark.parametrize("name", FORMATS)
def test_both_engines_agree_on_the_examples_of_a_format(name):
    engines = Engines({"format": name})
    assert [text for text in FORMATS[name].examples if engines.both(text) is not True] == []
    assert [text for text in FORMATS[name].misses if engines.both(text) is not False] == []
