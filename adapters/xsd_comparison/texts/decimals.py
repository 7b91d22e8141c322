"""Decimal numbers as texts: which ones are below, above or equal to a bound, whatever zeros they carry."""

from decimal import Decimal

from contracts.regular import charsets, terms
from contracts.regular.terms import Term

_DIGIT = terms.chars(charsets.DIGIT)
_DIGITS = terms.repeat(_DIGIT, 0, None)
_ZEROS = terms.repeat(terms.word("0"), 0, None)
_POINT = terms.word(".")
_PLUS = terms.either((terms.EMPTY_WORD, terms.word("+")))


def _sequence(*parts: Term) -> Term:
    whole = terms.EMPTY_WORD
    for part in reversed(parts):
        whole = terms.concat(part, whole)
    return whole


_SOME = terms.repeat(_DIGIT, 1, None)
_UNSIGNED = terms.either(
    (
        _sequence(_SOME, terms.either((terms.EMPTY_WORD, _sequence(_POINT, _DIGITS)))),
        _sequence(_POINT, _SOME),
    )
)
_SIGN = terms.either((_PLUS, terms.word("-")))
DECIMAL = _sequence(_SIGN, _UNSIGNED)
INTEGER = _sequence(_SIGN, _SOME)


def at_most(bound: Decimal, *, inclusive: bool = True) -> Term:
    """Decimals whose value is at most, or below, the bound."""
    equal = [_signed_equal(bound)] if inclusive else []
    if bound > 0:
        return terms.either((_negative(_UNSIGNED), _sequence(_PLUS, _below(bound)), *equal))
    return terms.either((_negative(_above(-bound)), *equal))


def at_least(bound: Decimal, *, inclusive: bool = True) -> Term:
    equal = [_signed_equal(bound)] if inclusive else []
    if bound < 0:
        return terms.either((_sequence(_PLUS, _UNSIGNED), _negative(_below(-bound)), *equal))
    return terms.either((_sequence(_PLUS, _above(bound)), *equal))


def equal_to(value: Decimal) -> Term:
    return _signed_equal(value)


def digits(total: int | None, fraction: int | None) -> Term:
    """Decimals with at most so many digits (leading and trailing zeros do not count)."""
    most = [(total, 0)] if total is not None else []
    if total is not None:
        most = [(total - places, places) for places in range(total + 1)]
        if fraction is not None:
            most = [(whole, places) for whole, places in most if places <= fraction]
    shapes = [
        _joined(terms.repeat(_DIGIT, 0, whole), _sequence(terms.repeat(_DIGIT, 0, places), _ZEROS))
        for whole, places in most
    ]
    if total is None:
        shapes = [_joined(_DIGITS, _sequence(terms.repeat(_DIGIT, 0, fraction), _ZEROS))]
    return _sequence(_SIGN, terms.either(shapes))


def _negative(unsigned: Term) -> Term:
    return _sequence(terms.word("-"), unsigned)


def _signed_equal(value: Decimal) -> Term:
    unsigned = _equal(abs(value))
    if value == 0:
        return _sequence(_SIGN, unsigned)
    return _sequence(_PLUS, unsigned) if value > 0 else _negative(unsigned)


def _parts(value: Decimal) -> tuple[str, str]:
    """Digits before the point without leading zeros, and after it without trailing ones."""
    whole, _, fraction = f"{value:f}".partition(".")
    return whole.lstrip("0"), fraction.rstrip("0")


def _joined(whole: Term, fraction: Term) -> Term:
    """Unsigned decimals with these digits before and after the point; zeros may lead."""
    after = _sequence(_POINT, fraction)
    tail = terms.either((terms.EMPTY_WORD, after)) if fraction.is_nullable else after
    return terms.both((_UNSIGNED, _sequence(_ZEROS, whole, tail)))


def _equal(value: Decimal) -> Term:
    whole, fraction = _parts(value)
    return _joined(terms.word(whole), _sequence(terms.word(fraction), _ZEROS))


def _below(value: Decimal) -> Term:
    whole, fraction = _parts(value)
    lower = [_lower(whole, place) for place in range(len(whole))]
    shorter = [terms.repeat(_DIGIT, 0, len(whole) - 1)] if whole else []
    less = [
        _sequence(terms.word(fraction[:place]), _digits_below(fraction[place]), _DIGITS)
        for place in range(len(fraction))
    ]
    prefixes = [terms.word(fraction[:place]) for place in range(len(fraction))]
    return terms.either(
        (
            _joined(terms.either((*lower, *shorter)), _DIGITS),
            _joined(terms.word(whole), terms.either((*less, *prefixes))),
        )
    )


def _lower(whole: str, place: int) -> Term:
    rest = len(whole) - place - 1
    return _sequence(
        terms.word(whole[:place]), _digits_below(whole[place]), terms.repeat(_DIGIT, rest, rest)
    )


def _digits_below(digit: str) -> Term:
    return terms.chars(((0x30, ord(digit) - 1),)) if digit > "0" else terms.NOTHING


def _above(value: Decimal) -> Term:
    others = terms.either((_below(value), _equal(value)))
    return terms.both((_UNSIGNED, terms.complement(others)))
