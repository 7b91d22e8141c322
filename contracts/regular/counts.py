"""The counts of a quantifier, written alike by XML Schema and ECMA-262: `*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}`.

Source: XML Schema 1.0 part 2, appendix F; ECMA-262 section 22.2.1.
"""

_SIMPLE: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
#: No longer count is meant by anybody.
_MOST_DIGITS = 8


class CountError(ValueError):
    """What stands in braces is no count."""


def counted(source: str, place: int) -> tuple[tuple[int, int | None] | None, int]:
    """(least, most or None) of the quantifier at this place, None where there is none; and the place after.

    Raises CountError.
    """
    sign = source[place : place + 1]
    if sign in _SIMPLE:
        return _SIMPLE[sign], place + 1
    if sign != "{":
        return None, place
    end = source.find("}", place)
    low, comma, high = source[place + 1 : max(end, place)].partition(",")
    if not _is_count(low) or (high and not _is_count(high)):
        raise CountError("{ without a count")
    least, most = int(low), int(high) if high else None if comma else int(low)
    if most is not None and most < least:
        raise CountError("a count runs backwards")
    return (least, most), end + 1


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
