"""Patterns keep to what JSON Schema, XSD, Python and Rust read alike."""

from collections.abc import Iterator

from contracts.regular.pattern_syntax import UnsupportedPatternError, parse
from registry_store.category_lint.draft import Draft
from registry_store.category_lint.finding import Finding

_REMEDY = (
    "Anchor it (^...$); use ASCII characters, classes like [A-Z0-9], groups and counts; no |, no (?, "
    "no \\d, no \\w."
)


def check(draft: Draft) -> Iterator[Finding]:
    subset = draft.surroundings.definition("pattern")
    for part in draft.scalars:
        pattern = part.schema.get("pattern")
        if pattern is None:
            continue
        if not subset.is_valid(pattern):
            text = (
                f"the pattern of {part.name} is outside of the subset that all formats read alike"
            )
            yield Finding("pattern_outside_subset", part.at("pattern"), text, _REMEDY)
            continue
        try:
            parse(pattern)
        except UnsupportedPatternError as error:
            text = f"the pattern of {part.name} cannot be read: {error}"
            yield Finding("pattern_outside_subset", part.at("pattern"), text, _REMEDY)
