"""Which way a change goes: judged by proof, on the whole document, with this change alone made.

So a tighter bound below `not`, or a property that a closed object did not allow before, goes the way that
senders notice. What cannot be decided within its steps counts as incomparable.
"""

from collections.abc import Mapping
from typing import Any

from contracts.regular.budget import Budget, BudgetSpentError
from contracts.verdicts import Direction
from registry_store.containment.comparing.changes import Change, made_alone
from registry_store.containment.compiling import Compiler
from registry_store.containment.formulas import Arena, Formula
from registry_store.containment.keywords import ASSERTIONS
from registry_store.containment.resources import ReferenceRefusedError, Resources
from registry_store.containment.solving.goals import Found
from registry_store.containment.solving.solver import Solver

#: For one change; and for all changes of a pair together.
_STEPS = 12_000
_ALL_STEPS = 400_000
_MOST_REFERENCES = 8
_ASSERTING = {
    *ASSERTIONS, "minContains", "maxContains", "then", "else", "$defs", "definitions", "$anchor", "$dynamicAnchor", "",
}  # fmt: skip


class Effects:
    """Judges changes to one old version."""

    def __init__(self, old: Any, new: Any, known: Mapping[str, Any], arena: Arena) -> None:
        self._known = known
        self._arena = arena
        self._budget = Budget(_ALL_STEPS)
        # Definitions that are new assert nothing by themselves, but changes may refer to them.
        self._old = _with_definitions(old, new)
        self._before = self._formula(self._old)
        self._new_resources = Resources(new, known)

    def is_assertion(self, change: Change) -> bool:
        return change.keyword in _ASSERTING

    def direction(self, change: Change) -> Direction:
        if not self.is_assertion(change):
            return "annotation"
        after = self._formula(made_alone(self._old, change))
        if after is None or self._before is None:
            return "incomparable"
        if after is self._before:
            return "annotation"
        is_wider, is_narrower = self._within(self._before, after), self._within(after, self._before)
        if is_wider and is_narrower:
            return "annotation"
        return "wider" if is_wider else "narrower" if is_narrower else "incomparable"

    def unit(self, change: Change) -> str:
        """The unit of the values that a change is about: named beside it, or by what is referred to."""
        schema = change.around[1]
        for _ in range(_MOST_REFERENCES):
            if not isinstance(schema, dict):
                break
            stated = schema.get("unit", schema.get("x-unit"))
            if isinstance(stated, str):
                return stated
            if not isinstance(schema.get("$ref"), str):
                break
            try:
                schema = self._new_resources.target(schema["$ref"], schema)
            except ReferenceRefusedError:
                break
        return ""

    def _formula(self, schema: Any) -> Formula | None:
        try:
            return Compiler(self._arena, schema, self._known, self._budget).root()
        except (ReferenceRefusedError, BudgetSpentError, RecursionError):
            return None

    def _within(self, one: Formula, other: Formula) -> bool:
        solver = Solver(self._arena, self._budget.share(_STEPS))
        try:
            goal = solver.goal((one, self._arena.no(other)))
            outcome = solver.first(goal, frozenset())
        except (BudgetSpentError, RecursionError):
            return False
        return not isinstance(outcome.found, Found) and outcome.is_empty


def _with_definitions(old: Any, new: Any) -> Any:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return old
    for keyword in ("$defs", "definitions"):
        added = {name: part for name, part in new.get(keyword, {}).items() if name not in old.get(keyword, {})}
        if added:
            old = {**old, keyword: {**old.get(keyword, {}), **added}}
    return old
