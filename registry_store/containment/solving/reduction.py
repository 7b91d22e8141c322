"""What a formula says of values of one kind: atoms about other kinds become true or false."""

from typing import Protocol

from contracts.regular.budget import Budget
from registry_store.containment.formulas import Arena, Formula
from registry_store.containment.json_values import Key


class Spending(Protocol):
    """Whoever pays: its budget may be another one later."""

    budget: Budget


class Reduction:
    """Reduces formulas; each formula and kind once."""

    def __init__(self, arena: Arena, spending: Spending) -> None:
        self._arena = arena
        self._spending = spending
        self._reduced: dict[tuple[Formula, str], Formula] = {}

    def to(self, formula: Formula, kind: str) -> Formula:
        """Made of and, or, and literals that speak of values of `kind`."""
        known = self._reduced.get((formula, kind))
        if known is None:
            self._spending.budget.spend()
            known = self._reduced[formula, kind] = self._by_kind(formula, kind)
        return known

    def _by_kind(self, formula: Formula, kind: str) -> Formula:
        arena = self._arena
        match formula.kind:
            case "and":
                return arena.all_of(self._parts(formula, kind))
            case "or":
                return arena.any_of(self._parts(formula, kind))
            case "one":
                one = self._exactly_one([self.to(part, kind) for part in formula.parts])
                return one if formula.sign else arena.no(one)
            case "ref":
                return self.to(arena.unfold(formula), kind)
            case "atom":
                atom = formula if formula.sign else arena.no(formula)
                reduced = self._atom(atom, kind)
                return reduced if formula.sign else arena.no(reduced)
        return formula

    def _parts(self, formula: Formula, kind: str) -> list[Formula]:
        decisive = self._arena.false if formula.kind == "and" else self._arena.true
        parts = []
        for part in formula.parts:
            reduced = self.to(part, kind)
            if reduced is decisive:
                return [decisive]
            parts.append(reduced)
        return parts

    def _atom(self, atom: Formula, kind: str) -> Formula:
        arena = self._arena
        if kind not in atom.applies:
            return arena.true
        if atom.name == "types":
            return arena.true if kind in atom.parts[1] else arena.false
        if atom.name == "enum":
            # Two numbers of different kinds are different: the others cannot be meant.
            keys = tuple(each for each in atom.parts[1] if _is_kind(each, kind))
            return arena.atom("enum", keys) if keys else arena.false
        return atom

    def _exactly_one(self, parts: list[Formula]) -> Formula:
        arena = self._arena
        parts = [part for part in parts if part is not arena.false]
        certain = sum(part is arena.true for part in parts)
        if certain:
            others = (arena.no(part) for part in parts if part is not arena.true)
            return arena.all_of(others) if certain == 1 else arena.false
        self._spending.budget.spend(len(parts) * (1 + len(parts) // 20))
        cases = []
        # Built from both ends, so that each case shares what it says about the others.
        before = [arena.true]
        for part in parts:
            before.append(arena.all_of((before[-1], arena.no(part))))
        after = arena.true
        for place in reversed(range(len(parts))):
            cases.append(arena.all_of((before[place], parts[place], after)))
            after = arena.all_of((arena.no(parts[place]), after))
        return arena.any_of(cases)


def _is_kind(value_key: Key, kind: str) -> bool:
    if value_key[0] == "number":
        return kind == ("integer" if value_key[1].denominator == 1 else "fraction")
    return bool(value_key[0] == kind)
