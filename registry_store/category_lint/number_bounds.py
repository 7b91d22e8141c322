"""Numbers have bounds that catch a wrong unit or a slipped point, and a unit where they measure something."""

from collections.abc import Iterator

from contracts.reasons import Severity
from registry_store.category_lint.draft import Draft, Part
from registry_store.category_lint.finding import Finding


def check(draft: Draft) -> Iterator[Finding]:
    for part in draft.scalars:
        if part.is_number:
            yield from _bounds(part)
        # An integer without a unit counts something, and its name says what.
        if part.schema.get("type") == "number" and part.text("unit") is None and part.is_attribute:
            yield Finding(
                "number_without_unit",
                part.pointer,
                f"{part.name} does not say in which unit it is",
                'Give its unit ("kW", "%"), and let name and heading end in it; a plain ratio may go without.',
                Severity.warning,
            )


def _bounds(part: Part) -> Iterator[Finding]:
    missing = [keyword for keyword in ("minimum", "maximum") if part.number(keyword) is None]
    if missing:
        yield Finding(
            "number_without_bounds",
            part.pointer,
            f"{part.name} has no {' and no '.join(missing)}",
            "Say what is still plausible in this category: a value in the wrong unit should fall outside.",
        )
    if part.schema.get("type") == "number" and part.number("fraction_digits") is None:
        yield Finding(
            "number_without_bounds",
            part.pointer,
            f"{part.name} does not say how many decimal places it has",
            "Give fraction_digits: 3 for kW and kWh, 6 for coordinates.",
        )
