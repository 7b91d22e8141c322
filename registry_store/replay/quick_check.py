"""Whether attributes that are recorded conform to a version: the short way for what is canonical already.

What is stored was read by a version of the same category: its strings, booleans and dates are canonical. Left to
ask are the JSON Schema, the assertions, and decimal places where this version has fewer than another one.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jsonschema_rs

from contracts.categories import Attribute, Category
from registry_store.attribute_assertions import checks
from registry_store.attribute_reading import Flaws, reader


class QuickCheck:
    """`versions`: those of the category that something may have been recorded with."""

    def __init__(self, category: Category, versions: Iterable[Category]) -> None:
        self._is_valid = jsonschema_rs.validator_for(
            dict(category.document), validate_formats=True, offline=True
        ).is_valid
        self._checks = tuple(
            (check.trigger, check.holds) for each in category.assertions for check in checks(each)
        )
        before = [version for version in versions if version is not category]
        self._readers = tuple(
            (each.name, reader(each))
            for each in category.attributes
            if _has_fewer_places(each, before)
        )

    def passes(self, attributes: Mapping[str, Any]) -> bool:
        """True: they conform. False: ask `Conformance`, which has the reasons (a warning is one, too)."""
        if not self._is_valid(attributes):
            return False
        for name, read in self._readers:
            if name in attributes and read(attributes[name]).__class__ is Flaws:
                return False
        return all(holds(attributes) for trigger, holds in self._checks if trigger in attributes)


def _has_fewer_places(attribute: Attribute, versions: Iterable[Category]) -> bool:
    now = dict(_places("", attribute.schema))
    others = (version.attribute(attribute.name) for version in versions)
    return any(
        digits > now.get(place, digits)
        for other in others
        if other is not None
        for place, digits in _places("", other.schema)
    )


def _places(place: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    if "fraction_digits" in schema:
        yield place, schema["fraction_digits"]
    if "items" in schema:
        yield from _places(f"{place}/items", schema["items"])
    for name, part in schema.get("properties", {}).items():
        yield from _places(f"{place}/{name}", part)
