"""Ordered content compared: a walk through both at once, child by child.

Both contents are deterministic (XML Schema asks for it), so a word of children that one allows and the other
does not is found by going through all pairs of places that a word can lead to.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from adapters.xsd_comparison.comparing.pair import Finding, Gap, Pair, Suspect, Typed
from adapters.xsd_comparison.comparing.unordered import AnyOfThem, members_of, together
from adapters.xsd_comparison.model.components import Declaration
from adapters.xsd_comparison.model.content import Content, Ordered, State, Unordered
from adapters.xsd_comparison.model.reading import Model
from adapters.xsd_comparison.namespaces import split
from adapters.xsd_comparison.smallest import Smallest, Word
from adapters.xsd_comparison.trees import Tree
from contracts.regular import terms
from contracts.regular.budget import Budget, BudgetSpentError

_STEPS = 60_000


@dataclass(frozen=True, slots=True)
class Children:
    """Compares contents; `least` gives the smallest elements of the old version."""

    old: Model
    new: Model
    least: Smallest

    def compare(self, typed: Typed, before: Content, after: Content) -> Iterator[Finding]:
        """Words of children that `before` allows and `after` does not; and the pairs of children."""
        whole = self._whole(typed)
        if isinstance(after, Unordered) and len(after.left) > 1:
            if isinstance(before, Unordered):
                yield from together(self, typed, before, after, whole)
                return
            rivals: tuple[State, ...] = members_of(after)
        else:
            rivals = (after,)
        for rival in rivals:
            if isinstance(before, Unordered):
                found = list(self._walk(typed, AnyOfThem(before.particles), rival, whole))
                if all(isinstance(finding, Pair) for finding in found):
                    yield from found
                    continue
            yield from self._walk(typed, before, rival, whole)

    def _whole(self, typed: Typed) -> Callable[[tuple[Tree, ...]], Tree]:
        pair = typed.pair
        return lambda children: pair.whole(
            self.least.element(pair.name, pair.old, typed.way, children)
        )

    def _walk(
        self, typed: Typed, before: State, after: State, whole: Callable[[tuple[Tree, ...]], Tree]
    ) -> Iterator[Finding]:
        start: tuple[State, State] = (before, after)
        words: dict[tuple[State, State], Word] = {start: ()}
        waiting = deque([start])
        budget = Budget(_STEPS)
        try:
            while waiting:
                place = waiting.popleft()
                word = words[place]
                if place[0].is_final and not place[1].is_final:
                    yield Suspect(whole(self.least.children(word)))
                    yield Gap(f"{typed.pair.path}: fewer children than the new version asks for")
                for following, longer, findings in self._steps(typed, place, word, whole, budget):
                    yield from findings
                    if following is not None and following not in words:
                        words[following] = longer
                        waiting.append(following)
        except BudgetSpentError:
            yield Gap(f"{typed.pair.path}: the orders of its children need too many steps")

    def _steps(
        self,
        typed: Typed,
        place: tuple[State, State],
        word: Word,
        whole: Callable[[tuple[Tree, ...]], Tree],
        budget: Budget,
    ) -> Iterator[tuple[tuple[State, State] | None, Word, tuple[Finding, ...]]]:
        for leaf, following in place[0].steps():
            rest = self.least.completion(following)
            if rest is None:
                continue
            for name, declaration in self.least.names(leaf):
                budget.spend()
                longer = (*word, (name, declaration))
                found = self.answering(place[1], name)
                if found is None:
                    document = whole(self.least.children((*longer, *rest)))
                    gap = Gap(
                        f"{typed.pair.path}/{split(name)[1]}: a child that is no longer allowed there"
                    )
                    yield None, longer, (Suspect(document), gap)
                    continue
                after, others = found
                pairs = tuple(
                    self.pair(typed, word, (name, declaration), rest, other, whole)
                    for other in others
                )
                gaps = (
                    ()
                    if len(others) == 1
                    else (Gap(f"{typed.pair.path}/{split(name)[1]}: declared in two ways"),)
                )
                yield (following, after), longer, (*pairs, *gaps)

    def answering(self, place: State, name: str) -> tuple[State, list[Declaration]] | None:
        """Where a child of that name leads in the new content, and how it is declared there."""
        found = [
            (following, declared)
            for leaf, following in place.steps()
            if (declared := self.new.child(leaf, name)) is not None
        ]
        if not found:
            return None
        return _joined([following for following, _ in found]), list(
            dict.fromkeys(d for _, d in found)
        )

    def pair(
        self,
        typed: Typed,
        word: Word,
        child: tuple[str, Declaration],
        rest: Word,
        other: Declaration,
        whole: Callable[[tuple[Tree, ...]], Tree],
    ) -> Pair:
        name, declaration = child

        def within(inner: Tree) -> Tree:
            return whole((*self.least.children(word), inner, *self.least.children(rest)))

        return Pair(name, declaration, other, f"{typed.pair.path}/{split(name)[1]}", within)


def _joined(places: list[State]) -> State:
    if len(places) == 1 or not all(isinstance(place, Ordered) for place in places):
        return places[0]
    ordered = [place for place in places if isinstance(place, Ordered)]
    return Ordered(terms.either(place.term for place in ordered), ordered[0].leaves)
