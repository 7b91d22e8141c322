"""Patterns that an engine with back-tracking reads in more ways than one, again and again.

The hub's own engine does not back-track; those of partners who read the same document may, and take
exponential time for a text that a repeated group can read in two ways.
"""

from collections.abc import Iterator
from itertools import combinations

from contracts.reasons import Severity
from contracts.regular import terms
from contracts.regular.budget import Budget, BudgetSpentError
from contracts.regular.exploring import shortest
from contracts.regular.pattern_syntax import (
    Choice,
    Letters,
    Node,
    Repetition,
    Sequence,
    UnsupportedPatternError,
    parse,
)
from contracts.regular.terms import Term
from registry_store.category_lint.draft import Draft
from registry_store.category_lint.finding import Finding

#: From so many rounds on a repetition counts as one without end.
_MANY = 16
_STEPS = 20_000


def check(draft: Draft) -> Iterator[Finding]:
    for part in draft.scalars:
        severity = _worst(part.text("pattern"))
        if severity is not None:
            time = "exponential" if severity is Severity.error else "quadratic"
            yield Finding(
                "pattern_backtracks",
                part.at("pattern"),
                f"the pattern of {part.name} can read one text in several ways: back-tracking takes {time} time",
                "Let what repeats begin or end with something that it does not otherwise hold: ([A-Z]+-)* for ([A-Z]+)*.",
                severity,
            )


def _worst(pattern: str | None) -> Severity | None:
    if pattern is None:
        return None
    try:
        found = set(
            _ambiguities(parse(pattern), terms.EMPTY_WORD, in_loop=False, budget=Budget(_STEPS))
        )
    except UnsupportedPatternError:
        return None
    except (BudgetSpentError, RecursionError):
        return Severity.warning
    return Severity.error if True in found else Severity.warning if found else None


def _ambiguities(node: Node, after: Term, in_loop: bool, budget: Budget) -> Iterator[bool]:  # noqa: FBT001
    """True for each place within a loop where a text can go on in two ways; False for a loop that can end
    in several places. `after` is what may follow.
    """
    if isinstance(node, Sequence):
        for place in reversed(range(len(node.parts))):
            yield from _ambiguities(node.parts[place], after, in_loop, budget)
            after = terms.concat(_language(node.parts[place]), after)
    elif isinstance(node, Choice):
        ways = [terms.concat(_language(part), after) for part in node.parts]
        if in_loop and any(_meet(one, other, budget) for one, other in combinations(ways, 2)):
            yield True
        for part in node.parts:
            yield from _ambiguities(part, after, in_loop, budget)
    elif isinstance(node, Repetition):
        yield from _of_repetition(node, after, in_loop, budget)


def _of_repetition(node: Repetition, after: Term, in_loop: bool, budget: Budget) -> Iterator[bool]:  # noqa: FBT001
    is_loop = node.most is None or node.most >= _MANY
    body = _language(node.part)
    again = terms.concat(terms.repeat(body, 0, None), after) if is_loop else after
    nonempty = terms.both((body, terms.complement(terms.EMPTY_WORD)))
    can_vary = node.most != node.least
    if (is_loop or in_loop) and can_vary and _meet(after, terms.concat(nonempty, again), budget):
        yield in_loop
    yield from _ambiguities(node.part, again, in_loop or is_loop, budget)


def _meet(one: Term, other: Term, budget: Budget) -> bool:
    return shortest(terms.both((one, other)), 0, None, budget) is not None


def _language(node: Node) -> Term:
    """The texts of a part of a pattern; its anchors stand at its ends and take none."""
    match node:
        case Letters(charset):
            return terms.chars(charset)
        case Sequence(parts):
            whole = terms.EMPTY_WORD
            for part in reversed(parts):
                whole = terms.concat(_language(part), whole)
            return whole
        case Choice(parts):
            return terms.either(_language(part) for part in parts)
        case Repetition(part, least, most):
            return terms.repeat(_language(part), least, most)
    return terms.EMPTY_WORD
