"""Which way a change goes: judged by proof, with this change alone made.

Where the way down to it turns nothing round, the schema that it stands in is looked at, else the whole
document: a tighter bound below `not`, or in one of two alternatives, goes the way that senders notice. What
cannot be decided within its steps counts as incomparable.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from contracts.regular.budget import Budget, BudgetSpentError
from contracts.verdicts import Direction
from registry_store.containment.comparing.changes import Change, Path, made_alone, made_around
from registry_store.containment.compiling import Compiler
from registry_store.containment.formulas import Arena, Formula
from registry_store.containment.keywords import ASSERTIONS
from registry_store.containment.resources import LISTED, NAMED, ReferenceRefusedError, Resources
from registry_store.containment.solving.solver import Solver

#: For one change; and for all changes of a pair together.
_STEPS = 12_000
_ALL_STEPS = 120_000
_MOST_REFERENCES = 8
#: Below these alone, a schema that admits more makes the whole admit no less.
_MONOTONE = frozenset((
    "properties", "patternProperties", "additionalProperties", "propertyNames", "items", "prefixItems", "allOf",
    "anyOf", "then", "else", "dependentSchemas",
))  # fmt: skip
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
        self._compiler = Compiler(arena, self._old, known, self._budget)
        self._solver = Solver(arena, self._budget)
        self._new_resources = Resources(new, known)
        self._is_plain = not _speaks_of_unevaluated(self._old) and not _speaks_of_unevaluated(new)
        #: What was compiled; kept, because the compiler knows schemas by their identity.
        self._kept: list[Any] = []

    def is_assertion(self, change: Change) -> bool:
        return change.keyword in _ASSERTING

    def direction(self, change: Change) -> Direction:
        if not self.is_assertion(change):
            return "annotation"
        keywords = set(_keywords(change.surroundings))
        local = None
        if keywords <= {*_MONOTONE, "oneOf"}:
            local = self._between(self._local(change.around[0]), self._local(made_around(change)))
        if local is not None and self._is_plain and keywords <= _MONOTONE:
            # The way that it goes in its place is the way that it goes in the whole.
            return local
        whole = self._between(self._whole(self._old), self._whole(made_alone(self._old, change)))
        return whole or local or "incomparable"

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

    def _between(self, before: Formula | None, after: Formula | None) -> Direction | None:
        """None where that is not decided within the steps that are left."""
        if before is None or after is None:
            return None
        if before is after:
            return "annotation"
        is_wider, is_narrower = self._within(before, after), self._within(after, before)
        if is_wider is None or is_narrower is None:
            return None
        if is_wider and is_narrower:
            return "annotation"
        return "wider" if is_wider else "narrower" if is_narrower else "incomparable"

    def _local(self, schema: Any) -> Formula | None:
        self._kept.append(schema)
        return self._compiled(lambda: self._compiler.inner(schema, ()))

    def _whole(self, schema: Any) -> Formula | None:
        return self._compiled(Compiler(self._arena, schema, self._known, self._budget).root)

    def _compiled(self, compile_it: Callable[[], Formula]) -> Formula | None:
        try:
            return compile_it()
        except (ReferenceRefusedError, BudgetSpentError, RecursionError):
            return None

    def _within(self, one: Formula, other: Formula) -> bool | None:
        self._solver.budget = self._budget.share(_STEPS)
        try:
            goal = self._solver.goal((one, self._arena.no(other)))
            return self._solver.first(goal, frozenset()).is_empty
        except (BudgetSpentError, RecursionError):
            return None


def _keywords(path: Path) -> Iterator[str]:
    """The keywords on the way to a schema, without the names and places beneath them."""
    steps = list(path)
    while steps:
        keyword = str(steps.pop(0))
        yield keyword
        if keyword in (*NAMED, *LISTED) and steps:
            steps.pop(0)


def _speaks_of_unevaluated(schema: Any) -> bool:
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "unevaluatedProperties" in part or "unevaluatedItems" in part:
                return True
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return False


def _with_definitions(old: Any, new: Any) -> Any:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return old
    for keyword in ("$defs", "definitions"):
        added = {
            name: part
            for name, part in new.get(keyword, {}).items()
            if name not in old.get(keyword, {})
        }
        if added:
            old = {**old, keyword: {**old.get(keyword, {}), **added}}
    return old
