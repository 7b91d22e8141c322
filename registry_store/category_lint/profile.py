"""The closed profile itself: a document outside of it cannot be published at all."""

from collections.abc import Iterator

from registry_store.category_lint.draft import Draft
from registry_store.category_lint.finding import Finding


def check(draft: Draft) -> Iterator[Finding]:
    if draft.category is None:
        for refusal in draft.refusals:
            yield Finding(
                "outside_profile",
                "",
                refusal,
                "See docs/categories.md for what the profile allows.",
            )
