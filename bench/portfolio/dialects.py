"""The same meaning written otherwise: separators, headings, dates, decimal signs, units."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from adapters.lexical import write
from bench.portfolio.assets import CAPACITY
from bench.portfolio.pools import Texts

Respell = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Dialect:
    """`heading`: which of a column's headings it uses. `day`: how a date is written. `unit_of`: column ->
    (unit of its heading, what a value in the category's own unit is divided by).
    """

    separator: str = ","
    heading: int = 0
    day: str | None = None
    decimal_sign: str = "."
    booleans: tuple[str, str] = ("true", "false")
    units: Mapping[str, tuple[str, int]] | None = None

    def unit_of(self, column: str) -> tuple[str, int] | None:
        return (self.units or {}).get(column)


TEMPLATE = "template"
DIALECTS: Mapping[str, Dialect] = {
    TEMPLATE: Dialect(),
    "continental": Dialect(";", 1, "%d/%m/%Y", ",", ("Yes", "No")),
    "megawatts": Dialect("\t", 0, "%d-%b-%Y", units={CAPACITY: ("MW", 1000)}),
}


def respellings(
    dialect: Dialect, columns: Texts, kinds: Mapping[str, str]
) -> list[tuple[int, Respell]]:
    """(column, how a text of it is written) for the columns that are written otherwise."""
    made: list[tuple[int, Respell]] = []
    for index, column in enumerate(columns):
        kind, unit = kinds[column], dialect.unit_of(column)
        if kind == "day" and dialect.day is not None:
            made.append((index, _days(dialect.day)))
        elif kind == "boolean" and dialect.booleans[0] != "true":
            made.append(
                (index, _words(dict(zip(("true", "false"), dialect.booleans, strict=True))))
            )
        elif kind == "number" and (dialect.decimal_sign != "." or unit is not None):
            made.append((index, _numbers(dialect.decimal_sign, unit[1] if unit else 1)))
    return made


def _words(words: Mapping[str, str]) -> Respell:
    return lambda text: words.get(text, text)


def _days(form: str) -> Respell:
    @lru_cache(maxsize=8_192)
    def respelled(text: str) -> str:
        try:
            return date.fromisoformat(text).strftime(form)
        except ValueError:
            # A day that no calendar has, in the same form as the others.
            year, _, rest = text.partition("-")
            return (
                form.replace("%Y", year)
                .replace("%m", rest[:2])
                .replace("%b", "Feb")
                .replace("%d", rest[3:])
            )

    return respelled


def _numbers(sign: str, divisor: int) -> Respell:
    @lru_cache(maxsize=8_192)
    def respelled(text: str) -> str:
        try:
            number = Decimal(text) / divisor
        except InvalidOperation:
            return text
        return write(number).replace(".", sign)

    return respelled
