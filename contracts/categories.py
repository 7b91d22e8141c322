"""Categories of assets: a category schema as the rest of the hub reads it.

A category version is a JSON Schema 2020-12 document in the closed profile (DESIGN.md section 8).
This module holds the model only; documents are read in `registry_store/category_documents.py`,
conformance is checked in `registry_store/conformance.py`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from contracts.reasons import Severity


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a category.

    `ordinal` is frozen for ever (flat files). `type`: string | number | integer | boolean | array.
    `material`: "always", "never", or the relative change in percent from which a number's change is
    material. `visibility`: public | market | operator | owner. `identity`: fixed once set. `schema`
    is the attribute's part of the document, references resolved; a list's elements are its `items`.
    """

    name: str
    ordinal: int
    type: str
    title: str
    description: str
    xml_name: str
    heading: str
    visibility: str
    material: str | Decimal = "always"
    unit: str | None = None
    fraction_digits: int | None = None
    personal: bool = False
    identity: bool = False
    schema: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def options(self) -> tuple[str, ...]:
        """The values that an enumeration allows, in the document's order; empty for other types."""
        return tuple(self.schema.get("enum", ()))


@dataclass(frozen=True, slots=True)
class Assertion:
    """Attributes of one category that must agree with each other.

    It applies where every attribute of `when` has one of the values listed. Exactly one of the
    others is filled: `require` (all present), `forbid` (none present), `together` (all or none),
    `at_most` (the first is not above the second, where both are present: numbers, or dates).
    """

    name: str
    sentence: str
    severity: Severity = Severity.error
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict, hash=False)
    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    at_most: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every attribute that it speaks of."""
        return (*self.when, *self.require, *self.forbid, *self.together, *self.at_most)


@dataclass(frozen=True)
class Category:
    """One version of a category.

    `attributes` are in the order of their ordinals. `keys` are the key schemes that its assets are
    found by. `document` is the whole JSON Schema, self-contained. It may be used in
    `[effective_from, retired_from)`; `deprecated_from`: since when another is to be preferred.
    """

    name: str
    version: str
    title: str
    effective_from: datetime
    attributes: tuple[Attribute, ...]
    keys: tuple[str, ...]
    document: Mapping[str, Any]
    requires_consent: bool = False
    retired_from: datetime | None = None
    required: frozenset[str] = frozenset()
    assertions: tuple[Assertion, ...] = ()
    deprecated_from: datetime | None = None

    @cached_property
    def _by_name(self) -> dict[str, Attribute]:
        return {attribute.name: attribute for attribute in self.attributes}

    def attribute(self, name: str) -> Attribute | None:
        return self._by_name.get(name)

    @cached_property
    def identifying(self) -> tuple[str, ...]:
        """Names of the attributes that are fixed once set."""
        return tuple(attribute.name for attribute in self.attributes if attribute.identity)

    def is_effective(self, at: datetime) -> bool:
        return self.effective_from <= at and (self.retired_from is None or at < self.retired_from)


class Catalogue:
    """All category versions, by name and version.

    It gains versions while the hub runs: `renew` puts other versions in the place of those that there are,
    all at once, so that a thread that looks meanwhile sees the ones or the others.
    """

    def __init__(self, categories: Iterable[Category]) -> None:
        self._held = _Held.of(categories)

    def renew(self, categories: Iterable[Category]) -> None:
        self._held = _Held.of(categories)

    def __iter__(self) -> Iterator[Category]:
        return iter(self._held.versions.values())

    @property
    def state(self) -> object:
        """What it holds: the same object until it is renewed."""
        return self._held

    def get(self, name: str, version: str) -> Category | None:
        return self._held.versions.get((name, version))

    def effective(self, name: str, at: datetime) -> Category | None:
        """The newest version of the category that is effective at that time."""
        for category in self._held.newest_first.get(name, ()):
            if category.is_effective(at):
                return category
        return None

    def versions(self, name: str) -> tuple[Category, ...]:
        """All versions of a category, the newest first."""
        return self._held.newest_first.get(name, ())

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._held.newest_first))


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """What a catalogue holds at one time; never changed."""

    versions: Mapping[tuple[str, str], Category]
    newest_first: Mapping[str, tuple[Category, ...]]

    @classmethod
    def of(cls, categories: Iterable[Category]) -> "_Held":
        versions = {(category.name, category.version): category for category in categories}
        newest_first: dict[str, tuple[Category, ...]] = {}
        for category in sorted(versions.values(), key=lambda c: version_order(c.version)):
            newest_first[category.name] = (category, *newest_first.get(category.name, ()))
        return cls(versions, newest_first)


def version_order(version: str) -> tuple[int, ...]:
    """By which versions are older and newer: `1.10` is newer than `1.9`."""
    return tuple(int(part) for part in version.split("."))
