"""What the two versions speak of: values, numbers near their bounds, strings of their patterns, names."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from contracts.regular import terms
from contracts.regular.budget import Budget, BudgetSpentError
from contracts.regular.exploring import words
from registry_store.containment.formats import FORMATS
from registry_store.containment.json_values import key
from registry_store.containment.names import pattern_language
from registry_store.containment.resources import subschemas

_BASIC: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    0.5,
    "",
    "a",
    [],
    {},
    [0],
    {"a": 0},
    1.0,
    10**20,
    "é",
)
_LONGEST = 300
_MOST = 160


@dataclass(frozen=True, slots=True)
class Pool:
    """Small values and member names to build candidates from; without repetition, in a fixed order."""

    values: tuple[Any, ...]
    names: tuple[str, ...]


def pool_of(*documents: Any) -> Pool:
    values: dict[Any, Any] = {}
    names: dict[str, None] = {}
    for document in documents:
        waiting = [document]
        while waiting and len(values) < _MOST:
            schema = waiting.pop(0)
            if isinstance(schema, dict):
                for value in _values(schema):
                    values.setdefault(_written(value), value)
                names.update(dict.fromkeys(_names(schema)))
                waiting += [inner for _, inner in subschemas(schema)]
    for value in _BASIC:
        values.setdefault(_written(value), value)
    return Pool(tuple(values.values()), (*islice(names, _MOST), "a", "zz"))


def _written(value: Any) -> Any:
    """1 and 1.0 are kept apart: they are written differently."""
    return (key(value), repr(value)) if isinstance(value, (int, float)) else key(value)


def _values(schema: dict[str, Any]) -> Iterator[Any]:
    yield from schema.get("enum", ())
    if "const" in schema:
        yield schema["const"]
    examples = schema.get("examples")
    yield from examples if isinstance(examples, list) else ()
    for keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
        if keyword in schema:
            yield from _numbers(schema[keyword])
    for keyword in ("minLength", "maxLength"):
        if keyword in schema and schema[keyword] <= _LONGEST:
            length = int(schema[keyword])
            yield from ("a" * n for n in (length - 1, length, length + 1) if n >= 0)
    if isinstance(schema.get("pattern"), str):
        yield from _strings(schema["pattern"])
    if schema.get("format") in FORMATS:
        known = FORMATS[schema["format"]]
        yield from (*known.examples, *known.misses)


def _numbers(number: float) -> Iterator[float]:
    yield number
    if abs(number) < 2**60:
        yield from (number + 1, number - 1, number + 0.5, number - 0.5, number * 2, number * 3)
        if float(number).is_integer():
            yield float(number)


def _strings(pattern: str) -> Iterator[str]:
    language = pattern_language(pattern)
    if language is None:
        return
    try:
        yield from islice(words(language, 0, _LONGEST, Budget(3000)), 3)
        yield from islice(words(terms.complement(language), 0, _LONGEST, Budget(3000)), 2)
    except BudgetSpentError:
        return


def _names(schema: dict[str, Any]) -> Iterator[str]:
    for keyword in ("properties", "dependentRequired", "dependentSchemas"):
        yield from schema.get(keyword, ())
    yield from schema.get("required", ())
    for pattern in schema.get("patternProperties", ()):
        yield from _strings(pattern)
    if isinstance(schema.get("propertyNames"), dict):
        yield from (value for value in _values(schema["propertyNames"]) if isinstance(value, str))
