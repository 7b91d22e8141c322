"""Ordered content: what may follow what, as a regular language over the particles of a type.

Each leaf particle is one letter. `xs:all` is kept apart, as the set of its particles: written out it would
have a state for each subset of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from adapters.xsd_comparison.model.components import Leaf
from contracts.regular import terms
from contracts.regular.terms import Term


class State(Protocol):
    """A place in some content."""

    @property
    def is_final(self) -> bool: ...

    def steps(self) -> Iterator[tuple[Leaf, "State"]]:
        """The particles that may come next, each with the place after it."""
        ...


class Leaves(tuple[Leaf, ...]):
    """The particles of one content, by their letters; compared by identity."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


@dataclass(frozen=True, slots=True)
class Ordered:
    """A place in a content of sequences and choices. `leaves`: letter -> particle."""

    term: Term
    leaves: Leaves

    @property
    def particles(self) -> tuple[Leaf, ...]:
        return self.leaves

    @property
    def is_final(self) -> bool:
        return self.term.is_nullable

    def steps(self) -> Iterator[tuple[Leaf, "Ordered"]]:
        letters = {
            p for charset in self.term.firsts for low, high in charset for p in range(low, high + 1)
        }
        for letter in sorted(letters):
            following = self.term.after(letter)
            if following is not terms.NOTHING:
                yield self.leaves[letter], Ordered(following, self.leaves)


@dataclass(frozen=True, slots=True)
class Unordered:
    """A place in an `xs:all`: what may still come, and whether it must. `optional`: all may be left out."""

    left: tuple[tuple[Leaf, bool], ...]
    optional: bool = False

    @property
    def particles(self) -> tuple[Leaf, ...]:
        return tuple(leaf for leaf, _ in self.left)

    @property
    def is_final(self) -> bool:
        return self.optional or not any(required for _, required in self.left)

    def steps(self) -> Iterator[tuple[Leaf, "Unordered"]]:
        for place, (leaf, _) in enumerate(self.left):
            yield (
                leaf,
                Unordered(self.left[:place] + self.left[place + 1 :]),
            )  # what has begun is not optional


Content = Ordered | Unordered
EMPTY = Ordered(terms.EMPTY_WORD, Leaves())
