"""The checks, and what they say of one document."""

from collections.abc import Callable, Iterator
from typing import Any

from registry_store.category_lint import (
    backtracking,
    contradictory_bounds,
    dead_subschema,
    descriptions,
    examples,
    number_bounds,
    open_root,
    ordinals,
    pattern_subset,
    profile,
    string_without_maximum,
    unknown_keyword,
)
from registry_store.category_lint.draft import Draft
from registry_store.category_lint.finding import Finding
from registry_store.category_lint.surroundings import Surroundings

Check = Callable[[Draft], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    profile.check,
    open_root.check,
    unknown_keyword.check,
    string_without_maximum.check,
    number_bounds.check,
    pattern_subset.check,
    backtracking.check,
    contradictory_bounds.check,
    dead_subschema.check,
    descriptions.check,
    examples.check,
    ordinals.check,
)


NO_OBJECT = Finding(
    "outside_profile",
    "",
    "the document is no JSON object",
    "Write a category document: docs/categories.md.",
)


def lint(document: Any, surroundings: Surroundings) -> tuple[Finding, ...]:
    """Everything that the checks find, in their order. `document` may be any JSON value."""
    if not isinstance(document, dict):
        return (NO_OBJECT,)
    draft = Draft(document, surroundings)
    return tuple(finding for check in CHECKS for finding in check(draft))
