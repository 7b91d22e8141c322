"""Sentences for the sender: what was found, what is allowed.

Values of personal attributes are never quoted: a receipt may be read by others than its record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

#: Characters of a value, or of a name, that a sentence quotes at most.
QUOTED_CHARACTERS = 60
#: Bits of the largest integer that is quoted (60 digits): Python refuses to print very long ones.
_QUOTED_BITS = 200

_KINDS: dict[type, str] = {
    bool: "a boolean",
    str: "a string",
    int: "a number",
    float: "a number",
    Decimal: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
_EXPECTED = {
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}
#: Keyword of the schema -> what a value that breaks it is told.
_BROKEN = {
    "enum": "{label} is one of {limit}{found}",
    "minimum": "{label} is at least {limit}{unit}{found}",
    "maximum": "{label} is at most {limit}{unit}{found}",
    "minLength": "{label} has at least {limit} characters",
    "maxLength": "{label} has at most {limit} characters",
    "minItems": "{label} has at least {limit} elements",
    "maxItems": "{label} has at most {limit} elements",
    "format": "{label} is a day of the calendar, written YYYY-MM-DD{found}",
    "pattern": "{label} has another form: {meaning}{found}",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a sentence speaks of: an attribute, an element of a list, or a member of an element."""

    label: str
    schema: Mapping[str, Any]
    personal: bool = False

    def element(self) -> "Subject":
        return Subject(f"an element of {self.label}", self.schema["items"], self.personal)

    def member(self, name: str, of: str) -> "Subject":
        """A member of an element of the list `of`."""
        return Subject(f"{name} of {of}", self.schema["properties"][name], self.personal)

    def wrong_type(self, value: Any) -> str:
        sentence = f"{self.label} is {_EXPECTED[self.schema['type']]}; found {_kind(value)}"
        is_quoted = isinstance(value, str | int | float | Decimal) and not self.personal
        return f"{sentence} {quoted(value)}" if is_quoted else sentence

    def too_many_decimals(self, value: Any) -> str:
        digits = self.schema["fraction_digits"]
        return f"{self.label} has at most {digits} decimal places{self._found(value)}"

    def not_finite(self) -> str:
        return f"{self.label} is a finite number of at most 12 integer digits"

    def not_printable(self, value: str) -> str:
        if value[0] == " " or value[-1] == " ":
            return f"{self.label} neither begins nor ends with a blank"
        character = next(c for c in value if c == "|" or not c.isprintable())
        return f"{self.label} has printable characters only, and no |; found U+{ord(character):04X}"

    def broken(self, keyword: str, limit: Any, value: Any) -> str:
        """A keyword that the value does not meet; `limit` is what the schema says of it."""
        sentence = _BROKEN[keyword].format(
            label=self.label,
            limit=", ".join(limit) if keyword == "enum" else limit,
            unit=f" {self.schema['unit']}" if "unit" in self.schema else "",
            meaning=self.schema.get("description", str(limit)).rstrip("."),
            found=self._found(value),
        )
        if keyword.endswith(("Length", "Items")):
            return f"{sentence}; found {len(value)}"
        if keyword == "enum" and not self.personal:
            return sentence + did_you_mean(value, limit)
        return sentence

    def _found(self, value: Any) -> str:
        return "" if self.personal else f"; found {quoted(value)}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing where no known word is near."""
    if len(word) > QUOTED_CHARACTERS:
        return ""
    nearest = _nearest(word.lower().replace(" ", "_").replace("-", "_"), tuple(known))
    return "" if nearest is None else f"; did you mean '{nearest}'?"


@lru_cache(maxsize=1024)  # a file makes the same mistake in every row
def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    return next(iter(get_close_matches(word, known, n=1)), None)


def quoted(value: Any) -> str:
    """A value as a sentence shows it: one line, printable, at most 60 characters."""
    if isinstance(value, str):
        return f"'{printable(value)}'"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > _QUOTED_BITS:
        return "a very large one"
    if isinstance(value, int | float | Decimal):
        return printable(str(value))
    return _kind(value)


def printable(text: str) -> str:
    """At most 60 characters, each printable: what is not becomes a question mark."""
    shown = text if len(text) <= QUOTED_CHARACTERS else text[: QUOTED_CHARACTERS - 1] + "…"
    return "".join(character if character.isprintable() else "?" for character in shown)


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "something else")
