"""What a sender of every format notices: rules that no schema states, and what a proof over one does not weigh."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from adapters.form_notices.notice import Notice
from contracts.categories import Assertion, Category
from contracts.reasons import Severity
from contracts.verdicts import Difference


def rule_notices(old: Category, new: Category) -> tuple[Notice, ...]:
    """Assertions that came and went: the hub holds every format to them."""
    return tuple(_of_assertions(old, new))


def _of_assertions(old: Category, new: Category) -> Iterator[Notice]:
    before, after = ({_demand(a): a for a in c.assertions} for c in (old, new))
    for demand, assertion in after.items():
        was = before.get(demand)
        if was is None or was.severity is not assertion.severity:
            is_error = assertion.severity is Severity.error
            how = "must hold" if is_error else "gives a warning if it does not hold"
            text = f"{assertion.name} now {how}: {assertion.sentence}"
            yield Notice(assertion.name, "breaking" if is_error else "compatible", text)
    for demand, assertion in before.items():
        if demand not in after:
            yield Notice(
                assertion.name,
                "compatible",
                f"{assertion.name} need no longer hold: {assertion.sentence}",
            )


def _demand(assertion: Assertion) -> tuple[object, ...]:
    when = tuple(sorted((name, tuple(map(str, values))) for name, values in assertion.when.items()))
    return when, assertion.require, assertion.forbid, assertion.together, assertion.at_most


def weighed(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """Differences of two JSON Schemas; those of the hub's own keywords by what they mean to senders."""
    return tuple(replace(d, severity="breaking") if _breaks(d) else d for d in differences)


def _breaks(difference: Difference) -> bool:
    keyword = difference.pointer.rpartition("/")[2]
    if keyword == "fraction_digits":
        numbers = (difference.old, difference.new)
        return all(isinstance(n, int) for n in numbers) and difference.new < difference.old
    return keyword == "unit" or (keyword == "identity" and difference.new is True)
