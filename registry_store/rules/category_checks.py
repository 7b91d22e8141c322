"""What a category version must come up to before it leaves draft, and again before it is published."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contracts.categories import Category, version_order
from contracts.reasons import Reason, Rule
from registry_store.category_comparison import Comparison, compare
from registry_store.category_profile import Ordinals
from registry_store.rules.decision import Context

_FIRST = "1.0"
#: How lint calls what it finds of ordinals, XML names and headings.
ORDINALS = "ordinal_reused"


def comparison_with(old: Category | None, new: Category) -> Comparison | None:
    return None if old is None else compare(old, new)


def least_number(comparison: Comparison | None) -> str:
    """The lowest number that a version may have, by what it breaks of the one that it follows."""
    if comparison is None:
        return _FIRST
    major, minor = version_order(comparison.against)
    return f"{major + 1}.0" if comparison.is_breaking else f"{major}.{minor + 1}"


def step_reasons(number: str, comparison: Comparison | None) -> Iterator[Reason]:
    """CAT-07 where the number is lower than the step that it must take."""
    least = least_number(comparison)
    if comparison is None or version_order(number) >= version_order(least):
        return
    broken = "; ".join(comparison.breaks[:5])
    why = (
        f"it breaks {comparison.against}: {broken}" if broken else f"{comparison.against} is there"
    )
    text = f"the number is {number}, and must be at least {least}: {why}"
    yield Reason(Rule.CAT_07, text, "/category_version")


def ordinal_reasons(category: Category, others: Iterable[Category]) -> tuple[Reason, ...]:
    """CAT-12 for ordinals that mean something else in another version or category."""
    known = Ordinals(c for c in others if (c.name, c.version) != (category.name, category.version))
    return tuple(known.reasons(category))


def lint_reasons(
    document: Mapping[str, Any], others: Iterable[Category], context: Context
) -> tuple[Reason, ...]:
    """What lint finds (CAT-15), and CAT-12 where it speaks of what each ordinal means."""
    return tuple(
        Reason(
            Rule.CAT_12 if finding.rule == ORDINALS else Rule.CAT_15,
            f"{finding.rule}: {finding.sentence}. {finding.remedy}",
            finding.pointer,
            severity=finding.severity,
        )
        for finding in context.setting.categories.lint(document, others)
    )


def gate_reasons(category: Category, context: Context) -> tuple[Reason, ...]:
    """Everything that keeps a document from being reviewed (CAT-09, CAT-12, CAT-15).

    It is self-contained by now, so that lint no longer sees what refers to shared definitions.
    """
    others = [*context.setting.catalogue]
    found = lint_reasons(category.document, others, context)
    return (
        *ordinal_reasons(category, others),
        *(reason for reason in found if reason.rule is not Rule.CAT_12),
        *context.setting.categories.underivable(category),
    )
