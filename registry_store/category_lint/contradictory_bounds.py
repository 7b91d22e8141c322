"""Bounds that leave no value, and comparisons of attributes that no two values can meet."""

from collections.abc import Iterator

from contracts.regular.budget import Budget, BudgetSpentError
from contracts.regular.exploring import shortest
from contracts.regular.pattern_syntax import UnsupportedPatternError
from contracts.regular.patterns import language
from registry_store.category_lint.draft import Draft, Part
from registry_store.category_lint.finding import Finding

_PAIRS = (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"))
_STEPS = 20_000


def check(draft: Draft) -> Iterator[Finding]:
    for part in draft.parts:
        for low, high in _PAIRS:
            least, most = part.number(low), part.number(high)
            if least is not None and most is not None and least > most:
                text = f"{part.name} has {low} {least} above {high} {most}: no value is left"
                yield _finding(part.at(low), text, "Exchange or correct the bounds.")
        if part.schema.get("enum") == []:
            yield _finding(
                part.at("enum"), f"{part.name} has no value to choose from", "List its values."
            )
        if _is_pattern_too_long(part):
            text = f"no text that matches the pattern of {part.name} is within its maxLength"
            yield _finding(part.at("pattern"), text, "Correct the pattern or the length.")
    yield from _comparisons(draft)


def _comparisons(draft: Draft) -> Iterator[Finding]:
    by_name = {part.name: part for part in draft.attributes}
    for place, assertion in enumerate(draft.category.assertions if draft.category else ()):
        bounded = [by_name[name] for name in assertion.at_most]
        if not bounded:
            continue
        least, most = bounded[0].number("minimum"), bounded[1].number("maximum")
        if least is not None and most is not None and least > most:
            text = f"{bounded[0].name} is at least {least} and can never be at most {bounded[1].name}, which ends at {most}"
            yield _finding(f"/assertions/{place}", text, "Correct a bound, or drop the assertion.")


def _is_pattern_too_long(part: Part) -> bool:
    pattern, longest = part.text("pattern"), part.number("maxLength")
    if pattern is None or longest is None:
        return False
    try:
        return shortest(language(pattern), 0, int(longest), Budget(_STEPS)) is None
    except (UnsupportedPatternError, BudgetSpentError, RecursionError):
        return False


def _finding(pointer: str, sentence: str, remedy: str) -> Finding:
    return Finding("contradictory_bounds", pointer, sentence, remedy)
