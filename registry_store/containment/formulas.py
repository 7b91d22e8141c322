"""What schemas say, as formulas that are easy to negate: and, or, exactly one, and literals.

An atom speaks about values of certain kinds and is true of all others, as keywords are: `maxLength` holds
of each number. A literal is an atom or its negation. Equal formulas are one object within an `Arena`, so
that what two versions share cancels out at once. A reference that leads back to itself stays a `ref`,
unfolded one level at a time.
"""

from collections.abc import Callable, Iterable
from typing import Any

from registry_store.containment.json_values import KINDS, NUMBERS
from registry_store.containment.names import Names

ALL_KINDS = frozenset(KINDS)
_APPLIES = {
    "types": ALL_KINDS,
    "enum": ALL_KINDS,
    **dict.fromkeys(("at_least", "at_most", "multiple_of"), NUMBERS),
    **dict.fromkeys(
        ("min_length", "max_length", "pattern", "format", "named"), frozenset(("string",))
    ),
    **dict.fromkeys(
        ("min_items", "max_items", "element", "rest", "count", "unique"), frozenset(("array",))
    ),
    **dict.fromkeys(
        ("min_members", "max_members", "present", "members", "names"), frozenset(("object",))
    ),
}


class Formula:
    """One formula: `kind` is true | false | and | or | one | ref | atom.

    Formulas are compared by identity. `number` tells their order of making, which is the same in every
    run; nothing may depend on the order of a set of them. `parts` holds the formulas within (and, or, one),
    the target's key (ref), or name and arguments (atom). `sign` is False for the negation of a `one`, a `ref` or an `atom`.
    """

    __slots__ = ("kind", "negation", "number", "parts", "sign")

    def __init__(self, kind: str, parts: tuple[Any, ...], sign: bool, number: int) -> None:  # noqa: FBT001
        self.kind = kind
        self.parts = parts
        self.sign = sign
        self.number = number
        self.negation: Formula | None = None

    @property
    def name(self) -> str:
        return str(self.parts[0])

    @property
    def applies(self) -> frozenset[str]:
        """The kinds of values that an atom speaks about."""
        return _APPLIES[self.parts[0]]

    def __repr__(self) -> str:
        return f"{'' if self.sign else '¬'}{self.kind}{self.parts}"


class Arena:
    """Makes formulas, each once; and keeps what references stand for."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], Formula] = {}
        self._targets: dict[Any, Callable[[], Formula]] = {}
        #: The values of `enum` and `const` as they were written, by their keys.
        self.constants: dict[Any, Any] = {}
        self._key_sets: dict[Formula, frozenset[Any]] = {}
        self.true = self._make("true", (), sign=True)
        self.false = self._make("false", (), sign=True)
        self.true.negation, self.false.negation = self.false, self.true

    def _make(self, kind: str, parts: tuple[Any, ...], *, sign: bool) -> Formula:
        made = (kind, parts, sign)
        formula = self._made.get(made)
        if formula is None:
            formula = self._made[made] = Formula(kind, parts, sign, len(self._made))
        return formula

    @property
    def size(self) -> int:
        return len(self._made)

    def atom(self, name: str, *arguments: Any) -> Formula:
        return self._make("atom", (name, *arguments), sign=True)

    def keys_of(self, enum: Formula) -> frozenset[Any]:
        """The keys of the values that an `enum` lists."""
        if enum not in self._key_sets:
            self._key_sets[enum] = frozenset(enum.parts[1])
        return self._key_sets[enum]

    def all_of(self, formulas: Iterable[Formula]) -> Formula:
        return self._joined("and", formulas, self.true, self.false)

    def any_of(self, formulas: Iterable[Formula]) -> Formula:
        return self._joined("or", formulas, self.false, self.true)

    def one_of(self, formulas: Iterable[Formula]) -> Formula:
        """Exactly one of the formulas, which may be equal to each other."""
        parts = tuple(sorted((f for f in formulas if f is not self.false), key=_by_number))
        if len(parts) <= 1:
            return parts[0] if parts else self.false
        return self._make("one", parts, sign=True)

    def ref(self, key: Any, target: Callable[[], Formula]) -> Formula:
        """Stands for the formula that `target` gives, asked for when it is first needed."""
        self._targets.setdefault(key, target)
        return self._make("ref", (key,), sign=True)

    def unfold(self, ref: Formula) -> Formula:
        target = self._targets[ref.parts[0]]()
        return target if ref.sign else self.no(target)

    def no(self, formula: Formula) -> Formula:
        """The negation."""
        if formula.negation is None:
            negation = self._negated(formula)
            formula.negation, negation.negation = negation, formula
        return formula.negation

    def _negated(self, formula: Formula) -> Formula:
        if formula.kind == "and":
            return self.any_of(self.no(part) for part in formula.parts)
        if formula.kind == "or":
            return self.all_of(self.no(part) for part in formula.parts)
        return self._make(formula.kind, formula.parts, sign=not formula.sign)

    def is_of(self, kinds: Iterable[str]) -> Formula:
        """The value is of one of these kinds."""
        allowed = frozenset(kinds)
        if allowed == ALL_KINDS:
            return self.true
        # In a fixed order, so that equal sets are one atom and nothing depends on hashes.
        return self.atom("types", tuple(kind for kind in KINDS if kind in allowed))

    def unless(self, kind: str, formula: Formula) -> Formula:
        """`formula`, or the value is not of this kind."""
        return self.any_of((self.is_of(ALL_KINDS - {kind}), formula))

    def members(self, names: Names, formula: Formula) -> Formula:
        """Members with these names satisfy the formula."""
        return self.true if formula is self.true else self.atom("members", names, formula)

    def names(self, formula: Formula) -> Formula:
        """The names of all members satisfy the formula."""
        return self.true if formula is self.true else self.atom("names", formula)

    def element(self, place: int, formula: Formula) -> Formula:
        """The element at `place`, counted from 0, satisfies the formula if it is there."""
        return self.true if formula is self.true else self.atom("element", place, formula)

    def rest(self, start: int, formula: Formula) -> Formula:
        """The elements from `start` on satisfy the formula."""
        if formula is self.false:
            return self.atom("max_items", start)
        return self.true if formula is self.true else self.atom("rest", start, formula)

    def count(self, formula: Formula, least: int) -> Formula:
        """At least so many elements satisfy the formula."""
        if least <= 0:
            return self.true
        if formula is self.true:
            return self.atom("min_items", least)
        if formula is self.false:
            return self.is_of(ALL_KINDS - {"array"})
        return self.atom("count", formula, least)

    def _joined(
        self, kind: str, formulas: Iterable[Formula], neutral: Formula, final: Formula
    ) -> Formula:
        parts: dict[Formula, None] = {}
        for formula in formulas:
            for part in formula.parts if formula.kind == kind else (formula,):
                if part is not neutral:
                    parts[part] = None
        if final in parts or any(part.negation in parts for part in parts if part.negation):
            return final
        if len(parts) <= 1:
            return next(iter(parts), neutral)
        return self._make(kind, tuple(sorted(parts, key=_by_number)), sign=True)


def _by_number(formula: Formula) -> int:
    return formula.number
