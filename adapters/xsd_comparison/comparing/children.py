"""Ordered content compared: a walk through both at once, child by child.

Both contents are deterministic (XML Schema asks for it), so a word of children that one allows and the other
does not is found by going through all pairs of places that a word can lead to.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from adapters.xsd_comparison.comparing.pair import Finding, Gap, Pair, Suspect, Typed
from adapters.xsd_comparison.comparing.unordered import AnyOfThem, members_of, together
from adapters.xsd_comparison.model.components import Declaration, ElementLeaf, Leaf
from adapters.xsd_comparison.model.content import Content, Ordered, State, Unordered
from adapters.xsd_comparison.model.reading import Model
from adapters.xsd_comparison.namespaces import split
from adapters.xsd_comparison.smallest import Smallest
from adapters.xsd_comparison.trees import Tree
from adapters.xsd_comparison.words import Child, Path, word_of
from contracts.regular import terms
from contracts.regular.budget import Budget, BudgetSpentError

_STEPS = 250_000
_Place = tuple[State, State]
_Step = tuple[Leaf, State]
#: No name of an element.
_WILDCARDS = "*"
#: Puts children into the smallest document around them.
Whole = Callable[[tuple[Tree, ...]], Tree]


@dataclass(frozen=True, slots=True)
class Children:
    """Compares contents; `least` gives the smallest elements of the old version."""

    old: Model
    new: Model
    least: Smallest
    _answers: dict[State, dict[str, list[_Step]]] = field(default_factory=dict, compare=False)

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

    def _whole(self, typed: Typed) -> Whole:
        pair = typed.pair
        return lambda children: pair.whole(
            self.least.element(pair.name, pair.old, typed.way, children)
        )

    def _walk(self, typed: Typed, before: State, after: State, whole: Whole) -> Iterator[Finding]:
        start = (before, after)
        paths: dict[_Place, Path | None] = {start: None}
        told: set[tuple[str, Declaration, Declaration]] = set()
        waiting = deque([start])
        budget = Budget(_STEPS)
        try:
            while waiting:
                place = waiting.popleft()
                path = paths[place]
                if place[0].is_final and not place[1].is_final:
                    yield Suspect(whole(self.least.children(word_of(path))))
                    yield Gap(f"{typed.pair.path}: fewer children than the new version asks for")
                for child, following, found in self._steps(place, budget):
                    if found is None:
                        yield from self._refused(typed, path, child, following, whole)
                        continue
                    after, others = found
                    if len(others) > 1:
                        yield Gap(f"{typed.pair.path}/{split(child[0])[1]}: declared in two ways")
                    for other in others:
                        if (*child, other) not in told:
                            told.add((*child, other))
                            yield self.pair(typed, path, child, following, other, whole)
                    if (following, after) not in paths:
                        paths[following, after] = Path(child, path)
                        waiting.append((following, after))
        except BudgetSpentError:
            yield Gap(f"{typed.pair.path}: the orders of its children need too many steps")

    def _steps(
        self, place: _Place, budget: Budget
    ) -> Iterator[tuple[Child, State, tuple[State, list[Declaration]] | None]]:
        """The children that may come, where each leads, and what answers to it in the new content."""
        for leaf, following in place[0].steps():
            if self.least.can_be_completed(following):
                for child in self.least.names(leaf):
                    budget.spend()
                    yield child, following, self.answering(place[1], child[0])

    def _refused(
        self, typed: Typed, path: Path | None, child: Child, following: State, whole: Whole
    ) -> Iterator[Finding]:
        rest = self.least.completion(following) or ()
        yield Suspect(whole(self.least.children((*word_of(path), child, *rest))))
        yield Gap(
            f"{typed.pair.path}/{split(child[0])[1]}: a child that is no longer allowed there"
        )

    def answering(self, place: State, name: str) -> tuple[State, list[Declaration]] | None:
        """Where a child of that name leads in the new content, and how it is declared there."""
        known = self._answers.get(place)
        if known is None:
            known = self._answers[place] = _by_name(place)
        found = [
            (following, declared)
            for leaf, following in (*known.get(name, ()), *known[_WILDCARDS])
            if (declared := self.new.child(leaf, name)) is not None
        ]
        if not found:
            return None
        declarations = list(dict.fromkeys(declared for _, declared in found))
        return _joined([following for following, _ in found]), declarations

    def pair(
        self,
        typed: Typed,
        path: Path | None,
        child: Child,
        following: State,
        other: Declaration,
        whole: Whole,
    ) -> Pair:
        """The declarations of a child that comes after `path`, in the smallest document around it."""
        name, declaration = child

        def within(inner: Tree) -> Tree:
            before, after = word_of(path), self.least.completion(following) or ()
            return whole((*self.least.children(before), inner, *self.least.children(after)))

        return Pair(name, declaration, other, f"{typed.pair.path}/{split(name)[1]}", within)


def _by_name(place: State) -> dict[str, list[_Step]]:
    """The steps from a place by the names of their children; those of wildcards apart."""
    steps: dict[str, list[_Step]] = {_WILDCARDS: []}
    for leaf, following in place.steps():
        names = [n for n, _ in leaf.declarations] if isinstance(leaf, ElementLeaf) else [_WILDCARDS]
        for name in names:
            steps.setdefault(name, []).append((leaf, following))
    return steps


def _joined(places: list[State]) -> State:
    if len(places) == 1 or not all(isinstance(place, Ordered) for place in places):
        return places[0]
    ordered = [place for place in places if isinstance(place, Ordered)]
    return Ordered(terms.either(place.term for place in ordered), ordered[0].leaves)
