"""Whether a value satisfies a formula: exact, and asked of every answer before it is given on."""

from collections.abc import Callable
from typing import Any

from registry_store.containment.engines import finds, is_of_format
from registry_store.containment.formulas import Arena, Formula
from registry_store.containment.json_values import exact, key, kind_of


def holds(
    arena: Arena, formula: Formula, value: Any, known: dict[Formula, bool] | None = None
) -> bool:
    """Whether `value` satisfies `formula`. `known` keeps what was found out about this one value."""
    known = {} if known is None else known
    if formula not in known:
        known[formula] = _holds(arena, formula, value, known)
    return known[formula]


def _holds(arena: Arena, formula: Formula, value: Any, known: dict[Formula, bool]) -> bool:  # noqa: PLR0911 - one return per kind
    match formula.kind:
        case "true":
            return True
        case "false":
            return False
        case "and":
            return all(holds(arena, part, value, known) for part in formula.parts)
        case "or":
            return any(holds(arena, part, value, known) for part in formula.parts)
        case "one":
            fitting = sum(holds(arena, part, value, known) for part in formula.parts)
            return (fitting == 1) == formula.sign
        case "ref":
            return holds(arena, arena.unfold(formula), value, known)
    return _atom_holds(arena, formula, value) == formula.sign


def _atom_holds(arena: Arena, formula: Formula, value: Any) -> bool:
    if kind_of(value) not in formula.applies:
        return True
    if formula.name == "enum":
        return key(value) in arena.keys_of(formula)
    return _ATOMS[formula.name](arena, value, *formula.parts[1:])


def _at_least(_: Arena, value: Any, bound: Any, is_strict: bool) -> bool:  # noqa: FBT001
    return bool(exact(value) > bound if is_strict else exact(value) >= bound)


def _at_most(_: Arena, value: Any, bound: Any, is_strict: bool) -> bool:  # noqa: FBT001
    return bool(exact(value) < bound if is_strict else exact(value) <= bound)


def _unique(_: Arena, value: list[Any]) -> bool:
    return len({key(item) for item in value}) == len(value)


_ATOMS: dict[str, Callable[..., bool]] = {
    "types": lambda _, value, kinds: kind_of(value) in kinds,
    "at_least": _at_least,
    "at_most": _at_most,
    "multiple_of": lambda _, value, step: (exact(value) / step).denominator == 1,
    "min_length": lambda _, value, count: len(value) >= count,
    "max_length": lambda _, value, count: len(value) <= count,
    "pattern": lambda _, value, pattern: finds(pattern, value),
    "format": lambda _, value, name: is_of_format(name, value),
    "named": lambda _, value, names: names.has(value),
    "min_items": lambda _, value, count: len(value) >= count,
    "max_items": lambda _, value, count: len(value) <= count,
    "element": lambda arena, value, place, formula: (
        place >= len(value) or holds(arena, formula, value[place])
    ),
    "rest": lambda arena, value, start, formula: all(
        holds(arena, formula, item) for item in value[start:]
    ),
    "count": lambda arena, value, formula, least: (
        sum(holds(arena, formula, item) for item in value) >= least
    ),
    "unique": _unique,
    "min_members": lambda _, value, count: len(value) >= count,
    "max_members": lambda _, value, count: len(value) <= count,
    "present": lambda _, value, name: name in value,
    "members": lambda arena, value, names, formula: all(
        holds(arena, formula, member) for name, member in value.items() if names.has(name)
    ),
    "names": lambda arena, value, formula: all(holds(arena, formula, name) for name in value),
}
