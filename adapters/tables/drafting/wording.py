"""Headings as words: abbreviations written out, units and remarks left out, what is left compared."""

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import lru_cache

from adapters.tables.drafting.word_lists import ABBREVIATIONS, FILLERS
from adapters.tables.folding import fold

_WORD = re.compile(r"[A-Za-z]+|[0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
#: A likeness of letters below this is chance.
_LIKE_LETTERS = 0.88
_SHORTEST_LIKE = 5


@lru_cache(maxsize=8_192)
def words_of(heading: str) -> tuple[str, ...]:
    """`Exp. Cap_kW (site)` -> export, capacity, kw, site."""
    words: list[str] = []
    for word in _WORD.findall(_CAMEL.sub(" ", heading)):
        lower = word.lower()
        words += ABBREVIATIONS.get(lower, (lower,))
    return tuple(_singular(word) for word in words if word not in FILLERS)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word  # noqa: PLR2004 - gas, bus


@lru_cache(maxsize=65_536)
def likeness(heading: str, phrase: str) -> float:
    """0 to 1: 1 where both fold to the same, nearly that where they have the same words."""
    if fold(heading) == fold(phrase):
        return 1.0
    ours, theirs = words_of(heading), words_of(phrase)
    if not ours or not theirs:
        return 0.0
    if set(ours) == set(theirs):
        return 0.97
    shared = len(set(ours) & set(theirs))
    of_words = 2 * shared / (len(set(ours)) + len(set(theirs)))
    return max(0.92 * of_words, _of_letters("".join(ours), "".join(theirs)))


def _of_letters(ours: str, theirs: str) -> float:
    """Spelling mistakes: `Post cdoe`."""
    if min(len(ours), len(theirs)) < _SHORTEST_LIKE:
        return 0.0
    ratio = alike(ours, theirs, _LIKE_LETTERS)
    return 0.95 * ratio


def alike(ours: str, theirs: str, least: float) -> float:
    """How alike two texts are by their letters, 0 to 1; 0 below `least`."""
    letters = len(ours) + len(theirs)
    if 2 * min(len(ours), len(theirs)) < least * letters:
        return 0.0
    if 2 * (_letters(ours) & _letters(theirs)).total() < least * letters:
        return 0.0
    ratio = SequenceMatcher(None, ours, theirs, autojunk=False).ratio()
    return ratio if ratio >= least else 0.0


@lru_cache(maxsize=16_384)
def _letters(text: str) -> Counter[str]:
    return Counter(text)
