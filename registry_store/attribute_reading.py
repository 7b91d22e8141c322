"""Reads attribute values into their canonical form: one reader per attribute, made once.

A reader takes any JSON value and gives back the canonical one, None for what is absent (null, ""
and []), or `Flaws`. It settles types, printable strings (NFC), finite numbers and decimal places;
bounds, enumerations, lengths, patterns and dates are left to the JSON Schema. No reader raises.

Source: RECORDS.md section 2 (values that every format can carry).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from contracts.categories import Attribute
from contracts.reasons import Rule, escape_pointer
from registry_store.attribute_sentences import Subject, did_you_mean, printable

#: Numbers have at most 12 integer digits.
_BOUND = 10.0**12
_NUMBER_TYPES = frozenset({int, float, Decimal})

_ABSENT: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with a value. `path` is a JSON Pointer below the attribute."""

    path: str
    rule: Rule
    text: str


@dataclass(frozen=True, slots=True)
class Flaws:
    """What is wrong with a value that has no canonical form.

    `rest` is what of a list or an object could be read; a flawed element leaves a None behind, so
    that the others keep their places.
    """

    flaws: tuple[Flaw, ...]
    rest: Any = None

    def below(self, step: str | int) -> Iterator[Flaw]:
        return (Flaw(f"/{step}{each.path}", each.rule, each.text) for each in self.flaws)


#: From any JSON value to the canonical one, to None (absent), or to Flaws.
Reader = Callable[[Any], Any]


def reader(attribute: Attribute) -> Reader:
    """The reader of an attribute, by its type."""
    return _reader(Subject(attribute.name, attribute.schema, attribute.personal))


def pointer_token(name: str) -> str:
    """A sender's member name as a token of a JSON Pointer; what UTF-8 cannot carry becomes `?`."""
    return escape_pointer(name.encode("utf-8", "replace").decode())


def _reader(subject: Subject) -> Reader:
    return _READERS[subject.schema["type"]](subject)


def _flaw(rule: Rule, text: str) -> Flaws:
    return Flaws((Flaw("", rule, text),))


def _absent_or_wrong(subject: Subject, value: Any) -> Flaws | None:
    if value in _ABSENT:
        return None
    return _flaw(Rule.SCH_TYPE, subject.wrong_type(value))


def _string(subject: Subject) -> Reader:
    options = frozenset(subject.schema.get("enum", ()))

    def read(value: Any) -> Any:
        if value.__class__ is not str or not value:
            return _absent_or_wrong(subject, value)
        if value in options:
            return value
        if value.isprintable() and "|" not in value and value[0] != " " and value[-1] != " ":
            return value if value.isascii() else normalize("NFC", value)
        return _flaw(Rule.ITEM_04, subject.not_printable(value))

    return read


def _boolean(subject: Subject) -> Reader:
    def read(value: Any) -> Any:
        return value if value is True or value is False else _absent_or_wrong(subject, value)

    return read


def _number(subject: Subject) -> Reader:
    digits: int = subject.schema["fraction_digits"]
    scale, step = 10.0**digits, Decimal(1).scaleb(-digits)

    def read(value: Any) -> Any:
        kind = value.__class__
        if kind is int and -_BOUND < value < _BOUND:
            return value
        if kind not in _NUMBER_TYPES:
            return _absent_or_wrong(subject, value)
        number = _bounded(kind, value)
        if number is None:
            return _flaw(Rule.ITEM_04, subject.not_finite())
        if kind is Decimal:  # noqa: SIM108 - the second branch has its reason beside it
            is_exact = value.quantize(step) == value
        else:
            # Division is rounded correctly: equal means that this is the binary float nearest to
            # a decimal of that many places. `round(value, digits)` would take twice the time.
            is_exact = round(number * scale) / scale == number
        if not is_exact:
            return _flaw(Rule.SCH_STEP, subject.too_many_decimals(value))
        return int(number) if number.is_integer() else number

    return read


def _integer(subject: Subject) -> Reader:
    def read(value: Any) -> Any:
        kind = value.__class__
        if kind not in _NUMBER_TYPES:
            return _absent_or_wrong(subject, value)
        if _bounded(kind, value) is None:
            return _flaw(Rule.ITEM_04, subject.not_finite())
        whole = int(value)
        return whole if whole == value else _flaw(Rule.SCH_TYPE, subject.wrong_type(value))

    return read


def _bounded(kind: type, value: Any) -> float | None:
    """The number as a float, or None unless it is finite and has at most 12 integer digits."""
    if kind is Decimal:
        if not value.is_finite():
            return None
        value = float(value)
    return float(value) if -_BOUND < value < _BOUND else None  # NaN is not


def _array(subject: Subject) -> Reader:
    maximum: int = subject.schema["maxItems"]
    read_element = _reader(subject.element())
    empty = _flaw(Rule.SCH_TYPE, f"{subject.label} has no empty elements")

    def read(value: Any) -> Any:
        if value.__class__ is not list or not value:
            return _absent_or_wrong(subject, value)
        if len(value) > maximum:
            return _flaw(Rule.SCH_LENGTH, subject.broken("maxItems", maximum, value))
        elements: list[Any] = []
        flaws: list[Flaw] = []
        for index, stated in enumerate(value):
            element = read_element(stated)
            if element is None:
                element = empty
            if element.__class__ is Flaws:
                flaws += element.below(index)
                element = element.rest
            elements.append(element)
        return Flaws(tuple(flaws), elements) if flaws else elements

    return read


def _object(subject: Subject) -> Reader:
    owner = subject.label.removeprefix("an element of ")
    readers = {name: _reader(subject.member(name, owner)) for name in subject.schema["properties"]}

    def read(value: Any) -> Any:
        if value.__class__ is not dict:
            return _absent_or_wrong(subject, value)
        members: dict[str, Any] = {}
        flaws: list[Flaw] = []
        for name, stated in value.items():
            if name not in readers:
                flaws.append(_unknown_member(subject, name, readers))
                continue
            member = readers[name](stated)
            if member.__class__ is Flaws:
                flaws += member.below(name)
            elif member is not None:
                members[name] = member
        return Flaws(tuple(flaws), members) if flaws else members

    return read


def _unknown_member(subject: Subject, name: str, known: dict[str, Reader]) -> Flaw:
    text = f"{subject.label} has no '{printable(name)}'{did_you_mean(name, known)}"
    return Flaw(f"/{pointer_token(name)}", Rule.SCH_UNKNOWN, text)


_READERS: dict[str, Callable[[Subject], Reader]] = {
    "string": _string,
    "boolean": _boolean,
    "number": _number,
    "integer": _integer,
    "array": _array,
    "object": _object,
}
