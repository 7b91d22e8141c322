"""The solver: goals by kind, their cache, and the guard against goals within themselves."""

from collections.abc import Iterable
from typing import Any

from contracts.regular.budget import Budget
from registry_store.containment.evaluating import holds
from registry_store.containment.formulas import Arena, Formula
from registry_store.containment.solving.arrays import arrays
from registry_store.containment.solving.branching import Brancher, Literals
from registry_store.containment.solving.goals import Answers, Found, Gap, Goal, Outcome, Path, first
from registry_store.containment.solving.numbers import numbers
from registry_store.containment.solving.objects import objects
from registry_store.containment.solving.reduction import Reduction
from registry_store.containment.solving.strings import strings
from registry_store.containment.solving.unequal import unequal

#: Small values first: they make the better examples.
_ORDER = ("boolean", "integer", "string", "array", "object", "fraction", "null")
_DEEPEST = 40


class Solver:
    """Answers goals over the formulas of one arena, within one budget.

    Raises BudgetSpentError.
    """

    def __init__(self, arena: Arena, budget: Budget) -> None:
        self.arena = arena
        self.budget = budget
        self._reduction = Reduction(arena, self)
        self._outcomes: dict[Goal, Outcome] = {}
        self._literal_outcomes: dict[str, dict[Literals, Outcome]] = {}
        self._within: dict[Goal, list[tuple[frozenset[Goal], Outcome]]] = {}

    def goal(self, formulas: Iterable[Formula]) -> Goal:
        """A goal, flattened: conjunctions are taken apart."""
        whole = self.arena.all_of(formulas)
        return frozenset(whole.parts if whole.kind == "and" else (whole,))

    def first(self, goal: Goal, path: Path) -> Outcome:
        """The first value of a goal, or why there is none; worked out once."""
        known = self._outcomes.get(goal) or self._known_within(goal, path)
        if known is None:
            known = first(self.answers(goal, path))
            cuts = frozenset(gap.goal for gap in known.gaps if gap.goal is not None)
            if cuts:
                self._within.setdefault(goal, []).append((cuts, known))
            else:
                self._outcomes[goal] = known
        return known

    def _known_within(self, goal: Goal, path: Path) -> Outcome | None:
        """An outcome that hangs on goals around it, where all of those are around it here, too.

        Other goals around could only cut off more, where nothing was found already.
        """
        return next((known for cuts, known in self._within.get(goal, ()) if cuts <= path), None)

    def answers(self, goal: Goal, path: Path) -> Answers:
        """Values that satisfy the goal, and the gaps of the search."""
        if goal in path:
            yield Gap("a goal within itself", goal)
            return
        if self.arena.false in goal:
            return
        if len(path) > _DEEPEST:
            yield Gap("the schemas nest too deep")
            return
        deeper = path | {goal}
        for kind in _ORDER:
            self.budget.spend()
            for answer in self._of_kind(goal, kind, deeper):
                # Left, the goal is complete without what came back to it.
                if not (isinstance(answer, Gap) and answer.goal == goal):
                    yield answer

    def _of_kind(self, goal: Goal, kind: str, path: Path) -> Answers:
        ordered = sorted(goal, key=lambda formula: formula.number)
        reduced = [self._reduction.to(formula, kind) for formula in ordered]
        if self.arena.false in reduced:
            return
        yield from self._brancher(kind, path).answers(reduced)

    def _brancher(self, kind: str, path: Path) -> Brancher:
        return Brancher(
            self.arena,
            lambda literals: self._theory(kind, literals, path),
            self._literal_outcomes.setdefault(kind, {}),
            self._spend,
        )

    def _spend(self, steps: int) -> None:
        self.budget.spend(steps)  # of whichever budget is in force now

    def _theory(self, kind: str, literals: Literals, path: Path) -> Answers:
        self.budget.spend(1 + len(literals))
        listed = next((each for each in literals if each.name == "enum" and each.sign), None)
        if listed is not None:
            yield from self._listed(listed, literals)
        elif kind in ("null", "boolean"):
            values: tuple[Any, ...] = (None,) if kind == "null" else (False, True)
            yield from (Found(value) for value in values if self._satisfies(value, literals))
        elif kind in ("integer", "fraction"):
            yield from numbers(literals, kind)
        elif kind == "string":
            yield from strings(self.arena, literals, self.budget)
        else:
            yield from self._structured(kind, literals, path)

    def _structured(self, kind: str, literals: Literals, path: Path) -> Answers:
        unlike = next((each for each in literals if each.name == "enum"), None)
        if unlike is not None:
            # "Is none of these values" said by the members or elements, which theories understand.
            others = [each for each in literals if each is not unlike]
            yield from self._brancher(kind, path).answers([*others, unequal(self.arena, unlike)])
        elif kind == "array":
            yield from arrays(self, literals, path)
        else:
            yield from objects(self, literals, path)

    def _listed(self, listed: Formula, literals: Literals) -> Answers:
        for key in listed.parts[1]:
            value = self.arena.constants[key]
            if self._satisfies(value, literals):
                yield Found(value)

    def _satisfies(self, value: Any, literals: Literals) -> bool:
        return all(holds(self.arena, literal, value) for literal in literals)
