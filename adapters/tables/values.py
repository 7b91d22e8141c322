"""Kinds of value: what a column's cells are read as. A kind is one function that makes a reader.

A reader takes a text that is not a null marker, and gives a value of the hub's profile (RECORDS.md
section 2) or `Unread`. Numbers never pass through a binary float.
"""

import re
import unicodedata
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from adapters.tables.cells import Unread
from adapters.tables.dates import date_reader
from adapters.tables.folding import fold, squeeze
from adapters.tables.kinds import YES_NO, Asked, Reader
from adapters.tables.number_forms import NumberForm
from adapters.tables.stated_values import STATED_KINDS
from contracts.identifiers import normalise_postcode
from contracts.reasons import Rule

#: RECORDS.md section 2: at most 12 integer digits.
_INTEGER_DIGITS = 12
#: A code table of so many codes is read out to who missed it.
_CODES_LISTED = 10

_REPAIRED_BY_EXCEL = re.compile(r"'?([0-9]+)(?:\.0+)?")
_CUT_BY_EXCEL = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+")
_VOLTAGES = re.compile(r"\s*\(?\b[0-9.]+(?:\s*/\s*[0-9.]+)*\s*kV\)?\s*$", re.IGNORECASE)


def reader_of(asked: Asked) -> Reader:
    """The reader for a column as a file has it."""
    return KINDS[asked.match.column.kind](asked)


def _text(asked: Asked) -> Reader:
    """One line, NFC, runs of blanks as one; the bar that flat files keep for themselves as a slash.

    `case: upper` for names that publishers write now in one case, now in the other; `voltages: drop` for
    substations, whose names carry a voltage in one snapshot and not in the next.
    """
    upper = asked.match.column.options.get("case") == "upper"
    drop_voltages = asked.match.column.options.get("voltages") == "drop"

    def read(cell: str) -> Any:
        text = _line(cell)
        if drop_voltages:
            text = _VOLTAGES.sub("", text) or text
        return (text.upper() if upper else text) or None

    return read


def _line(cell: str) -> str:
    text = cell if cell.isascii() else unicodedata.normalize("NFC", cell)
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(text.replace("|", "/").split())


def _decimal(asked: Asked) -> Reader:
    """A number in the heading's unit, or in the unit that the cell itself names; scaled exactly.

    Rounded half to even at `fraction_digits` (3 unless told). `aliases` turn words and odd values
    into usual ones (`LV`, or 0.415 kV for 0.4 kV); they are in the payload's unit.
    """
    options = asked.match.column.options
    factors = {fold(unit): Decimal(factor) for unit, factor in asked.match.column.units.items()}
    usual = factors.get(fold(asked.match.unit or ""), Decimal(1))
    step = Decimal(1).scaleb(-int(options.get("fraction_digits", 3)))
    words = {squeeze(word): Decimal(value) for word, value in options.get("aliases", {}).items()}
    values = {Decimal(word): value for word, value in words.items() if word[0].isdigit()}

    def read(cell: str) -> Any:
        if (word := words.get(squeeze(cell))) is not None:
            return word
        found = asked.form.split(cell)
        if found is None:
            if asked.form.contradicts(cell):
                return Unread(Rule.TAB_03, f"{cell[:40]!r} {asked.form.otherwise}")
            return Unread(Rule.TAB_03, f"{cell[:40]!r} is not a number{_both_signs(asked.form)}")
        written, unit = found
        factor = factors.get(fold(unit)) if unit else usual
        if factor is None:
            known = ", ".join(asked.match.column.units) or "none"
            return Unread(
                Rule.TAB_03, f"the unit of {cell[:40]!r} is not one of this column: {known}"
            )
        number = Decimal(written) * factor
        if number and abs(number.adjusted()) > _INTEGER_DIGITS:
            return Unread(Rule.TAB_03, f"{cell[:40]!r} is beyond what a number may be")
        return values.get(number, _plain(number.quantize(step, ROUND_HALF_EVEN)))

    return read


def _both_signs(form: NumberForm) -> str:
    return (
        ", or cannot be told: the column has decimal points and commas" if form.sign is None else ""
    )


def _plain(number: Decimal) -> Decimal:
    """Without trailing zeros and without exponent, so that 6, 6.0 and 6E0 are one value."""
    return Decimal(int(number)) if number == number.to_integral_value() else number.normalize()


def _date(asked: Asked) -> Reader:
    return date_reader(asked.order)


def _yes_no(_: Asked) -> Reader:
    def read(cell: str) -> Any:
        value = YES_NO.get(squeeze(cell))
        return (
            value
            if value is not None
            else Unread(Rule.TAB_03, f"{cell[:40]!r} is neither yes nor no")
        )

    return read


def _code(asked: Asked) -> Reader:
    """A value of the column's code table, its spelling folded: `Fossil - Gas` is `fossil gas`."""
    codes = asked.profile.codes_of(asked.match.column)
    options = asked.match.column.options
    rule = Rule[options.get("unmapped", Rule.TAB_04.name)]
    known = dict.fromkeys(code.code for code in codes.values())
    listed = f": {', '.join(known)}" if len(known) <= _CODES_LISTED else ""

    def read(cell: str) -> Any:
        if (code := codes.get(fold(cell))) is not None:
            return code.code
        where = f"the code table {options['codes']} of the profile {asked.profile.name}"
        return Unread(rule, f"{cell[:80]!r} is not in {where}{listed}")

    return read


def _digits(_: Asked) -> Reader:
    """An identifier of digits, kept as text; what a spreadsheet did to it is undone or refused.

    `1014569292506.0` lost nothing and is mended; `1.01457E+12` lost its last digits. Whether the digits
    are right is for a step to check.
    """

    def read(cell: str) -> Any:
        text = "".join(cell.split())
        if _CUT_BY_EXCEL.fullmatch(text):
            sentence = (
                f"a spreadsheet has cut the number to {cell[:40]!r}: format the column as text"
            )
            return Unread(Rule.ASSET_01, sentence)
        found = _REPAIRED_BY_EXCEL.fullmatch(text)
        return found[1] if found else text

    return read


def _postcode(_: Asked) -> Reader:
    return lambda cell: normalise_postcode(_line(cell)) or None


#: Kinds whose columns are looked at for their decimal sign, and for the order of day and month.
NUMBERS, DATES = frozenset({"decimal", "number"}), frozenset({"date", "day", "moment"})

#: What `kind` in a profile may be.
KINDS: dict[str, Callable[[Asked], Reader]] = {
    "text": _text,
    "decimal": _decimal,
    "date": _date,
    "yes_no": _yes_no,
    "code": _code,
    "digits": _digits,
    "postcode": _postcode,
    **STATED_KINDS,
}
