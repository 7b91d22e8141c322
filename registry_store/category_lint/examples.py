"""Examples that are accepted, and counter-examples that break one rule each and nothing else."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from contracts.categories import Catalogue, Category
from contracts.reasons import Severity
from registry_store.category_lint.draft import Draft
from registry_store.category_lint.finding import Finding
from registry_store.conformance import Conformance
from registry_store.rules.merge_patch import merge_patch


def check(draft: Draft) -> Iterator[Finding]:
    shown = {
        "examples": "Show one that fills in much, then a sparse one.",
        "counter_examples": "Show for each rule a change of the first example that breaks this rule alone.",
    }
    for keyword, remedy in shown.items():
        if not draft.document.get(keyword):
            yield Finding("example_missing", "", f"the document has no {keyword}", remedy)
    if draft.category is not None:
        yield from _of_category(draft.category)


def _of_category(category: Category) -> Iterator[Finding]:
    try:
        conform = Conformance(Catalogue([category])).conform
    except jsonschema_rs.ValidationError:
        return  # a pattern that cannot be read: the check of patterns says so
    for place, example in enumerate(category.document["examples"]):
        for reason in conform(category, example)[1]:
            text = f"an example is not accepted: {reason.path.removeprefix('/attributes')} {reason.text}"
            yield Finding(
                "example_refused", f"/examples/{place}", text, "Correct the example or the schema."
            )
    first, shown = category.document["examples"][0], set()
    for place, counter in enumerate(category.document["counter_examples"]):
        broken = [
            (r.rule.key, r.path)
            for r in conform(category, merge_patch(first, counter["change"]))[1]
        ]
        shown.add(counter["rule"])
        if broken != [(counter["rule"], counter["path"])]:
            found = ", ".join(f"{rule} at {path}" for rule, path in broken) or "nothing"
            text = f"it should break {counter['rule']} at {counter['path']} and nothing else; it breaks {found}"
            yield Finding(
                "counter_example_wrong",
                f"/counter_examples/{place}",
                text,
                "Let it break one thing.",
            )
    for rule in sorted(_rules_of(category) - shown):
        text = f"no counter-example breaks {rule}"
        yield Finding("example_missing", "/counter_examples", text, "Add one.", Severity.warning)


def _rules_of(category: Category) -> set[str]:
    """The rules that a sender of this category can break, as far as its attributes tell."""
    schemas = [attribute.schema for attribute in category.attributes]
    rules = {"SCH-TYPE", "SCH-REQUIRED", "SCH-UNKNOWN"} | {
        r for s in schemas for r in _rules_of_value(s)
    }
    return rules | {"SCH-ASSERT" for _ in category.assertions}


def _rules_of_value(schema: Mapping[str, Any]) -> set[str]:
    by_keyword = {
        "enum": "SCH-ENUM",
        "minimum": "SCH-RANGE",
        "maxLength": "SCH-LENGTH",
        "pattern": "SCH-PATTERN",
        "format": "SCH-FORMAT",
        "fraction_digits": "SCH-STEP",
    }
    return {rule for keyword, rule in by_keyword.items() if keyword in schema}
