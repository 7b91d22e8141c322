"""The closed profile itself: a document outside of it cannot be published at all."""

from collections.abc import Iterator

from contracts.categories import Category
from registry_store.category_lint.draft import Draft
from registry_store.category_lint.finding import Finding

_REMEDY = "docs/categories.md says what the profile allows there."


def check(draft: Draft) -> Iterator[Finding]:
    if not isinstance(draft.read, Category):
        for reason in draft.read:
            yield Finding("outside_profile", reason.path, reason.text, _REMEDY)
