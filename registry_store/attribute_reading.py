"""Reads attribute values into their canonical form: one reader per attribute, made once.

A reader takes any JSON value and gives back the canonical one, None for what is absent (null, "" and
[]), or `Flaws`. It settles types, printable strings (NFC), finite numbers and decimal places; bounds,
enumerations, lengths, patterns and dates are left to the JSON Schema. No reader raises.

Source: RECORDS.md section 2 (values that every format can carry).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from contracts.canonical import plain_number
from contracts.categories import Attribute
from contracts.reasons import Rule, escape_pointer
from registry_store.attribute_sentences import Subject, did_you_mean, printable

#: Numbers have at most 12 integer digits.
NUMBER_BOUND = 10**12

_ABSENT: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with a value. `path` is a JSON Pointer below the attribute."""

    path: str
    rule: Rule
    text: str


@dataclass(frozen=True, slots=True)
class Flaws:
    """A value that has no canonical form. `rest` is what of a list could be read, None in the gaps."""

    flaws: tuple[Flaw, ...]
    rest: list[Any] | None = None


Reader = Callable[[Any], Any]


def reader(attribute: Attribute) -> Reader:
    """The reader of an attribute, by its type."""
    return _reader(Subject(attribute.name, attribute.schema, attribute.personal))


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

    def read(value: Any) -> Any:
        kind = value.__class__
        if kind is int:
            in_bounds = -NUMBER_BOUND < value < NUMBER_BOUND
            return value if in_bounds else _flaw(Rule.ITEM_04, subject.not_finite())
        if kind is not float and kind is not Decimal:
            return _absent_or_wrong(subject, value)
        if not _is_bounded(value):
            return _flaw(Rule.ITEM_04, subject.not_finite())
        if round(value, digits) != value:
            return _flaw(Rule.SCH_STEP, subject.too_many_decimals(value))
        if kind is Decimal:
            return plain_number(value)
        return int(value) if value.is_integer() else value

    return read


def _integer(subject: Subject) -> Reader:
    def read(value: Any) -> Any:
        kind = value.__class__
        if kind is not int and kind is not float and kind is not Decimal:
            return _absent_or_wrong(subject, value)
        if not _is_bounded(value):
            return _flaw(Rule.ITEM_04, subject.not_finite())
        whole = int(value)
        return whole if whole == value else _flaw(Rule.SCH_TYPE, subject.wrong_type(value))

    return read


def _is_bounded(value: float | Decimal) -> bool:
    if value.__class__ is Decimal and not value.is_finite():
        return False
    return -NUMBER_BOUND < value < NUMBER_BOUND


def _array(subject: Subject) -> Reader:
    maximum: int = subject.schema["maxItems"]
    items: Mapping[str, Any] = subject.schema["items"]
    read_element = _reader(subject.part("element", items))

    def read(value: Any) -> Any:
        if value.__class__ is not list or not value:
            return _absent_or_wrong(subject, value)
        if len(value) > maximum:
            return _flaw(Rule.SCH_LENGTH, subject.broken("maxItems", maximum, value))
        read_elements, flaws = [], []
        for index, element in enumerate(value):
            canonical = read_element(element)
            if canonical is None:
                canonical = _flaw(Rule.SCH_TYPE, f"{subject.label} has no empty elements")
            if canonical.__class__ is Flaws:
                flaws += [Flaw(f"/{index}{each.path}", each.rule, each.text) for each in canonical.flaws]
                canonical = canonical.rest
            read_elements.append(canonical)
        return Flaws(tuple(flaws), read_elements) if flaws else read_elements

    return read


def _object(subject: Subject) -> Reader:
    members: Mapping[str, Mapping[str, Any]] = subject.schema["properties"]
    readers = {name: _reader(subject.part(name, schema)) for name, schema in members.items()}

    def read(value: Any) -> Any:
        if value.__class__ is not dict:
            return _absent_or_wrong(subject, value)
        canonical, flaws = {}, []
        for name, stated in value.items():
            if name not in readers:
                text = f"{subject.label} has no member '{printable(name)}'{did_you_mean(name, readers)}"
                flaws.append(Flaw(f"/{pointer_token(name)}", Rule.SCH_UNKNOWN, text))
                continue
            member = readers[name](stated)
            if member.__class__ is Flaws:
                flaws += [Flaw(f"/{name}{each.path}", each.rule, each.text) for each in member.flaws]
            elif member is not None:
                canonical[name] = member
        return Flaws(tuple(flaws), canonical) if flaws else canonical

    return read


def pointer_token(name: str) -> str:
    """A member name of a sender as a token of a JSON Pointer; what UTF-8 cannot carry becomes `?`."""
    return escape_pointer(name.encode("utf-8", "replace").decode())


_READERS: dict[str, Callable[[Subject], Reader]] = {
    "string": _string,
    "boolean": _boolean,
    "number": _number,
    "integer": _integer,
    "array": _array,
    "object": _object,
}
