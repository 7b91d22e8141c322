"""Values put together at random along a schema: often valid, and near to what it speaks of."""

from random import Random
from typing import Any

from registry_store.containment.pools import Pool
from registry_store.containment.resources import ReferenceRefusedError, Resources

_DEEPEST = 4
#: Parts of one value: references may nest without end.
_MOST_PARTS = 80
#: How likely it is to follow what need not be followed, and to go on beyond what is described.
_LIKELY, _UNLIKELY = 0.6, 0.2
_OF_TYPE = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
}


class Assembler:
    """Assembles values for one document. The same random source gives the same values."""

    def __init__(self, resources: Resources, pool: Pool, random: Random) -> None:
        self._resources = resources
        self._pool = pool
        self._random = random
        self._left = 0

    def value(self, schema: Any) -> Any:
        self._left = _MOST_PARTS
        return self._value(schema, 0)

    def _value(self, schema: Any, depth: int) -> Any:
        self._left -= 1
        parts = self._parts(schema, 0)
        constants = [value for part in parts for value in _constants(part)]
        if constants:
            return self._random.choice(constants)
        kind = self._kind(parts, depth)
        if kind == "object":
            return self._object(parts, depth)
        if kind == "array":
            return self._array(parts, depth)
        fitting = [value for value in self._pool.values if _OF_TYPE[kind](value)]
        return self._random.choice(fitting) if fitting else None

    def _parts(self, schema: Any, depth: int) -> list[dict[str, Any]]:
        """The schemas that apply to one value, alternatives chosen at random."""
        if not isinstance(schema, dict) or depth > _DEEPEST:
            return []
        parts, random = [schema], self._random
        chosen = list(schema.get("allOf", ()))
        chosen += [random.choice(schema[each]) for each in ("anyOf", "oneOf") if schema.get(each)]
        if "if" in schema:
            branch = [schema["if"], schema.get("then")]
            chosen += branch if random.random() < _LIKELY else [schema.get("else")]
        chosen += [
            inner
            for inner in schema.get("dependentSchemas", {}).values()
            if random.random() < _LIKELY
        ]
        for keyword in ("$ref", "$dynamicRef"):
            if keyword in schema:
                try:
                    chosen.append(self._resources.target(schema[keyword], schema))
                except ReferenceRefusedError:
                    continue
        for each in chosen:
            parts += self._parts(each, depth + 1)
        return parts

    def _kind(self, parts: list[dict[str, Any]], depth: int) -> str:
        stated = [part["type"] for part in parts if "type" in part]
        types: list[str] = [
            name for each in stated for name in (each if isinstance(each, list) else [each])
        ]
        if not types:
            types = [
                name for keyword, name in _SUGGESTS.items() for part in parts if keyword in part
            ]
        types = types or ["object", "array", *_OF_TYPE]
        if depth >= _DEEPEST or self._left <= 0:
            types = [name for name in types if name in _OF_TYPE] or ["null"]
        return self._random.choice(types)

    def _object(self, parts: list[dict[str, Any]], depth: int) -> dict[str, Any]:
        random, members = self._random, {}
        schemas: dict[str, Any] = {}
        for part in parts:
            schemas.update(part.get("properties", {}))
        required = [name for part in parts for name in part.get("required", ())]
        names = [name for name in schemas if random.random() < _LIKELY] + required
        least = max((int(part.get("minProperties", 0)) for part in parts), default=0)
        while len(set(names)) < min(least, 20) or random.random() < _UNLIKELY:
            names.append(random.choice(self._pool.names) + "x" * (len(names) // 3))
        other = [part["additionalProperties"] for part in parts if "additionalProperties" in part]
        for part in parts:
            other += part.get("patternProperties", {}).values()
        for name in dict.fromkeys(names):
            schema = schemas.get(name, random.choice(other) if other else True)
            members[name] = self._value(schema, depth + 1)
        return members

    def _array(self, parts: list[dict[str, Any]], depth: int) -> list[Any]:
        random = self._random
        prefix: list[Any] = next(
            (part["prefixItems"] for part in parts if part.get("prefixItems")), []
        )
        items = [
            part[each]
            for part in parts
            for each in ("items", "contains", "unevaluatedItems")
            if each in part
        ]
        least = max(
            (int(part.get("minItems", part.get("minContains", 0))) for part in parts), default=0
        )
        length = (
            min(least, 20) + random.randrange(3) + (len(prefix) if random.random() < _LIKELY else 0)
        )
        return [
            self._value(
                prefix[place] if place < len(prefix) else random.choice(items or [True]), depth + 1
            )
            for place in range(length)
        ]


_SUGGESTS = {
    "properties": "object", "required": "object", "additionalProperties": "object",
    "patternProperties": "object", "minProperties": "object", "propertyNames": "object",
    "items": "array", "prefixItems": "array", "contains": "array", "minItems": "array",
    "pattern": "string", "minLength": "string", "maxLength": "string", "format": "string",
    "minimum": "number", "maximum": "number", "multipleOf": "number",
}  # fmt: skip


def _constants(schema: dict[str, Any]) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))
