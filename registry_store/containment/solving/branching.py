"""Branches over alternatives until only literals are left, nearest to an answer first.

A branch is first tried with its literals alone. If their theory has no value, the branch is closed; if
its value satisfies the alternatives too, it is an answer; else an alternative that it does not satisfy is
branched over: the one with the fewest parts that their theory still allows.
"""

from collections.abc import Callable, Iterable

from registry_store.containment.evaluating import holds
from registry_store.containment.formulas import Arena, Formula
from registry_store.containment.solving.goals import Answers, Outcome, first

Literals = tuple[Formula, ...]
#: Parts of alternatives that are looked through in the time of one other step.
_PARTS_A_STEP = 40


class Branch:
    """What is known on one branch: literals, and alternatives that are still open."""

    def __init__(self, known: dict[Formula, None], alternatives: list[Formula]) -> None:
        self.known = known
        self.alternatives = alternatives

    @property
    def literals(self) -> Literals:
        return tuple(sorted((f for f in self.known if f.kind == "atom"), key=lambda f: f.number))

    def extended(self, arena: Arena, formulas: Iterable[Formula]) -> "Branch | None":
        """The branch on which `formulas` hold too, or None if that is a contradiction."""
        branch = Branch(dict(self.known), list(self.alternatives))
        waiting = list(formulas)
        while waiting:
            while waiting:
                formula = waiting.pop()
                if formula is arena.false or formula.negation in branch.known:
                    return None
                if formula is arena.true or formula in branch.known:
                    continue
                branch.known[formula] = None
                if formula.kind == "and":
                    waiting += formula.parts
                elif formula.kind == "or":
                    branch.alternatives.append(formula)
            waiting = branch._propagated(arena)
        return branch

    def _propagated(self, arena: Arena) -> list[Formula]:
        """Drops alternatives that hold; gives what follows from those with one part left."""
        following: list[Formula] = []
        left = []
        for alternative in self.alternatives:
            if not self.known.keys().isdisjoint(alternative.parts):
                continue
            parts = self.open_parts(alternative)
            if len(parts) > 1:
                left.append(alternative)
            else:
                following.append(parts[0] if parts else arena.false)
        self.alternatives = left
        return following

    def open_parts(self, alternative: Formula) -> list[Formula]:
        # A negation that was never made is known on no branch.
        return [part for part in alternative.parts if part.negation not in self.known]


class Brancher:
    """Walks the branches of a set of formulas. `theory` answers a set of literals.

    `lasting` keeps outcomes of literals that hang on nothing around them, for other branchers; `spend` pays
    for steps.
    """

    def __init__(
        self,
        arena: Arena,
        theory: Callable[[Literals], Answers],
        lasting: dict[Literals, Outcome],
        spend: Callable[[int], None],
    ) -> None:
        self._arena = arena
        self._theory = theory
        self._lasting = lasting
        self._spend = spend
        self._outcomes: dict[Literals, Outcome] = {}

    def answers(self, formulas: Iterable[Formula]) -> Answers:
        branch = Branch({}, []).extended(self._arena, formulas)
        if branch is not None:
            yield from self._explored(branch)

    def _explored(self, branch: Branch) -> Answers:
        if not branch.alternatives:
            yield from self._theory(branch.literals)
            return
        self._spend(1 + sum(len(each.parts) for each in branch.alternatives) // _PARTS_A_STEP)
        outcome = self._outcome(branch.literals)
        if outcome.is_empty:
            return
        value = outcome.found
        violated = branch.alternatives
        if value is not None:
            known: dict[Formula, bool] = {}
            violated = [
                each for each in violated if not holds(self._arena, each, value.value, known)
            ]
            if not violated:
                yield value
        parts = self._fewest(branch, violated or branch.alternatives)
        for part in parts:
            deeper = branch.extended(self._arena, [part])
            if deeper is not None:
                yield from self._explored(deeper)

    def _fewest(self, branch: Branch, alternatives: list[Formula]) -> list[Formula]:
        """The parts of one of the alternatives that are not impossible: of the one with fewest."""
        fewest: list[Formula] | None = None
        for alternative in sorted(alternatives, key=lambda each: len(each.parts)):
            parts = [
                part for part in branch.open_parts(alternative) if self._is_possible(branch, part)
            ]
            if fewest is None or len(parts) < len(fewest):
                fewest = parts
            if len(fewest) <= 1:
                break
        return fewest or []

    def _is_possible(self, branch: Branch, part: Formula) -> bool:
        """Whether the theory allows the literals of a part beside those of the branch."""
        literals = dict.fromkeys(branch.literals)
        for each in part.parts if part.kind == "and" else (part,):
            if each.negation in branch.known:
                return False
            if each.kind == "atom":
                literals[each] = None
        ordered = tuple(sorted(literals, key=lambda literal: literal.number))
        return not self._outcome(ordered).is_empty

    def _outcome(self, literals: Literals) -> Outcome:
        known = self._lasting.get(literals) or self._outcomes.get(literals)
        if known is None:
            known = first(self._theory(literals))
            is_lasting = all(gap.goal is None for gap in known.gaps)
            (self._lasting if is_lasting else self._outcomes)[literals] = known
        return known
