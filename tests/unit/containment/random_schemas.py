# ruff: noqa: ARG005 - every keyword is made by a function of the same two arguments
"""Random schemas over every keyword, versions that differ in one keyword, and random values: all seeded."""

import copy
from random import Random

NAMES = ["a", "b", "ab", "c1", "x-y"]
PATTERNS = ["^a", "b", "^[a-z]+$", "^[A-Z]{2}$", "^.{1,3}$", "[0-9]", "^(a|b)*$", "^(?!a)", "\\w"]
FORMATS = [
    "date",
    "time",
    "date-time",
    "duration",
    "ipv4",
    "ipv6",
    "uuid",
    "email",
    "hostname",
    "uri",
]
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]
CONSTANTS = [
    *(None, True, False, 0, 1, 2, 1.0, 0.5, -1, 10, 1.5, "", "a", "b", "ab", "A", "12"),
    *([], [1], [0], ["a"], [1, 1], [1, 2], {}, {"a": 1}, {"a": 0}, {"b": "a"}),
]
VALUES = [
    *CONSTANTS,
    *("AB", "abc", "abcd", "ba", "0", "zz", "2024-01-01", "1.2.3.4", "a@b", "::1", "P1D", "a:b"),
    *(3, 4, 5, 6, 12, 2.5, -0.5, 1000, "é", " ", "A1"),
]
BOUNDS = [-1, 0, 1, 2, 2.5, 10]
SIZES = range(4)


def schema(random, depth=2):
    if depth <= 0 or random.random() < 0.06:
        simple = [
            True,
            False,
            {},
            {"type": random.choice(TYPES)},
            {"const": random.choice(CONSTANTS)},
        ]
        return random.choice(simple)
    made = {}
    for _ in range(random.choice((1, 1, 2, 2, 3))):
        made.update(part(random, depth))
    if random.random() < 0.45:
        made.setdefault("type", random.choice(TYPES))
    return made


def part(random, depth):
    """One keyword, or a few that belong together."""
    keyword = random.choice(list(PARTS))
    return PARTS[keyword](random, lambda: schema(random, depth - 1))


def _some(random, choices, most=2):
    return random.sample(choices, random.randint(1, most))


def _contains(random, inner):
    made = {"contains": inner()}
    if random.random() < 0.5:
        made["minContains"] = random.choice(SIZES)
    if random.random() < 0.4:
        made["maxContains"] = random.choice(SIZES)
    return made


def _properties(random, inner):
    return {"properties": {name: inner() for name in _some(random, NAMES)}}


def _patterned(random, inner):
    return {"patternProperties": {pattern: inner() for pattern in _some(random, PATTERNS)}}


def _closed(random, inner):
    beside = random.choice((_properties, _patterned))(random, inner)
    return {"additionalProperties": inner(), **beside}


def _unevaluated_properties(random, inner):
    beside = random.choice(
        (
            lambda: _properties(random, inner),
            lambda: {"anyOf": [_properties(random, inner), _patterned(random, inner)]},
            lambda: {"if": _properties(random, inner), "then": _properties(random, inner)},
            lambda: {"dependentSchemas": {random.choice(NAMES): _properties(random, inner)}},
        )
    )()
    return {"unevaluatedProperties": inner(), **beside}


def _unevaluated_items(random, inner):
    beside = random.choice(
        (
            lambda: {"prefixItems": [inner()]},
            lambda: _contains(random, inner),
            lambda: {"anyOf": [{"prefixItems": [inner()]}, _contains(random, inner)]},
            lambda: {"if": {"prefixItems": [inner()]}},
        )
    )()
    return {"unevaluatedItems": inner(), **beside}


def _conditional(random, inner):
    made = {"if": inner()}
    if random.random() < 0.8:
        made["then"] = inner()
    if random.random() < 0.6:
        made["else"] = inner()
    return made


def _listed(keyword, most):
    return lambda random, inner: {keyword: [inner() for _ in range(random.randint(1, most))]}


def _of(keyword, choices):
    return lambda random, inner: {keyword: random.choice(choices)}


