"""JSON read strictly: no duplicate members, no NaN, no binary floats, bounded depth and numbers.

The fast pass is the C scanner of the standard library with a few hooks; it says only *that* a text is
refused. What is wrong, and where, is found by `json_diagnosis` in a second pass over refused texts.

Source: RFC 8259; RFC 7493 (I-JSON) sections 2.1 to 2.3 for surrogates, numbers and duplicate names.
"""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, Never

from adapters.json_diagnosis import Problem, diagnose, line_and_column
from contracts.messages import Limits
from contracts.reasons import Reason, Rule

_EXPONENT_DIGITS = 3
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class Within(NamedTuple):
    """Where a text stands that is a part of a larger one. `pointer` and `depth`: of what it stands in; `runs`:
    (offset in the text, line, column) from which on it stands there, in their order.
    """

    pointer: str = ""
    depth: int = 0
    runs: tuple[tuple[int, int, int], ...] = ((0, 1, 1),)

    def position(self, text: str, offset: int) -> str:
        """Line and column in the larger text of what stands in this one."""
        start, line, column = next(run for run in reversed(self.runs) if run[0] <= offset)
        line, column = line_and_column(text[start:], offset - start, line, column)
        return f"line {line}, column {column}"


ALONE = Within()


class _RefusedError(Exception):
    """The fast pass met something that JSON allows and the hub does not."""


def read(body: bytes, limits: Limits, within: Within = ALONE) -> tuple[Any, tuple[Reason, ...]]:
    """The value of a JSON text and no reasons, or None and every reason why there is none.

    Numbers are `int` or `Decimal`. Reasons: MSG_02 (not JSON, or not readable without loss), MSG_03
    (a limit is passed), MSG_12 (duplicate member); each with line and column as its place, or with
    the JSON Pointer where the text can be followed that far. `within`: of what this text is a part,
    whose places and depth count.
    """
    if len(body) > limits.body_bytes:
        return None, (too_large(len(body), limits),)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, (_not_utf8(body, error, within),)
    value: Any = None
    reasons: tuple[Reason, ...] = ()
    try:
        value = _decoder(limits.number_digits).decode(text)
    except json.JSONDecodeError as error:
        reasons = (*_diagnosed(text, limits, within), _syntax(text, error, within))
    except (RecursionError, _RefusedError) as error:
        reasons = _diagnosed(text, limits, within) or (Reason(Rule.MSG_02, str(error)),)
    else:
        if _is_suspicious(value, text, limits.depth - within.depth):
            reasons = _diagnosed(text, limits, within)
    return (None, reasons) if reasons else (value, ())


def _is_suspicious(value: Any, text: str, depth: int) -> bool:
    """Whether a second look is needed: it nests too deep, or escapes of surrogates stand in it."""
    if text.count("{") + text.count("[") > depth and _deeper_than(value, depth):
        return True
    return "\\u" in text and _SURROGATE_ESCAPE.search(text) is not None


def too_large(size: int, limits: Limits) -> Reason:
    """The reason (MSG_03) for a body beyond the limit."""
    text = f"the body has {size} bytes, the limit is {limits.body_bytes}"
    return Reason(Rule.MSG_03, text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _RefusedError("an object names a member twice")
    return members


def _constant(name: str) -> Never:
    raise _RefusedError(f"{name} is not a JSON number")


@lru_cache(maxsize=8)
def _decoder(number_digits: int) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_object,
        parse_constant=_constant,
        parse_int=_integer(number_digits),
        parse_float=_decimal(number_digits),
    )


def _integer(number_digits: int) -> Callable[[str], int]:
    def parse(literal: str) -> int:
        if len(literal) <= number_digits or len(literal.lstrip("-")) <= number_digits:
            return int(literal)
        raise _RefusedError("a number has too many digits")

    return parse


def _decimal(number_digits: int) -> Callable[[str], Decimal]:
    def parse(literal: str) -> Decimal:
        short = len(literal) <= number_digits and "e" not in literal and "E" not in literal
        if short or not number_is_huge(literal, number_digits):
            return Decimal(literal)
        raise _RefusedError("a number has too many digits")

    return parse


def number_is_huge(literal: str, number_digits: int) -> bool:
    """Whether a JSON number, written out in full, has more digits than the limit."""
    mantissa, _, exponent = literal.lower().partition("e")
    if sum(character.isdigit() for character in mantissa) > number_digits:
        return True
    if not exponent:
        return False
    # An exponent of many digits is refused by its length: int() of it would be the attack.
    return (
        len(exponent.lstrip("+-0")) > _EXPONENT_DIGITS
        or abs(Decimal(literal).adjusted()) >= number_digits
    )


def _deeper_than(value: Any, depth: int) -> bool:
    """Whether arrays and objects nest deeper than `depth`; level by level, without recursion."""
    level = [value] if type(value) is dict or type(value) is list else []
    for _ in range(depth):
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return False
    return True


def _not_utf8(body: bytes, error: UnicodeDecodeError, within: Within) -> Reason:
    before = body[: error.start].decode("utf-8", "replace")
    text = f"byte 0x{body[error.start]:02x} is not UTF-8 here; JSON is sent as UTF-8"
    return Reason(Rule.MSG_02, text, place=within.position(before, len(before)))


def _syntax(text: str, error: json.JSONDecodeError, within: Within) -> Reason:
    if text.startswith("\ufeff") and within is ALONE:
        return Reason(
            Rule.MSG_02,
            "the text begins with a byte order mark: send it without",
            place="line 1, column 1",
        )
    found = "nothing" if error.pos >= len(text) else repr(text[error.pos])
    place = within.position(text, error.pos)
    return Reason(Rule.MSG_02, f"not JSON: {error.msg}; found {found}", place=place)


def _diagnosed(text: str, limits: Limits, within: Within) -> tuple[Reason, ...]:
    depth = limits.depth - within.depth
    problems = diagnose(text, depth, lambda literal: number_is_huge(literal, limits.number_digits))
    return tuple(_as_reason(problem, text, limits, within) for problem in problems)


def _as_reason(problem: Problem, text: str, limits: Limits, within: Within) -> Reason:
    rule, sentence = {
        "duplicate": (Rule.MSG_12, f"the member {problem.found} stands twice in one object"),
        "depth": (Rule.MSG_03, f"arrays and objects nest deeper than {limits.depth} levels"),
        "number": (
            Rule.MSG_03,
            f"the number {problem.found} has more than {limits.number_digits} digits",
        ),
        "surrogate": (Rule.MSG_02, f"the string {problem.found} holds half of a surrogate pair"),
        "constant": (Rule.MSG_02, f"not JSON: {problem.found} is not a number in JSON"),
    }[problem.kind]
    where = f"{within.pointer}{problem.pointer} ({within.position(text, problem.offset)})"
    return Reason(rule, sentence, place=where.lstrip())
