"""Kinds of value for the columns of templates: what the hub itself would write, and what people write for it.

What cannot be read is handed on as the text that it is: the category's schema refuses it with the rule and
the sentence that JSON gets. Only what is peculiar to tables is `Unread` here: an order of day and month or a
decimal sign that cannot be told, a unit that the column does not have, a number that a spreadsheet cut.
"""

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from adapters.lexical import read_number
from adapters.tables.cells import Unread
from adapters.tables.dates import date_reader, is_undecided
from adapters.tables.folding import fold, squeeze
from adapters.tables.kinds import YES_NO, Asked, Reader
from adapters.tables.spreadsheet_text import is_cut, unescaped
from contracts.reasons import Rule

#: Beyond that the text of a number is not written out: it is refused as out of the profile anyway.
_INTEGER_DIGITS = 18
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
#: Beyond that no way of writing a time goes, and no pattern need be tried.
_LONGEST_TIME = 40
#: Days since 1900, of which nobody can say what the sender saw.
_SERIAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_DAY_AND_TIME = re.compile(r"(.*?)(?:[T ]+([0-9]{1,2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,6})?)?)?")


def _line(asked: Asked) -> Reader:
    """One line as it is, NFC, without outer blanks."""
    in_csv = asked.apostrophes

    def read(cell: str) -> Any:
        text = cell.strip()
        if in_csv and (text[:1] == "'" or "E+" in text):
            if is_cut(text):
                sentence = (
                    f"a spreadsheet has cut the number to {text!r}: format the column as text"
                )
                return Unread(Rule.TAB_03, sentence)
            text = unescaped(text)
        return (text if text.isascii() else unicodedata.normalize("NFC", text)) or None

    return read


def _number(asked: Asked) -> Reader:
    """A number in the heading's unit, or in the unit that the cell itself names; scaled exactly, not rounded."""
    factors = {fold(unit): Decimal(factor) for unit, factor in asked.match.column.units.items()}
    usual = factors.get(fold(asked.match.unit or ""), Decimal(1))
    as_written = usual == 1 and asked.form.sign == "."

    def read(cell: str) -> Any:
        text = cell.strip()
        if as_written and (value := read_number(text)).__class__ is not str:
            return value
        if (found := asked.form.split(text)) is None:
            return _no_number(text, asked) or None
        written, unit = found
        factor = factors.get(fold(unit)) if unit else usual
        if factor is None:
            known = ", ".join(asked.match.column.units) or "none"
            return Unread(
                Rule.TAB_03, f"the unit of {text[:40]!r} is not one of this column: {known}"
            )
        number = Decimal(written) * factor
        if number and abs(number.adjusted()) >= _INTEGER_DIGITS:
            return number
        return read_number(_shortest(number))

    return read


def _no_number(text: str, asked: Asked) -> Any:
    if asked.form.sign is None and any(sign in text for sign in ".,"):
        sentence = f"{text[:40]!r} cannot be told: the column has decimal points and commas"
        return Unread(Rule.TAB_03, sentence)
    if asked.form.contradicts(text):
        return Unread(Rule.TAB_03, f"{text[:40]!r} {asked.form.otherwise}")
    return text


def _shortest(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _option(asked: Asked) -> Reader:
    """A value of an enumeration, its spelling folded: `Type 2` is `type_2`."""
    folded = _folded(tuple(asked.match.column.options["options"]))

    def read(cell: str) -> Any:
        return folded.get(fold(cell), cell.strip()) or None

    return read


@lru_cache(maxsize=1_024)
def _folded(options: tuple[str, ...]) -> dict[str, str]:
    """Spelling -> option; where two are spelled alike the first."""
    return {fold(option): option for option in reversed(options)}


def _word(_: Asked) -> Reader:
    """A word of the hub's own, in lower case with underscores."""
    return lambda cell: "_".join(cell.lower().split()) or None


def _boolean(_: Asked) -> Reader:
    return lambda cell: YES_NO.get(squeeze(cell), cell.strip() or None)


def _day(asked: Asked) -> Reader:
    """`YYYY-MM-DD` from any date that tables write."""
    read_date = date_reader(asked.order)

    def read(cell: str) -> Any:
        value = read_date(cell)
        if value.__class__ is Unread and not is_undecided(cell, asked.order):
            return cell.strip() or None
        return value

    return read


def _moment(asked: Asked) -> Reader:
    """A time with its offset as it is. Without one it is UTC, and a day alone begins at 00:00 UTC."""
    read_date = date_reader(asked.order)

    def read(cell: str) -> Any:
        text = cell.strip()
        parts = _DAY_AND_TIME.fullmatch(text) if len(text) <= _LONGEST_TIME else None
        if parts is None or _MOMENT.fullmatch(text) or _SERIAL.fullmatch(text):
            return text or None
        written = parts[1] if parts[2] is None else f"{parts[1]} 00:00"
        day = read_date(written)
        if day.__class__ is Unread:
            return day if is_undecided(written, asked.order) else text or None
        return f"{day}T{(parts[2] or '00:00').zfill(5)}{parts[3] or ':00'}Z"

    return read


def _structure(_: Asked) -> Reader:
    """What has no columns of its own, as JSON."""

    def read(cell: str) -> Any:
        try:
            return orjson.loads(cell)
        except orjson.JSONDecodeError:
            return cell

    return read


STATED_KINDS = {
    "line": _line,
    "number": _number,
    "option": _option,
    "word": _word,
    "boolean": _boolean,
    "day": _day,
    "moment": _moment,
    "structure": _structure,
}
