"""Whether a value is a schema that can be checked: every reason why not, with its place.

Source: the meta-schema of JSON Schema 2020-12.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urldefrag

import jsonschema_rs

from contracts.reasons import escape_pointer
from registry_store.containment.engines import is_pattern
from registry_store.containment.resources import subschemas

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: Bounds: nodes of the document, nesting, characters of one pattern.
MOST_NODES = 60_000
DEEPEST = 250
LONGEST_PATTERN = 4000
_MOST_REASONS = 20
_META = jsonschema_rs.Draft202012Validator({"$ref": DIALECT}, offline=True)

Refusal = tuple[str, str]  # JSON Pointer and sentence


def refusals(schema: Any) -> list[Refusal]:
    """Why this is no schema of 2020-12, or none that is small enough; empty: it is one."""
    if not isinstance(schema, (dict, bool)):
        return [("", "a schema is an object, true or false")]
    found = list(_beyond_bounds(schema))
    if found:
        return found
    # The meta-schema says the same of one place by several of its parts.
    found = list(dict.fromkeys((_pointer(e.instance_path), _sentence(e)) for e in _errors(schema)))
    return found or list(_unusable_parts(schema))


def _errors(schema: Any) -> Iterator[jsonschema_rs.ValidationError]:
    for number, error in enumerate(_META.iter_errors(schema)):
        if number >= _MOST_REASONS:
            return
        yield error


def _sentence(error: jsonschema_rs.ValidationError) -> str:
    return f"not a schema of 2020-12: {error.message[:200]}"


def _beyond_bounds(schema: Any) -> Iterator[Refusal]:
    waiting: list[tuple[Any, int]] = [(schema, 1)]
    nodes = 0
    while waiting:
        part, depth = waiting.pop()
        nodes += 1
        if depth > DEEPEST:
            yield "", f"nests deeper than {DEEPEST} levels"
            return
        if nodes > MOST_NODES:
            yield "", f"has more than {MOST_NODES} values: too large to be taken apart"
            return
        if isinstance(part, dict):
            waiting += [(inner, depth + 1) for inner in part.values()]
        elif isinstance(part, list):
            waiting += [(inner, depth + 1) for inner in part]


def _unusable_parts(schema: Any) -> Iterator[Refusal]:
    """Other dialects, and patterns that no engine takes."""
    waiting: list[tuple[Any, str]] = [(schema, "")]
    while waiting:
        part, pointer = waiting.pop()
        if not isinstance(part, dict):
            continue
        dialect = part.get("$schema")
        if isinstance(dialect, str) and urldefrag(dialect).url != DIALECT:
            yield f"{pointer}/$schema", f"{dialect} is not JSON Schema 2020-12"
        if "pattern" in part:
            yield from _pattern(part["pattern"], f"{pointer}/pattern")
        for pattern in part.get("patternProperties", ()):
            yield from _pattern(pattern, f"{pointer}/patternProperties")
        waiting += [(inner, pointer + _pointer(list(steps))) for steps, inner in subschemas(part)]


def _pattern(pattern: str, pointer: str) -> Iterator[Refusal]:
    if len(pattern) > LONGEST_PATTERN:
        yield pointer, f"a pattern of more than {LONGEST_PATTERN} characters"
    elif not is_pattern(pattern):
        yield pointer, f"{pattern!r} is not a regular expression of ECMA-262"


def _pointer(path: list[str | int]) -> str:
    return "".join(f"/{escape_pointer(str(step))}" for step in path)
