"""`unevaluatedProperties` and `unevaluatedItems` as formulas about the value alone.

What the schemas beside them look at depends on which of those hold. That is turned round: each name
(or place) must satisfy the schema of `unevaluated...`, or one of the conditions must hold under which
something else looks at it. This is exact, and needs no case for every combination of conditions.

Source: JSON Schema 2020-12 core sections 11.2 and 11.3, with the annotations of 10.3.
"""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.regular.budget import BudgetSpentError
from registry_store.containment.formulas import Formula
from registry_store.containment.names import EVERY_NAME, Names
from registry_store.containment.resources import Scope

if TYPE_CHECKING:
    from registry_store.containment.compiling import Compiler

#: Conditions that are told apart, for names of patterns and for `contains`.
_MOST_CONDITIONS = 6


class _Looked(NamedTuple):
    """Under `condition`, a schema looks at `what`."""

    condition: Formula
    what: Any


class _Items(NamedTuple):
    """Elements before `before` (None: all), or, with `matching`, those that match it."""

    before: int | None
    matching: Formula | None = None


def named_beside(schema: dict[str, Any]) -> Names:
    """The names that `properties` and `patternProperties` of a schema speak of."""
    return Names(
        words=tuple(sorted(schema.get("properties", ()))),
        patterns=tuple(sorted(schema.get("patternProperties", ()))),
    )


