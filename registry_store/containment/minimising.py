"""Makes a counterexample small: nothing can be taken away from it without losing what it shows.

Members, elements, characters of strings and of member names are taken away as long as the rest still
is a counterexample, large pieces first; numbers become simple ones. The result is a fixed point: every
single removal was tried on it.

Source: A. Zeller, R. Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE TSE 28 (2002).
"""

from collections.abc import Callable, Iterator
from itertools import islice
from math import trunc
from typing import Any

from registry_store.containment.json_values import key

_Step = str | int
_Place = tuple[_Step, ...]
_SIMPLE: tuple[Any, ...] = (False, 0, "", [], {}, 1, True, -1, 0.5, None)
_LONG = 16
_MOST_SIMPLIFICATIONS = 4000
_MOST_SHIFTS = 60


def minimised(value: Any, is_counterexample: Callable[[Any], bool]) -> Any:
    """A value that still is a counterexample, and from which nothing can be removed."""
    tried = {key(value)}
    left = _MOST_SIMPLIFICATIONS

    def improves(candidate: Any) -> bool:
        candidate_key = key(candidate)
        if candidate_key in tried:
            return False
        tried.add(candidate_key)
        return is_counterexample(candidate)

    while True:
        smaller = next((each for each in _removals(value) if improves(each)), None)
        if smaller is None:
            simpler = islice(_simplifications(value), left)
            for candidate in simpler:
                left -= 1
                if improves(candidate):
                    smaller = candidate
                    break
        if smaller is None:
            return value
        value = smaller


def _removals(value: Any) -> Iterator[Any]:
    for place in _places(value):
        for replacement in _less(_at(value, place)):
            yield _with(value, place, replacement)


def _simplifications(value: Any) -> Iterator[Any]:
    """Values that say the same with simpler parts; these are a courtesy, and bounded."""
    places = list(_places(value))
    for place in places:
        for simple in _simpler(_at(value, place)):
            yield _with(value, place, simple)
    yield from _together(value, places)
    for place in places:
        for simple in _simpler_numbers(_at(value, place)):
            yield _with(value, place, simple)


def _simpler(part: Any) -> Iterator[Any]:
    """Values to put in place of a whole part: those that stand before it in the order of simplicity."""
    if isinstance(part, (bool, int, float)) or part is None:
        return
    for simple in _SIMPLE:
        if key(simple) == key(part):
            return
        yield simple


def _together(value: Any, places: list[_Place]) -> Iterator[Any]:
    """Parts that are equal to each other replaced by one simpler value: they may have to stay equal."""
    equal: dict[Any, list[_Place]] = {}
    for place in places:
        equal.setdefault(key(_at(value, place)), []).append(place)
    for group in equal.values():
        if len(group) > 1:
            for simple in _simpler(_at(value, group[0])):
                changed = value
                for place in group:
                    changed = _with(changed, place, simple)
                yield changed


def _places(value: Any) -> Iterator[_Place]:
    """Every place in a value, outer ones first."""
    waiting: list[_Place] = [()]
    for place in waiting:
        yield place
        part = _at(value, place)
        if isinstance(part, dict):
            waiting += [(*place, name) for name in part]
        elif isinstance(part, list):
            waiting += [(*place, index) for index in range(len(part))]


def _at(value: Any, place: _Place) -> Any:
    for step in place:
        value = value[step]
    return value


def _with(value: Any, place: _Place, part: Any) -> Any:
    if not place:
        return part
    step, *rest = place
    changed: Any = dict(value) if isinstance(value, dict) else list(value)
    changed[step] = _with(value[step], tuple(rest), part)
    return changed


def _less(part: Any) -> Iterator[Any]:
    match part:
        case dict():
            yield from (dict(kept) for kept in _shorter(list(part.items())))
            yield from _renamed(part)
        case list():
            yield from _shorter(part)
        case str():
            yield from ("".join(kept) for kept in _shorter(part))


def _shorter(sequence: Any) -> Iterator[list[Any]]:
    """The sequence without a half, a quarter ... and at last without one; each result once."""
    size = len(sequence)
    chunk = size // 2 if size > _LONG else 1
    while chunk >= 1:
        for start in range(0, size, chunk):
            if start and sequence[start - chunk : start] == sequence[start : start + chunk]:
                continue  # taking away one of equal neighbours gives the same
            yield [*sequence[:start], *sequence[start + chunk :]]
        chunk //= 2


def _renamed(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in part:
        for kept in _shorter(name):
            shorter = "".join(kept)
            if shorter not in part:
                yield {shorter if each == name else each: member for each, member in part.items()}


def _simpler_numbers(number: Any) -> Iterator[float]:
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return
    whole = trunc(number)
    sign = -1 if whole < 0 else 1
    nearer = [
        sign * (abs(whole) - (abs(whole) >> shift))
        for shift in range(1, min(abs(whole).bit_length(), _MOST_SHIFTS))
    ]
    nearer.append(whole - sign)
    candidates = (0, 1, -1, 2, 10, 0.5, trunc(number), round(number, 1), round(number, 2), *nearer)
    for candidate in dict.fromkeys(candidates):
        simple = (
            int(candidate) if isinstance(candidate, float) and candidate.is_integer() else candidate
        )
        if _rank(simple) < _rank(number):
            yield simple


def _rank(number: float) -> tuple[int, float]:
    written = len(repr(number).replace(".0", ""))
    return written, abs(number)
