"""A schema as a formula; what a reference that leads back to itself stands for is unfolded later.

Source: JSON Schema 2020-12 core sections 8.2 and 10.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from contracts.regular.budget import Budget
from registry_store.containment.closures import closure
from registry_store.containment.formulas import Arena, Formula
from registry_store.containment.json_values import key
from registry_store.containment.keywords import ASSERTIONS
from registry_store.containment.resources import ReferenceRefusedError, Resources, Scope

_Place = tuple[int, Scope]


class Compiler:
    """Compiles one document, with those known beside it, into formulas of an arena.

    Raises ReferenceRefusedError for a reference that cannot be followed, BudgetSpentError for a
    document that is too large to be taken apart.
    """

    def __init__(self, arena: Arena, root: Any, known: Mapping[str, Any], budget: Budget) -> None:
        self.arena = arena
        self.resources = Resources(root, known)
        self._root = root
        self._budget = budget
        self._done: dict[_Place, Formula] = {}
        self._bodies: dict[_Place, Formula] = {}
        #: What is being compiled, and whether it was met again inside of itself.
        self._under_way: dict[_Place, bool] = {}
        #: What is being compiled for one and the same value: to meet that again is a circle.
        self._in_place: list[_Place] = []

    def root(self) -> Formula:
        return self.formula(self._root, ())

    def formula(self, schema: Any, scope: Scope) -> Formula:
        """What `schema` says of the value that the schema around it speaks of."""
        if isinstance(schema, bool):
            return self.arena.true if schema else self.arena.false
        scope = self.resources.entered(scope, schema)
        place = (id(schema), scope)
        if place in self._in_place:
            reference = schema.get("$ref") or schema.get("$dynamicRef") or "a schema"
            raise ReferenceRefusedError(
                f"{reference!r} leads back to itself without a step into the value: it decides nothing"
            )
        if place in self._under_way:
            self._under_way[place] = True
            return self._reference(schema, scope)
        if place not in self._done:
            self._done[place] = self._compiled(schema, scope)
        return self._done[place]

    def inner(self, schema: Any, scope: Scope) -> Formula:
        """What `schema` says of a member, an element or a name of the value."""
        with self._one_step_deeper():
            return self.formula(schema, scope)

    def constants(self, values: list[Any]) -> Formula:
        """The value is one of these."""
        keys = {key(value): value for value in values}
        for value_key, value in keys.items():
            self.arena.constants.setdefault(value_key, value)
        return self.arena.atom("enum", tuple(sorted(keys, key=repr))) if keys else self.arena.false

    def _compiled(self, schema: dict[str, Any], scope: Scope) -> Formula:
        self._budget.spend(1 + len(schema))
        place = (id(schema), scope)
        self._under_way[place] = False
        self._in_place.append(place)
        formula = self.arena.all_of(
            ASSERTIONS[keyword](self, schema, scope)
            for keyword in sorted(schema)
            if keyword in ASSERTIONS
        )
        self._in_place.pop()
        self._bodies[place] = formula
        return self._reference(schema, scope) if self._under_way.pop(place) else formula

    def _reference(self, schema: dict[str, Any], scope: Scope) -> Formula:
        place = (id(schema), scope)
        fingerprint = (closure(self.resources, schema), scope)
        return self.arena.ref(fingerprint, lambda: self._bodies[place])

    @contextmanager
    def _one_step_deeper(self) -> Iterator[None]:
        outside, self._in_place = self._in_place, []
        try:
            yield
        finally:
            self._in_place = outside
