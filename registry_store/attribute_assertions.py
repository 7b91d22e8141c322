"""Assertions of a category, compiled: attributes that must agree with each other."""

from collections.abc import Callable, Mapping
from typing import Any

from contracts.categories import Assertion

Check = Callable[[Mapping[str, Any]], bool]


def compiled(assertion: Assertion) -> Check:
    """Whether canonical attributes meet the assertion."""
    holds = _consequence(assertion)
    if not assertion.when:
        return holds
    conditions = tuple(assertion.when.items())

    def check(attributes: Mapping[str, Any]) -> bool:
        applies = all(attributes.get(name) in values for name, values in conditions)
        return not applies or holds(attributes)

    return check


def place_of(assertion: Assertion, attributes: Mapping[str, Any]) -> str:
    """The attribute at which a broken assertion is reported: the one to add, to drop or to lower."""
    if assertion.forbid:
        return next(name for name in assertion.forbid if name in attributes)
    if assertion.at_most:
        return assertion.at_most[0]
    return next(name for name in assertion.require or assertion.together if name not in attributes)


def _consequence(assertion: Assertion) -> Check:
    if assertion.at_most:
        return _at_most(*assertion.at_most)
    if assertion.together:
        return _together(assertion.together)
    if assertion.require:
        required = assertion.require
        return lambda attributes: all(name in attributes for name in required)
    forbidden = assertion.forbid
    return lambda attributes: not any(name in attributes for name in forbidden)


def _at_most(lower: str, upper: str) -> Check:
    def check(attributes: Mapping[str, Any]) -> bool:
        low = attributes.get(lower)
        if low is None:
            return True
        high = attributes.get(upper)
        return high is None or low <= high

    return check


def _together(names: tuple[str, ...]) -> Check:
    first, *others = names
    return lambda attributes: all((name in attributes) == (first in attributes) for name in others)
