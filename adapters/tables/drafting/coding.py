"""Values of a column to those of an enumeration: the same, a known synonym, or nearly the same; each with how sure."""

import re
from dataclasses import dataclass
from functools import cached_property

from adapters.tables.drafting.observed import Observed
from adapters.tables.drafting.targets import Target
from adapters.tables.drafting.vocabulary import Vocabulary
from adapters.tables.drafting.wording import alike, words_of
from adapters.tables.folding import fold

#: A code table is for words that repeat: a column of names is none.
MOST_DISTINCT = 200
_LIKE = 0.84
_SYNONYM, _IN_WORDS = 0.95, 0.9
_IN_BRACKETS = re.compile(r"\(([A-Z]{2,10})\)")


@dataclass(frozen=True, slots=True)
class Coded:
    """One spelling: the value that it is taken for (None: unknown), 0 to 1 how sure, in how many rows."""

    spelling: str
    value: str | None
    confidence: float
    rows: int


@dataclass(frozen=True)
class Coding:
    """All spellings of a column, most frequent first."""

    values: tuple[Coded, ...]

    @cached_property
    def share(self) -> float:
        """Of the rows that state something, those whose value is known, as sure as it is."""
        rows = sum(each.rows for each in self.values)
        return sum(each.rows * each.confidence for each in self.values) / rows if rows else 0.0

    @property
    def unknown(self) -> tuple[Coded, ...]:
        return tuple(each for each in self.values if each.value is None)


def coding_of(column: Observed, target: Target, vocabulary: Vocabulary) -> Coding:
    options = {fold(option): option for option in target.options}
    looked_at = column.counts[:MOST_DISTINCT]
    return Coding(
        tuple(
            Coded(text, *_value(text, target.pointer, options, vocabulary), rows)
            for text, rows in looked_at
        )
    )


def _value(
    text: str, pointer: str, options: dict[str, str], vocabulary: Vocabulary
) -> tuple[str | None, float]:
    folded = fold(text)
    if (same := options.get(folded)) is not None:
        return same, 1.0
    synonym = vocabulary.value(pointer, text)
    if synonym is not None and synonym in options.values():
        return synonym, _SYNONYM
    for found in _IN_BRACKETS.findall(text):
        if found in target_codes(options):
            return found, _IN_WORDS
    words = set(words_of(text))
    best: tuple[str | None, float] = (None, 0.0)
    for spelling, option in options.items():
        same_words = words and words == set(words_of(option))
        score = _IN_WORDS if same_words else 0.95 * alike(folded, spelling, _LIKE)
        if score > best[1]:
            best = (option, round(score, 3))
    return best


def target_codes(options: dict[str, str]) -> frozenset[str]:
    """Options that are abbreviations, as licence areas are: `London Power Networks (LPN)` names one."""
    return frozenset(option for option in options.values() if option.isupper())
