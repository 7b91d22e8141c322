"""Assertions of a category, compiled: attributes that must agree with each other.

A check runs only where its trigger is among the attributes: without it the assertion holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.categories import Assertion

Attributes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Check:
    """`holds` says whether canonical attributes, the trigger among them, meet the assertion."""

    trigger: str
    holds: Callable[[Attributes], bool]


def checks(assertion: Assertion) -> tuple[Check, ...]:
    """The checks that together make the assertion."""
    if assertion.at_most:
        triggers, holds = assertion.at_most[:1], _at_most(*assertion.at_most)
    elif assertion.together:
        triggers, holds = assertion.together, _all_present(assertion.together)
    elif assertion.forbid:
        triggers, holds = assertion.forbid, _never
    else:
        triggers, holds = tuple(assertion.when)[:1], _all_present(assertion.require)
    if assertion.when:
        holds = _only_when(assertion, holds)
    return tuple(Check(trigger, holds) for trigger in triggers)


def is_met(assertion: Assertion, attributes: Attributes) -> bool:
    """Whether canonical attributes meet the whole assertion."""
    return all(c.holds(attributes) for c in checks(assertion) if c.trigger in attributes)


def place_of(assertion: Assertion, attributes: Attributes) -> str:
    """Where a broken assertion is reported: the attribute to lower, to drop or to add."""
    if assertion.at_most:
        return assertion.at_most[0]
    if assertion.forbid:
        return next(name for name in assertion.forbid if name in attributes)
    return next(n for n in assertion.require or assertion.together if n not in attributes)


def _at_most(lower: str, upper: str) -> Callable[[Attributes], bool]:
    def holds(attributes: Attributes) -> bool:
        high = attributes.get(upper)
        return high is None or attributes[lower] <= high

    return holds


def _all_present(names: tuple[str, ...]) -> Callable[[Attributes], bool]:
    wanted = frozenset(names)
    return lambda attributes: wanted <= attributes.keys()


def _never(_: Attributes) -> bool:
    return False


def _only_when(
    assertion: Assertion, holds: Callable[[Attributes], bool]
) -> Callable[[Attributes], bool]:
    conditions = tuple(assertion.when.items())

    def holds_when(attributes: Attributes) -> bool:
        for name, values in conditions:
            if attributes.get(name) not in values:
                return True
        return holds(attributes)

    return holds_when
