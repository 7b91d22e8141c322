"""The smallest documents: which elements can exist at all, and what the least is that completes one."""

import heapq
from collections.abc import Iterator
from itertools import count
from typing import Any

from adapters.xsd_comparison.alphabet import Alphabet
from adapters.xsd_comparison.model.components import (
    FREE,
    AttributeUse,
    Declaration,
    ElementLeaf,
    Leaf,
)
from adapters.xsd_comparison.model.content import State, Unordered
from adapters.xsd_comparison.model.reading import SKIPPED, Model, Shape
from adapters.xsd_comparison.samples import values
from adapters.xsd_comparison.trees import Tree
from adapters.xsd_comparison.words import Child, Word
from contracts.regular.budget import Budget

#: A way of being an element: the type that it names (xsi:type), or None; and the type that it has.
Way = tuple[str | None, Any]
_STEPS = 200_000


class Smallest:
    """Costs in elements, found from the leaves up: what has none cannot exist."""

    def __init__(self, model: Model, alphabet: Alphabet) -> None:
        self._model = model
        self._alphabet = alphabet
        self._is_settled = False
        self._best: dict[Declaration, tuple[int, Way, Word]] = {}
        self._leaves_known: dict[Leaf, tuple[str, Declaration] | None] = {}
        #: The next child, and the place after it, on the cheapest way to an end; None at the end.
        self._steps: dict[State, tuple[Child, State] | None] = {}
        self._dead: set[State] = set()
        self._settle(list(model.roots.values()))
        self._is_settled = True

    def is_possible(self, declaration: Declaration) -> bool:
        return declaration in self._best

    def ways(self, declaration: Declaration) -> Iterator[Way]:
        """The types that such an element may have, its own first."""
        if declaration.type is SKIPPED or not getattr(declaration.type, "abstract", False):
            yield None, declaration.type
        yield from self._model.derived(declaration.type).items()

    def tree(self, name: str, declaration: Declaration) -> Tree:
        """The smallest element of that name. Raises KeyError for one that cannot exist."""
        _, way, word = self._best[declaration]
        return self.element(name, declaration, way, self.children(word))

    def element(
        self, name: str, declaration: Declaration, way: Way, children: tuple[Tree, ...]
    ) -> Tree:
        shape = self._model.shape(way[1])
        return Tree(name, self.attributes(shape), self.text(shape, declaration), children, way[0])

    def children(self, word: Word) -> tuple[Tree, ...]:
        return tuple(self.tree(name, declaration) for name, declaration in word)

    def attributes(self, shape: Shape) -> tuple[tuple[str, str], ...]:
        """The mandatory attributes."""
        return tuple(
            (name, next(self.attribute_values(use)))
            for name, use in shape.attributes.items()
            if use.required
        )

    def attribute_values(self, use: AttributeUse) -> Iterator[str]:
        if use.fixed is not None:
            return iter((use.fixed,))
        return iter(("a",)) if use is FREE else values(use.type)

    def text(self, shape: Shape, declaration: Declaration) -> str:
        if declaration.fixed is not None:
            return declaration.fixed
        return next(values(shape.simple), "") if shape.simple is not None else ""

    def names(self, leaf: Leaf) -> Iterator[tuple[str, Declaration]]:
        """The children that a particle stands for and that can exist."""
        names = (
            [n for n, _ in leaf.declarations]
            if isinstance(leaf, ElementLeaf)
            else self._alphabet.elements
        )
        for name in names:
            declaration = self._model.child(leaf, name)
            if declaration is not None and self.is_possible(declaration):
                yield name, declaration

    def completion(self, state: State) -> Word | None:
        """The cheapest children that complete a content; None where nothing does."""
        if not self.can_be_completed(state):
            return None
        if isinstance(state, Unordered):
            return self._all_required(state)
        word: list[Child] = []
        while (step := self._steps[state]) is not None:
            child, state = step
            word.append(child)
        return tuple(word)

    def can_be_completed(self, state: State) -> bool:
        if isinstance(state, Unordered):
            return self._all_required(state) is not None
        if state not in self._steps and state not in self._dead:
            self._complete(state)
        return state in self._steps

    def _complete(self, start: State) -> None:
        """Finds the cheapest way to an end, and keeps it for every place on it."""
        ticket, budget = count(), Budget(_STEPS)
        waiting: list[tuple[int, int, State, tuple[State, Child] | None]] = [
            (0, next(ticket), start, None)
        ]
        origins: dict[State, tuple[State, Child] | None] = {}
        while waiting:
            cost, _, place, origin = heapq.heappop(waiting)
            if place in origins:
                continue
            origins[place] = origin
            if place.is_final:
                self._keep(place, origins)
                return
            budget.spend()
            for leaf, following in place.steps():
                cheapest = self._cheapest_of(leaf)
                if cheapest is not None:
                    step = cost + self._best[cheapest[1]][0]
                    heapq.heappush(waiting, (step, next(ticket), following, (place, cheapest)))
        self._dead.update(origins)

    def _keep(self, place: State, origins: dict[State, tuple[State, Child] | None]) -> None:
        self._steps[place] = None
        while (origin := origins[place]) is not None:
            before, child = origin
            self._steps[before] = (child, place)
            place = before

    def _all_required(self, state: Unordered) -> Word | None:
        if state.is_final:
            return ()
        word = [self._cheapest_of(leaf) for leaf, required in state.left if required]
        return None if None in word else tuple(each for each in word if each is not None)

    def _cheapest_of(self, leaf: Leaf) -> tuple[str, Declaration] | None:
        if leaf in self._leaves_known:
            return self._leaves_known[leaf]
        cheapest = min(self.names(leaf), key=lambda each: self._best[each[1]][0], default=None)
        if self._is_settled:
            self._leaves_known[leaf] = cheapest
        return cheapest

    def _forget(self) -> None:
        """While costs are still found, what was cheapest may not be so any more."""
        self._steps.clear()
        self._dead.clear()

    def _settle(self, declarations: list[Declaration]) -> None:
        known = dict.fromkeys(declarations)
        for declaration in declarations:  # grows while it is gone through
            for leaf in self._leaves(declaration):
                for found in self._declared(leaf):
                    if found not in known:
                        known[found] = None
                        declarations.append(found)
        is_settled = False
        while not is_settled:
            is_settled = True
            for declaration in declarations:
                best = self._cheapest(declaration)
                if best is not None and best[0] < self._best.get(declaration, (1 << 60,))[0]:
                    self._best[declaration] = best
                    is_settled = False

    def _leaves(self, declaration: Declaration) -> Iterator[Leaf]:
        for _, type in self.ways(declaration):
            yield from self._model.shape(type).content.particles

    def _declared(self, leaf: Leaf) -> Iterator[Declaration]:
        if isinstance(leaf, ElementLeaf):
            yield from (declaration for _, declaration in leaf.declarations)
        else:
            found = (self._model.child(leaf, name) for name in self._alphabet.elements)
            yield from (each for each in found if each is not None)

    def _cheapest(self, declaration: Declaration) -> tuple[int, Way, Word] | None:
        found = []
        self._forget()
        for way in self.ways(declaration):
            shape = self._model.shape(way[1])
            uses = [use for use in shape.attributes.values() if use.required]
            has_values = all(next(self.attribute_values(use), None) is not None for use in uses)
            word = (
                self.completion(shape.content)
                if has_values and self._has_text(shape, declaration)
                else None
            )
            if word is not None:
                cost = 1 + len(uses) + sum(self._best[child][0] for _, child in word)
                found.append((cost + (way[0] is not None), way, word))
        return min(found, key=lambda each: each[0], default=None)

    def _has_text(self, shape: Shape, declaration: Declaration) -> bool:
        if shape.simple is None or declaration.fixed is not None or declaration.default is not None:
            return True
        return next(values(shape.simple), None) is not None