PARTS = {
    "type": lambda random, inner: {"type": _some(random, TYPES, 3)},
    "enum": lambda random, inner: {"enum": _some(random, CONSTANTS, 5)},
    "const": _of("const", CONSTANTS),
    "multipleOf": _of("multipleOf", [1, 2, 3, 4, 6, 0.5, 1.5, 0.25]),
    **{k: _of(k, BOUNDS) for k in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")},
    **{k: _of(k, SIZES) for k in ("minLength", "maxLength", "minItems", "maxItems")},
    **{k: _of(k, SIZES) for k in ("minProperties", "maxProperties")},
    "pattern": _of("pattern", PATTERNS),
    "format": _of("format", FORMATS),
    "uniqueItems": _of("uniqueItems", [True]),
    "items": lambda random, inner: {"items": inner()},
    "prefixItems": _listed("prefixItems", 2),
    "contains": _contains,
    "unevaluatedItems": _unevaluated_items,
    "properties": _properties,
    "patternProperties": _patterned,
    "additionalProperties": _closed,
    "propertyNames": lambda random, inner: {"propertyNames": random.choice((inner(), {"maxLength": 2}))},
    "required": lambda random, inner: {"required": _some(random, NAMES)},
    "dependentRequired": lambda random, inner: {
        "dependentRequired": {random.choice(NAMES): _some(random, NAMES)}
    },
    "dependentSchemas": lambda random, inner: {"dependentSchemas": {random.choice(NAMES): inner()}},
    "unevaluatedProperties": _unevaluated_properties,
    "allOf": _listed("allOf", 2),
    "anyOf": _listed("anyOf", 3),
    "oneOf": _listed("oneOf", 3),
    "not": lambda random, inner: {"not": inner()},
    "if": _conditional,
}  # fmt: skip


def _anything(random, inner):
    return part(random, 1)


def other_version(random, version):
    """The version with one keyword of one of its schemas gone, new, or replaced."""
    version = copy.deepcopy(version)
    places = [each for each in _within(version) if isinstance(each, dict)]
    if not places:
        return schema(random)
    place = random.choice(places)
    if place and random.random() < 0.3:
        del place[random.choice(list(place))]
    elif place and random.random() < 0.5:
        keyword = random.choice(list(place))
        place.update(PARTS.get(keyword, _anything)(random, lambda: schema(random, 1)))
    else:
        place.update(part(random, 2))
    return version


def _within(version):
    yield version
    for keyword, value in version.items() if isinstance(version, dict) else ():
        if keyword in ("enum", "const", "required", "dependentRequired", "type"):
            continue
        below = (
            value.values()
            if keyword.endswith(("ies", "Schemas", "$defs")) and isinstance(value, dict)
            else [value]
        )
        for each in below:
            for inner in each if isinstance(each, list) else [each]:
                if isinstance(inner, (dict, bool)):
                    yield from _within(inner)


def recursive(random):
    """A document whose members and elements lead back to its definitions."""
    definitions = {name: _led_back(random, schema(random)) for name in "nm"}
    return {"$ref": "#/$defs/n", "$defs": definitions}


def _led_back(random, version):
    for each in _within(version) if isinstance(version, dict) else ():
        for keyword in ("items", "contains", "additionalProperties", "unevaluatedItems"):
            if isinstance(each, dict) and keyword in each and random.random() < 0.5:
                each[keyword] = {"$ref": f"#/$defs/{random.choice('nm')}"}
        for name in each.get("properties", ()) if isinstance(each, dict) else ():
            if random.random() < 0.5:
                each["properties"][name] = {"$ref": f"#/$defs/{random.choice('nm')}"}
    return version


def values(seed, count):
    random = Random(seed)

    def value(depth=0):
        choice = random.random()
        if depth < 3 and choice < 0.25:
            names = random.choices([*NAMES, "q", "aa", "B"], k=random.randint(0, 3))
            return {name: value(depth + 1) for name in names}
        if depth < 3 and choice < 0.5:
            return [value(depth + 1) for _ in range(random.randint(0, 4))]
        return copy.deepcopy(random.choice(VALUES))

    return [value() for _ in range(count)]
