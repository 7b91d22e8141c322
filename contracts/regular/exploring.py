"""Words of a language: whether there is one of a given length, and which.

Deterministic: the same term gives the same words in the same order, shortest first.
"""

from collections.abc import Iterator
from itertools import count

from contracts.regular import charsets, terms
from contracts.regular.budget import Budget
from contracts.regular.terms import Term

_Layer = dict[Term, tuple[Term, int] | None]


def words(term: Term, least: int, most: int | None, budget: Budget) -> Iterator[str]:
    """Words of `least` to `most` characters, each once, shortest first; without end if there are
    infinitely many. Raises BudgetSpentError.
    """
    while (found := shortest(term, least, most, budget)) is not None:
        yield found
        term = terms.both((term, terms.complement(terms.word(found))))
        least = len(found)


def shortest(term: Term, least: int, most: int | None, budget: Budget) -> str | None:
    """A shortest word of `least` to `most` characters, or None if there is none.

    Raises BudgetSpentError.
    """
    if term is terms.ANYTHING:
        budget.spend(least // 1024)  # nobody needs a text of gigabytes
        return None if most is not None and most < least else "a" * least
    layers: list[_Layer] = []
    layer: _Layer = {term: None}
    seen: set[Term] = set()
    for length in count():
        if most is not None and length > most:
            return None
        if length >= least:
            layer = {state: origin for state, origin in layer.items() if state not in seen}
            seen.update(layer)
        if not layer:
            return None
        layers.append(layer)
        if length >= least:
            final = next((state for state in layer if state.is_nullable), None)
            if final is not None:
                return _spelled(layers, final)
        layer = _following(layer, budget)
    return None


def wandering(term: Term, least: int, most: int | None, budget: Budget) -> str | None:
    """Some word of the language, found by going deep first; None where none is met.

    For languages with too many states to find a shortest one. Raises BudgetSpentError.
    """
    seen: set[tuple[Term, int]] = set()
    stack: list[tuple[Term, str]] = [(term, "")]
    while stack:
        state, text = stack.pop()
        if state.is_nullable and len(text) >= least:
            return text
        if (state, min(len(text), least)) in seen or (most is not None and len(text) >= most):
            continue
        seen.add((state, min(len(text), least)))
        points = charsets.representatives(state.firsts)
        budget.spend(len(points))
        following = [(state.after(point), text + chr(point)) for point in reversed(points)]
        stack += [each for each in following if each[0] is not terms.NOTHING]
    return None


def _following(layer: _Layer, budget: Budget) -> _Layer:
    following: _Layer = {}
    for state in layer:
        points = charsets.representatives(state.firsts)
        budget.spend(len(points))
        for point in points:
            successor = state.after(point)
            if successor is not terms.NOTHING:
                following.setdefault(successor, (state, point))
    return following


def _spelled(layers: list[_Layer], state: Term) -> str:
    letters: list[str] = []
    for layer in reversed(layers):
        origin = layer[state]
        if origin is None:
            break
        state, point = origin
        letters.append(chr(point))
    return "".join(reversed(letters))
