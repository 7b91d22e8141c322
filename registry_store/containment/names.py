"""Sets of member names: those listed or matched by patterns, or all others.

`around` and `within` are languages that hold the set and that the set holds; they differ only where a
pattern is not understood. `has` is always exact, because it asks the engine.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from contracts.regular import terms
from contracts.regular.pattern_syntax import UnsupportedPatternError
from contracts.regular.patterns import language
from contracts.regular.terms import Term
from registry_store.containment.engines import finds


def pattern_language(pattern: str) -> Term | None:
    """The language of a pattern, or None where the pattern is a black box."""
    try:
        return language(pattern)
    except UnsupportedPatternError:
        return None


@dataclass(frozen=True)
class Names:
    """Names that are in `words` or match one of `patterns`; with `is_rest`, all the others."""

    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    is_rest: bool = False

    @property
    def only(self) -> str | None:
        """The one name of the set, where the set is one listed name."""
        alone = not self.is_rest and not self.patterns and len(self.words) == 1
        return self.words[0] if alone else None

    @cached_property
    def _word_set(self) -> frozenset[str]:
        return frozenset(self.words)

    def has(self, name: str) -> bool:
        listed = name in self._word_set or any(finds(pattern, name) for pattern in self.patterns)
        return listed != self.is_rest

    @cached_property
    def is_exact(self) -> bool:
        return all(pattern_language(pattern) is not None for pattern in self.patterns)

    @cached_property
    def around(self) -> Term:
        known, unknown = self._listed
        if self.is_rest:
            return terms.complement(known)
        return terms.ANYTHING if unknown else known

    @cached_property
    def within(self) -> Term:
        known, unknown = self._listed
        if self.is_rest:
            return terms.NOTHING if unknown else terms.complement(known)
        return known

    @cached_property
    def _listed(self) -> tuple[Term, bool]:
        languages = [pattern_language(pattern) for pattern in self.patterns]
        known = [each for each in languages if each is not None]
        return terms.either((*map(terms.word, self.words), *known)), len(known) < len(languages)

    def rest(self) -> "Names":
        return Names(self.words, self.patterns, is_rest=not self.is_rest)


EVERY_NAME = Names(is_rest=True)


def listed(names: Iterable[str]) -> Names:
    return Names(words=tuple(sorted(set(names))))
