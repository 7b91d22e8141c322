"""What each keyword asserts, as a formula. Keywords that are not here assert nothing.

Source: JSON Schema 2020-12 core sections 8, 10 and 11, validation sections 6 and 7.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from registry_store.containment import evaluated
from registry_store.containment.formats import FORMATS
from registry_store.containment.formulas import Formula
from registry_store.containment.json_values import NUMBERS, exact
from registry_store.containment.names import Names
from registry_store.containment.resources import Scope

if TYPE_CHECKING:
    from registry_store.containment.compiling import Compiler

_Assertion = Callable[["Compiler", dict[str, Any], Scope], Formula]


def _type(compiler: "Compiler", schema: dict[str, Any], _: Scope) -> Formula:
    stated = schema["type"]
    kinds: set[str] = set()
    for name in stated if isinstance(stated, list) else [stated]:
        kinds |= NUMBERS if name == "number" else {name}
    return compiler.arena.is_of(kinds)


def _bound(atom: str, keyword: str, *, is_strict: bool) -> _Assertion:
    def bound(compiler: "Compiler", schema: dict[str, Any], _: Scope) -> Formula:
        return compiler.arena.atom(atom, exact(schema[keyword]), is_strict)

    return bound


def _least(atom: str, keyword: str) -> _Assertion:
    def least(compiler: "Compiler", schema: dict[str, Any], _: Scope) -> Formula:
        count = int(schema[keyword])
        return compiler.arena.atom(atom, count) if count > 0 else compiler.arena.true

    return least


def _most(atom: str, keyword: str) -> _Assertion:
    def most(compiler: "Compiler", schema: dict[str, Any], _: Scope) -> Formula:
        return compiler.arena.atom(atom, int(schema[keyword]))

    return most


def _multiple_of(compiler: "Compiler", schema: dict[str, Any], _: Scope) -> Formula:
    return compiler.arena.atom("multiple_of", exact(schema["multipleOf"]))


def _pattern(compiler: "Compiler", schema: dict[str, Any], _: Scope) -> Formula:
    return compiler.arena.atom("pattern", schema["pattern"])


def _unique_items(compiler: "Compiler", schema: dict[str, Any], _: Scope) -> Formula:
    return compiler.arena.atom("unique") if schema["uniqueItems"] else compiler.arena.true


def _format(compiler: "Compiler", schema: dict[str, Any], _: Scope) -> Formula:
    known = schema["format"] in FORMATS
    return compiler.arena.atom("format", schema["format"]) if known else compiler.arena.true


def _prefix_items(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    return compiler.arena.all_of(
        compiler.arena.element(place, compiler.inner(member, scope))
        for place, member in enumerate(schema["prefixItems"])
    )


def _items(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    start = len(schema.get("prefixItems", ()))
    return compiler.arena.rest(start, compiler.inner(schema["items"], scope))


def _contains(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    wanted = compiler.inner(schema["contains"], scope)
    arena = compiler.arena
    bounds = [arena.count(wanted, int(schema.get("minContains", 1)))]
    if "maxContains" in schema:
        beyond = arena.no(arena.count(wanted, int(schema["maxContains"]) + 1))
        bounds.append(arena.unless("array", beyond))
    return arena.all_of(bounds)


def _properties(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    return compiler.arena.all_of(
        compiler.arena.members(Names(words=(name,)), compiler.inner(member, scope))
        for name, member in schema["properties"].items()
    )


def _pattern_properties(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    return compiler.arena.all_of(
        compiler.arena.members(Names(patterns=(pattern,)), compiler.inner(member, scope))
        for pattern, member in schema["patternProperties"].items()
    )


def _additional_properties(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    rest = evaluated.named_beside(schema).rest()
    return compiler.arena.members(rest, compiler.inner(schema["additionalProperties"], scope))


def _required(compiler: "Compiler", schema: dict[str, Any], _: Scope) -> Formula:
    return compiler.arena.all_of(
        compiler.arena.atom("present", name) for name in schema["required"]
    )


def _dependent_required(compiler: "Compiler", schema: dict[str, Any], _: Scope) -> Formula:
    arena = compiler.arena
    return arena.all_of(
        _given(compiler, name, arena.all_of(arena.atom("present", other) for other in others))
        for name, others in schema["dependentRequired"].items()
    )


def _dependent_schemas(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    return compiler.arena.all_of(
        _given(compiler, name, compiler.formula(member, scope))
        for name, member in schema["dependentSchemas"].items()
    )


def _given(compiler: "Compiler", name: str, formula: Formula) -> Formula:
    arena = compiler.arena
    lacks = arena.no(arena.atom("present", name))
    return arena.unless("object", arena.any_of((lacks, formula)))


def _property_names(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    return compiler.arena.names(compiler.inner(schema["propertyNames"], scope))


def _all_of(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    return compiler.arena.all_of(compiler.formula(member, scope) for member in schema["allOf"])


def _any_of(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    return compiler.arena.any_of(compiler.formula(member, scope) for member in schema["anyOf"])


def _one_of(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    return compiler.arena.one_of(compiler.formula(member, scope) for member in schema["oneOf"])


def _not(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    return compiler.arena.no(compiler.formula(schema["not"], scope))


def _if(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    arena = compiler.arena
    condition = compiler.formula(schema["if"], scope)
    then = compiler.formula(schema.get("then", True), scope)
    otherwise = compiler.formula(schema.get("else", True), scope)
    return arena.all_of(
        (arena.any_of((arena.no(condition), then)), arena.any_of((condition, otherwise)))
    )


def _ref(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    target = compiler.resources.target(schema["$ref"], schema)
    return compiler.formula(target, scope)


def _dynamic_ref(compiler: "Compiler", schema: dict[str, Any], scope: Scope) -> Formula:
    target = compiler.resources.dynamic_target(schema["$dynamicRef"], schema, scope)
    return compiler.formula(target, scope)


ASSERTIONS: dict[str, _Assertion] = {
    "$ref": _ref,
    "$dynamicRef": _dynamic_ref,
    "type": _type,
    "enum": lambda compiler, schema, _: compiler.constants(schema["enum"]),
    "const": lambda compiler, schema, _: compiler.constants([schema["const"]]),
    "minimum": _bound("at_least", "minimum", is_strict=False),
    "maximum": _bound("at_most", "maximum", is_strict=False),
    "exclusiveMinimum": _bound("at_least", "exclusiveMinimum", is_strict=True),
    "exclusiveMaximum": _bound("at_most", "exclusiveMaximum", is_strict=True),
    "multipleOf": _multiple_of,
    "minLength": _least("min_length", "minLength"),
    "maxLength": _most("max_length", "maxLength"),
    "pattern": _pattern,
    "format": _format,
    "prefixItems": _prefix_items,
    "items": _items,
    "contains": _contains,
    "minItems": _least("min_items", "minItems"),
    "maxItems": _most("max_items", "maxItems"),
    "uniqueItems": _unique_items,
    "unevaluatedItems": evaluated.unevaluated_items,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "propertyNames": _property_names,
    "required": _required,
    "dependentRequired": _dependent_required,
    "dependentSchemas": _dependent_schemas,
    "minProperties": _least("min_members", "minProperties"),
    "maxProperties": _most("max_members", "maxProperties"),
    "unevaluatedProperties": evaluated.unevaluated_properties,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
}
