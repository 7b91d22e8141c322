"""Single values as text, for every format whose values are text: XML, flat files, written tables.

What cannot be read is handed on as the text that it is: the category's schema then refuses it with the
same rule and sentence as in JSON, at the place that the adapter names.

Source: RECORDS.md section 2.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from adapters import strict_json
from contracts.messages import Limits

#: A plain decimal, as every format writes it.
NUMBER = r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?"
_NUMBER = re.compile(NUMBER, re.ASCII)
#: Digits that a binary float gives back exactly.
_EXACT_DIGITS = 15


def read_number(text: str) -> int | float | Decimal | str:
    """A plain decimal (`-7.4`, without exponent, plus sign or leading zeros), else the text itself.

    The result equals the decimal that was written: a float is given only where it is exact as such.
    """
    return read_sound_number(text) if _NUMBER.fullmatch(text) else text


def read_sound_number(text: str) -> int | float | Decimal:
    """A text that is known to be a plain decimal (`NUMBER`)."""
    if "." not in text:
        return int(text)
    return float(text) if len(text) <= _EXACT_DIGITS else Decimal(text)


def is_true(text: str) -> bool:
    """A text that is known to be a boolean."""
    return text == "true"


def read_boolean(text: str) -> bool | str:
    return {"true": True, "false": False}.get(text, text)


def read_json(text: str) -> Any:
    """A JSON value, within the bounds and by the rules of messages in JSON; else the text itself."""
    value, reasons = strict_json.read(text.encode("utf-8", "surrogatepass"), Limits())
    return text if reasons else value


def read_string(text: str) -> str:
    return text


#: Type of an attribute or kind of a member -> its reader.
READERS: dict[str, Callable[[str], Any]] = {
    "string": read_string,
    "number": read_number,
    "integer": read_number,
    "boolean": read_boolean,
    "json": read_json,
}


def write(value: Any) -> str:
    """A canonical scalar as text: booleans `true` and `false`, numbers without exponent."""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    whole = number.to_integral_value()
    # Adding nothing takes the sign off a zero.
    return format((whole if whole == number else number.normalize()) + 0, "f")
