"""What people read: titles and descriptions, which templates, schemas and documentation repeat."""

from collections.abc import Iterator

from contracts.reasons import Severity
from registry_store.category_lint.draft import Draft
from registry_store.category_lint.finding import Finding


def check(draft: Draft) -> Iterator[Finding]:
    for keyword in ("title", "description"):
        if not draft.document.get(keyword):
            yield Finding(
                "description_missing",
                "",
                f"the category has no {keyword}",
                "Say what belongs to it, and what does not.",
            )
    for part in draft.parts:
        is_element = not part.is_attribute and "/" not in part.name
        wanted = ("title", "description") if part.is_attribute else () if is_element else ("title",)
        for keyword in wanted:
            if part.text(keyword) is None:
                text, remedy = (
                    f"{part.name} has no {keyword}",
                    "Say what it is, so that every sender means the same.",
                )
                yield Finding("description_missing", part.pointer, text, remedy)
        title, description = part.text("title"), part.text("description")
        if part.is_attribute and title is not None and title == description:
            text = f"the description of {part.name} repeats its title"
            remedy = "Say how it is measured, or what counts."
            yield Finding(
                "description_missing", part.at("description"), text, remedy, Severity.warning
            )
