"""Sentences for the sender: what was found, what is allowed. Values of personal attributes are never quoted."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

#: Characters of a value, or of a name, that a sentence quotes at most.
QUOTED_CHARACTERS = 60

_KINDS: dict[type, str] = {
    bool: "a boolean", str: "a string", int: "a number", float: "a number", Decimal: "a number",
    list: "a list", dict: "an object", type(None): "null",
}
_EXPECTED = {
    "string": "a string", "number": "a number", "integer": "a whole number", "boolean": "true or false",
    "array": "a list", "object": "an object",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a sentence speaks of: an attribute, an element of a list or a member of such an element."""

    label: str
    schema: Mapping[str, Any]
    personal: bool = False

    def part(self, label: str, schema: Mapping[str, Any]) -> "Subject":
        return Subject(f"{self.label}, {label}", schema, self.personal)

    @property
    def unit(self) -> str:
        return f" {self.schema['unit']}" if "unit" in self.schema else ""

    def found(self, value: Any) -> str:
        """`; found 'abc'`, or nothing where the attribute is personal."""
        return "" if self.personal else f"; found {quoted(value)}"

    def wrong_type(self, value: Any) -> str:
        expected = _EXPECTED[self.schema["type"]]
        kind = _KINDS.get(type(value), "something else")
        quote = f" {quoted(value)}" if isinstance(value, str | int | float | Decimal) and not self.personal else ""
        return f"{self.label} is {expected}; found {kind}{quote}"

    def too_many_decimals(self, value: Any) -> str:
        return f"{self.label} has at most {self.schema['fraction_digits']} decimal places{self.found(value)}"

    def not_finite(self) -> str:
        return f"{self.label} is a finite decimal of at most 12 integer digits; found another number"

    def not_printable(self, value: str) -> str:
        if value[0] == " " or value[-1] == " ":
            return f"{self.label} neither begins nor ends with a blank"
        character = next(c for c in value if c == "|" or not c.isprintable())
        return f"{self.label} has printable characters other than |; found U+{ord(character):04X}"

    def broken(self, keyword: str, limit: Any, value: Any) -> str:
        """A keyword of the schema that the value does not meet; `limit` is what the keyword says."""
        if keyword == "enum":
            return f"{self.label} is one of {', '.join(limit)}{self.found(value)}{self._nearest(value, limit)}"
        if keyword in ("minimum", "maximum"):
            bound = "at least" if keyword == "minimum" else "at most"
            return f"{self.label} is {bound} {limit}{self.unit}{self.found(value)}"
        if keyword in ("minLength", "maxLength"):
            bound = "at least" if keyword == "minLength" else "at most"
            return f"{self.label} has {bound} {limit} characters; found {len(value)}"
        if keyword in ("minItems", "maxItems"):
            bound = "at least" if keyword == "minItems" else "at most"
            return f"{self.label} has {bound} {limit} elements; found {len(value)}"
        if keyword == "format":
            return f"{self.label} is a day of the calendar, written YYYY-MM-DD{self.found(value)}"
        if keyword == "pattern":
            meaning = self.schema.get("description", f"of the form {limit}")
            return f"{self.label} has another form ({meaning.rstrip('.')}){self.found(value)}"
        return self.wrong_type(value)

    def _nearest(self, value: Any, options: Iterable[str]) -> str:
        return "" if self.personal or not isinstance(value, str) else did_you_mean(value, options)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing where no known word is near."""
    if len(word) > QUOTED_CHARACTERS:
        return ""
    nearest = get_close_matches(word.lower().replace(" ", "_").replace("-", "_"), list(known), n=1)
    return f"; did you mean '{nearest[0]}'?" if nearest else ""


def quoted(value: Any) -> str:
    """A value as a sentence shows it: one line, printable, at most 60 characters."""
    if isinstance(value, str):
        return f"'{printable(value)}'"
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int) and value.bit_length() > 200:  # noqa: PLR2004  about 60 digits
        return "a very large number"
    if isinstance(value, int | float | Decimal):
        return printable(str(value))
    return _KINDS.get(type(value), "something else")


def printable(text: str) -> str:
    """At most 60 characters, each printable: what is not becomes a question mark."""
    shown = text[: QUOTED_CHARACTERS + 1]
    clean = "".join(character if character.isprintable() else "?" for character in shown)
    return clean if len(shown) <= QUOTED_CHARACTERS else clean[: QUOTED_CHARACTERS - 1] + "…"
