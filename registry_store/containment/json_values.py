"""JSON values as JSON Schema compares them: 1 and 1.0 are one number, true is none."""

from fractions import Fraction
from functools import lru_cache
from typing import Any

#: The disjoint kinds of values. `fraction` is a number that is no integer.
KINDS = ("null", "boolean", "integer", "fraction", "string", "array", "object")
NUMBERS = frozenset(("integer", "fraction"))

Key = tuple[Any, ...]


def kind_of(value: Any) -> str:  # noqa: PLR0911 - one return per kind
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "fraction"
        case str():
            return "string"
        case list():
            return "array"
    return "object"


def exact(number: float) -> Fraction:
    """The decimal that a number is written as: 0.1 is a tenth."""
    return Fraction(number) if isinstance(number, int) else _decimal(number)


@lru_cache(maxsize=8192)
def _decimal(number: float) -> Fraction:
    return Fraction(repr(number))


def number_of(exactly: Fraction) -> int | float | None:
    """The JSON number that is exactly this, or None where a double is not written as it."""
    if exactly.denominator == 1:
        return exactly.numerator
    try:
        nearest = float(exactly)
    except OverflowError:
        return None
    return nearest if exact(nearest) == exactly else None


def key(value: Any) -> Key:
    """Equal for values that JSON Schema holds equal, and hashable."""
    match value:
        case None:
            return ("null",)
        case bool():
            return ("boolean", value)
        case int() | float():
            return ("number", exact(value))
        case str():
            return ("string", value)
        case list():
            return ("array", tuple(key(item) for item in value))
    return ("object", frozenset((name, key(member)) for name, member in value.items()))


def size(value: Any) -> int:
    """How many values there are in a value, itself included."""
    waiting, count = [value], 0
    while waiting:
        part = waiting.pop()
        count += 1
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return count


def weight(value: Any) -> int:
    """How much there is to read in a value; smaller examples are better ones."""
    match value:
        case str():
            return 1 + len(value)
        case list():
            return 1 + sum(weight(item) for item in value)
        case dict():
            return 1 + sum(1 + len(name) + weight(member) for name, member in value.items())
    return 1 + len(repr(value))
