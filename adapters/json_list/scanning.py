"""Where a JSON value ends, in a text that may go on."""

import json
from typing import Any, NamedTuple

#: Numbers are of no interest here, and their lengths cost nothing, however many digits there are.
_DECODER = json.JSONDecoder(parse_int=len, parse_float=len)
#: A literal, a number or an escape that begins so near the end of what is read may only seem to be wrong.
_NEAR_END = 16
#: Of which the scanner says where they begin, and not that they go on.
_UNTERMINATED = "Unterminated"


class Value(NamedTuple):
    """`value`: about what stands there (of numbers their lengths); `end`: the offset behind it."""

    value: Any
    end: int


#: What is there is no value, whatever follows; or that cannot be said yet.
BROKEN, UNFINISHED = "broken", "unfinished"


def value_at(text: str, start: int, *, is_all: bool) -> "Value | str":
    """The value that begins there, BROKEN, or UNFINISHED (not where the text `is_all` that there is)."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        goes_on = error.msg.startswith(_UNTERMINATED)
        return _unsure(len(text) if goes_on else error.pos, text, is_all=is_all)
    except RecursionError:
        return BROKEN
    is_open = type(value) in (int, float) and end > len(text) - _NEAR_END and not is_all
    return UNFINISHED if is_open else Value(value, end)


def _unsure(at: int, text: str, *, is_all: bool) -> str:
    return UNFINISHED if at > len(text) - _NEAR_END and not is_all else BROKEN