def unevaluated_properties(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    arena = compiler.arena
    wanted = compiler.inner(schema["unevaluatedProperties"], scope)
    looks = list(_looks(compiler, schema, scope, _own_properties))
    if any(look.what == EVERY_NAME and look.condition is arena.true for look in looks):
        return arena.true
    words = sorted({word for look in looks for word in look.what.words})
    formulas = []
    for word in words:
        conditions = [look.condition for look in looks if look.what.has(word)]
        members = arena.members(Names(words=(word,)), wanted)
        formulas.append(arena.any_of((members, *conditions)))
    formulas += _other_names(compiler, wanted, looks, tuple(words))
    return arena.all_of(formulas)


def _other_names(
    compiler: "Compiler", wanted: Formula, looks: list[_Looked], words: tuple[str, ...]
) -> Iterator[Formula]:
    """Names that no schema lists: those that certain patterns match, and those that none matches.

    For each choice of conditions that fail, the names that only they would look at must satisfy
    `wanted`; one formula for each set of patterns.
    """
    arena = compiler.arena
    by_condition: dict[Formula, set[str]] = {}
    everything: list[Formula] = []
    for look in looks:
        if look.what.is_rest:
            # `additionalProperties` looks at what its own schema does not name, and that one looks
            # at the names it lists: together at everything.
            everything.append(look.condition)
        elif look.what.patterns:
            by_condition.setdefault(look.condition, set()).update(look.what.patterns)
    always = by_condition.pop(arena.true, set())
    conditions = sorted(by_condition, key=lambda condition: condition.number)
    if len(conditions) > _MOST_CONDITIONS:
        raise BudgetSpentError
    for count in range(len(conditions) + 1):
        for holding in combinations(conditions, count):
            patterns = always.union(*(by_condition[condition] for condition in holding))
            rest = Names(words=words, patterns=tuple(sorted(patterns)), is_rest=True)
            failing = [each for each in conditions if each not in holding]
            # Under the conditions that hold, these names must satisfy `wanted`; if one of the
            # failing conditions holds as well, another of the formulas speaks.
            members = arena.members(rest, wanted)
            yield arena.any_of((members, *everything, *failing))


def unevaluated_items(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    arena = compiler.arena
    wanted = compiler.inner(schema["unevaluatedItems"], scope)
    looks = list(_looks(compiler, schema, scope, _own_items))
    matching = [look for look in looks if look.what.matching is not None]
    placed = [look for look in looks if look.what.matching is None]
    always = [look.what.matching for look in matching if look.condition is arena.true]
    sometimes = [look for look in matching if look.condition is not arena.true]
    if len(sometimes) > _MOST_CONDITIONS:
        raise BudgetSpentError
    formulas = []
    for count in range(len(sometimes) + 1):
        for holding in combinations(sometimes, count):
            accepted = arena.any_of((wanted, *always, *(look.what.matching for look in holding)))
            failing = [look.condition for look in sometimes if look not in holding]
            formulas.append(arena.any_of((_placed(compiler, accepted, placed), *failing)))
    return arena.all_of(formulas)


def _placed(compiler: "Compiler", wanted: Formula, looks: list[_Looked]) -> Formula:
    """Every element satisfies `wanted` unless something looks at its place."""
    arena = compiler.arena
    end = max((look.what.before for look in looks if look.what.before is not None), default=0)
    formulas = []
    for place in range(end):
        conditions = [
            look.condition for look in looks if look.what.before is None or place < look.what.before
        ]
        formulas.append(arena.any_of((arena.element(place, wanted), *conditions)))
    beyond = [look.condition for look in looks if look.what.before is None]
    formulas.append(arena.any_of((arena.rest(end, wanted), *beyond)))
    return arena.all_of(formulas)


_Own = Callable[["Compiler", dict[str, Any], Scope], Iterator[Any]]


def _own_properties(_compiler: "Compiler", schema: dict[str, Any], _: Scope) -> Iterator[Names]:
    named = named_beside(schema)
    if named.words or named.patterns:
        yield named
    if "additionalProperties" in schema:
        yield named.rest()


def _own_items(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Iterator[_Items]:
    if schema.get("prefixItems"):
        yield _Items(len(schema["prefixItems"]))
    if "items" in schema:
        yield _Items(None)
    if "contains" in schema:
        yield _Items(None, compiler.inner(schema["contains"], scope))


def _looks(compiler: "Compiler", schema: Any, scope: Scope, own: _Own) -> Iterator[_Looked]:
    """What a schema with `unevaluated...` and the schemas in place within it look at."""
    for what in own(compiler, schema, scope):
        yield _Looked(compiler.arena.true, what)
    yield from _beneath(compiler, schema, scope, own)


def _beneath(
    compiler: "Compiler", schema: dict[str, Any], scope: Scope, own: _Own
) -> Iterator[_Looked]:
    for condition, inner, inner_scope in _in_place(compiler, schema, scope):
        if not isinstance(inner, dict):
            continue
        within = compiler.resources.entered(inner_scope, inner)
        looks = list(_looks(compiler, inner, within, own))
        keyword = "unevaluatedProperties" if own is _own_properties else "unevaluatedItems"
        if keyword in inner:
            # Where it holds, it has looked at everything that was left.
            everything = EVERY_NAME if own is _own_properties else _Items(None)
            looks = [_Looked(compiler.arena.true, everything)]
        for look in looks:
            yield _Looked(compiler.arena.all_of((condition, look.condition)), look.what)


def _in_place(
    compiler: "Compiler", schema: dict[str, Any], scope: Scope
) -> Iterator[tuple[Formula, Any, Scope]]:
    """The schemas that speak of the same value, and when what they looked at counts."""
    arena = compiler.arena
    for inner in schema.get("allOf", ()):
        yield arena.true, inner, scope
    for inner in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield compiler.formula(inner, scope), inner, scope
    if "if" in schema:
        condition = compiler.formula(schema["if"], scope)
        yield condition, schema["if"], scope
        yield condition, schema.get("then", True), scope
        yield arena.no(condition), schema.get("else", True), scope
    for name, inner in schema.get("dependentSchemas", {}).items():
        # Only an object has it applied at all; the atom alone is true of arrays, too.
        has = arena.all_of((arena.is_of(("object",)), arena.atom("present", name)))
        yield has, inner, scope
    if "$ref" in schema:
        yield arena.true, compiler.resources.target(schema["$ref"], schema), scope
    if "$dynamicRef" in schema:
        yield (
            arena.true,
            compiler.resources.dynamic_target(schema["$dynamicRef"], schema, scope),
            scope,
        )
