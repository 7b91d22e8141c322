"""Numbers: bounds, multiples, exclusions. Exact in decimals; integers and fractions are kinds of their own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count, islice
from math import ceil, floor, lcm

from registry_store.containment.formulas import Formula
from registry_store.containment.json_values import number_of
from registry_store.containment.solving.goals import Answers, Found, Gap

#: Multiples that are tried one by one.
_MOST_TRIED = 4000
_SIMPLE_FRACTIONS = tuple(Fraction(n, d) for d in (2, 4, 5, 10, 8, 100, 1000) for n in range(1, d))


@dataclass
class _Wanted:
    low: Fraction | None = None
    high: Fraction | None = None
    is_low_strict: bool = False
    is_high_strict: bool = False
    #: The number is a multiple of this.
    step: Fraction | None = None
    not_multiples: list[Fraction] = field(default_factory=list)
    excluded: set[Fraction] = field(default_factory=set)

    def at_least(self, bound: Fraction, is_strict: bool) -> None:  # noqa: FBT001
        if self.low is None or (bound, is_strict) > (self.low, self.is_low_strict):
            self.low, self.is_low_strict = bound, is_strict

    def at_most(self, bound: Fraction, is_strict: bool) -> None:  # noqa: FBT001
        if self.high is None or (-bound, is_strict) > (-self.high, self.is_high_strict):
            self.high, self.is_high_strict = bound, is_strict

    def multiple_of(self, step: Fraction) -> None:
        self.step = step if self.step is None else _common(self.step, step)

    def admits(self, number: Fraction) -> bool:
        return (
            (
                self.low is None
                or number > self.low
                or (number == self.low and not self.is_low_strict)
            )
            and (
                self.high is None
                or number < self.high
                or (number == self.high and not self.is_high_strict)
            )
            and (self.step is None or (number / self.step).denominator == 1)
            and all((number / step).denominator > 1 for step in self.not_multiples)
            and number not in self.excluded
        )


def numbers(literals: tuple[Formula, ...], kind: str) -> Answers:
    wanted = _Wanted()
    if kind == "integer":
        wanted.multiple_of(Fraction(1))
    else:
        wanted.not_multiples.append(Fraction(1))
    for literal in literals:
        _narrow(wanted, literal)
    return _multiples(wanted) if wanted.step is not None else _between(wanted)


def _narrow(wanted: _Wanted, literal: Formula) -> None:
    name, *arguments = literal.parts
    match name, literal.sign:
        case "at_least", True:
            wanted.at_least(*arguments)
        case "at_most", True:
            wanted.at_most(*arguments)
        case "at_least", False:
            wanted.at_most(arguments[0], not arguments[1])
        case "at_most", False:
            wanted.at_least(arguments[0], not arguments[1])
        case "multiple_of", True:
            wanted.multiple_of(arguments[0])
        case "multiple_of", False:
            wanted.not_multiples.append(arguments[0])
        case "enum", False:
            wanted.excluded |= {key[1] for key in arguments[0]}


def _common(one: Fraction, other: Fraction) -> Fraction:
    """The least common multiple."""
    over = one.denominator * other.denominator
    return Fraction(lcm(one.numerator * other.denominator, other.numerator * one.denominator), over)


def _multiples(wanted: _Wanted) -> Answers:
    step = wanted.step
    assert step is not None
    # k * step is a multiple of m exactly for the k that this divides:
    periods = [(m / step).numerator for m in wanted.not_multiples]
    if 1 in periods:
        return
    least = None if wanted.low is None else ceil(wanted.low / step)
    most = None if wanted.high is None else floor(wanted.high / step)
    for factor in islice(_outward(least, most), _MOST_TRIED):
        number = factor * step
        if not wanted.admits(number):
            continue
        written = number_of(number)
        if written is None:
            yield Gap("a number that no double is written as")
        else:
            yield Found(written)
    if least is None or most is None or most - least >= _MOST_TRIED:
        yield Gap("more multiples than are tried one by one")


def _outward(least: int | None, most: int | None) -> Iterator[int]:
    """The whole numbers of a range, those nearest to zero first."""
    start = max(least or 0, 0) if least is not None else 0
    if most is not None:
        start = min(start, most)
    if least is not None and start < least:
        return
    yield start
    for distance in count(1):
        up, down = start + distance, start - distance
        is_up, is_down = most is None or up <= most, least is None or down >= least
        if not is_up and not is_down:
            return
        if is_up:
            yield up
        if is_down:
            yield down


def _between(wanted: _Wanted) -> Answers:
    """Numbers that need be no multiple of anything: an interval is empty, a point, or endless."""
    low, high = wanted.low, wanted.high
    if low is not None and high is not None:
        if low > high or (low == high and (wanted.is_low_strict or wanted.is_high_strict)):
            return
        if low == high:
            written = number_of(low)
            if wanted.admits(low):
                yield (
                    Gap("a number that no double is written as")
                    if written is None
                    else Found(written)
                )
            return
    for candidate in _inside(low, high):
        written = number_of(candidate) if wanted.admits(candidate) else None
        if written is not None:
            yield Found(written)
    yield Gap("not every fraction is tried")


def _inside(low: Fraction | None, high: Fraction | None) -> Iterator[Fraction]:
    anchors = [Fraction(0)]
    if low is not None:
        anchors.insert(0, Fraction(floor(low)))
    if high is not None:
        anchors.append(Fraction(ceil(high) - 1))
    for anchor in dict.fromkeys(anchors):
        for part in _SIMPLE_FRACTIONS:
            yield anchor + part
    if low is not None and high is not None:
        yield from (low, high)
        for parts in (2, 3, 5, 7, 16):
            yield low + (high - low) / parts
            yield _rounded(low + (high - low) / parts, (high - low) / 10)
    elif low is not None or high is not None:
        edge = low if low is not None else high
        assert edge is not None
        yield from (edge, edge + Fraction(1, 2), edge - Fraction(1, 2))


def _rounded(number: Fraction, tolerance: Fraction) -> Fraction:
    """A short decimal within `tolerance`."""
    digits = Fraction(1)
    while digits > tolerance:
        digits /= 10
    return round(number / digits) * digits
