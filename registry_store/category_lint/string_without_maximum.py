"""Strings are bounded: XSD, flat files and tables lay out what they can hold."""

from collections.abc import Iterator

from registry_store.category_lint.draft import Draft
from registry_store.category_lint.finding import Finding


def check(draft: Draft) -> Iterator[Finding]:
    for part in draft.scalars:
        is_bounded = any(
            keyword in part.schema for keyword in ("enum", "const", "format", "maxLength")
        )
        if part.schema.get("type") == "string" and not is_bounded:
            yield Finding(
                "string_without_maximum",
                part.pointer,
                f"{part.name} may be a text of any length",
                "Give it a maxLength (at most 400), or the list of its values (enum).",
            )
    for part in draft.attributes:
        if part.schema.get("type") == "array" and part.number("maxItems") is None:
            yield Finding(
                "string_without_maximum",
                part.pointer,
                f"{part.name} may have any number of elements",
                "Give it maxItems (at most 100).",
            )
