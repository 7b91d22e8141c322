"""Objects: which members there are, and what each must satisfy.

Names are taken one by one where a formula lists them; all others are told apart only by the sets of names
that formulas speak of. Members that must exist are given names in every possible way, until one works.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from registry_store.containment.evaluating import holds
from registry_store.containment.formulas import Formula
from registry_store.containment.solving.goals import Answers, Found, Gap, Goal, Outcome, Path, some
from registry_store.containment.solving.member_wishes import MemberWishes, Wish, read_wishes

if TYPE_CHECKING:
    from registry_store.containment.solving.solver import Solver

#: Members that are added to reach a size, and values that are varied.
_MOST_FILLERS = 400
_VARIATIONS = 4
#: What each chosen member must satisfy beyond what its name asks for.
_Chosen = dict[str, tuple[Formula, ...]]


def objects(solver: "Solver", literals: tuple[Formula, ...], path: Path) -> Answers:
    wishes = read_wishes(solver.arena, literals)
    search = _Search(solver, wishes, path)
    is_any = False
    for answer in search.answers():
        is_any = True
        yield answer
    if is_any:
        yield Gap("there may be other objects than those tried")
    else:
        yield from search.gaps


class _Search:
    def __init__(self, solver: "Solver", wishes: MemberWishes, path: Path) -> None:
        self._solver = solver
        self._wishes = wishes
        self._path = path
        self.gaps: dict[Gap, None] = {}

    def answers(self) -> Answers:
        wishes = self._wishes
        if wishes.most is not None and wishes.most < max(wishes.least, len(wishes.present)):
            return
        chosen: _Chosen = {}
        for name in wishes.present:
            if not self._is_allowed(name) or not self._works(name, ()):
                return
            chosen[name] = ()
        for complete in self._with_existing(chosen, 0):
            filled = self._filled(complete)
            if filled is not None:
                yield from self._values(filled)

    def _with_existing(self, chosen: _Chosen, place: int) -> Iterator[_Chosen]:
        """Every way to give the members that must exist a name."""
        self._solver.budget.spend(1 + len(chosen))
        if place == len(self._wishes.existing):
            yield chosen
            return
        wish = self._wishes.existing[place]
        for name in self._names_for(wish, chosen):
            extras = (*chosen.get(name, ()), wish.member)
            if self._works(name, extras):
                yield from self._with_existing({**chosen, name: extras}, place + 1)

    def _names_for(self, wish: Wish, chosen: _Chosen) -> Iterator[str]:
        arena = self._solver.arena
        for name in chosen:
            if holds(arena, wish.name, name):
                yield name
        if self._wishes.most is not None and len(chosen) >= self._wishes.most:
            return
        for name in self._wishes.listed:
            if name not in chosen and self._is_allowed(name) and holds(arena, wish.name, name):
                yield name
        yield from self._fresh(wish.name, chosen, 1)

    def _fresh(self, condition: Formula, chosen: _Chosen, count: int) -> Iterator[str]:
        """Up to `count` unlisted names for each way of lying in the sets of names."""
        for signature in self._signatures([condition, *self._wishes.naming], 0):
            taken = sum(name not in self._wishes.listed for name in chosen)
            goal = self._solver.goal((*signature, self._solver.arena.is_of(("string",))))
            names, gaps = some(self._solver.answers(goal, self._path), taken + count)
            self.gaps.update(dict.fromkeys(gaps if len(names) < taken + count else ()))
            fresh = [name for name in names if name not in chosen]
            yield from fresh[:count]

    def _signatures(self, formulas: list[Formula], place: int) -> Iterator[list[Formula]]:
        """The possible ways in which an unlisted name lies in the sets that are told apart."""
        arena, sets = self._solver.arena, self._wishes.sets
        if place == 0:
            formulas = [*formulas, self._wishes.unlisted(arena)]
        goal = self._solver.goal((*formulas, arena.is_of(("string",))))
        outcome = self._solver.first(goal, self._path)
        if outcome.is_empty:
            return
        if place == len(sets):
            yield formulas
            return
        named = arena.atom("named", sets[place])
        yield from self._signatures([*formulas, arena.no(named)], place + 1)
        yield from self._signatures([*formulas, named], place + 1)

    def _filled(self, chosen: _Chosen) -> _Chosen | None:
        """With members added until the size is reached, or None if that cannot be done."""
        missing = self._wishes.least - len(chosen)
        if missing <= 0:
            return chosen
        if missing > _MOST_FILLERS:
            self.gaps[Gap("the least size is beyond what is tried")] = None
            return None
        filled = dict(chosen)
        for name in self._fillers(chosen, missing):
            if name not in filled and self._works(name, ()):
                filled[name] = ()
                if len(filled) >= self._wishes.least:
                    return filled
        return None

    def _fillers(self, chosen: _Chosen, missing: int) -> Iterator[str]:
        for name in self._wishes.listed:
            if name not in chosen and self._is_allowed(name):
                yield name
        yield from self._fresh(self._solver.arena.true, chosen, missing)

    def _is_allowed(self, name: str) -> bool:
        arena = self._solver.arena
        return name not in self._wishes.absent and all(
            holds(arena, formula, name) for formula in self._wishes.naming
        )

    def _goal(self, name: str, extras: tuple[Formula, ...]) -> Goal:
        return self._solver.goal((*self._wishes.member(name), *extras))

    def _works(self, name: str, extras: tuple[Formula, ...]) -> bool:
        outcome = self._outcome(name, extras)
        self.gaps.update(dict.fromkeys(outcome.gaps))
        return outcome.found is not None

    def _outcome(self, name: str, extras: tuple[Formula, ...]) -> Outcome:
        return self._solver.first(self._goal(name, extras), self._path)

    def _values(self, chosen: _Chosen) -> Answers:
        """The object of first values, then those with one member varied."""
        members: dict[str, Any] = {}
        for name, extras in chosen.items():
            found = self._outcome(name, extras).found
            assert found is not None
            members[name] = found.value
        yield Found(members)
        for name, extras in chosen.items():
            answers = self._solver.answers(self._goal(name, extras), self._path)
            for value in some(answers, _VARIATIONS)[0][1:]:
                yield Found({**members, name: value})
