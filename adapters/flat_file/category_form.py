"""The attribute records (FA2) of a category: ordinal, name, value; derived from its schema.

The name of a scalar is the attribute's, that of an element of a list `connectors/1/type`: elements count from 1.
Name and ordinal must agree; where the ordinal is left empty the name decides.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from adapters.flat_file.kinds import Reader, reader
from adapters.flat_file.layout import ATTRIBUTE
from adapters.lexical import read_string
from contracts.categories import Attribute, Category

_ELEMENT = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
#: A few megabytes for each category that comes in flat files at all.
_MOST_KEPT, _LONGEST_KEPT = 20_000, 100


class Leaf(NamedTuple):
    """What one FA2 record gives: an attribute, or the element (from 1) of a list, or a member of the element."""

    name: str
    read: Reader
    element: int | None = None
    member: str | None = None


class CategoryForm:
    """How FA2 records are read for one category version. Without a category values stay text."""

    def __init__(self, category: Category | None) -> None:
        self.category = category
        attributes = category.attributes if category is not None else ()
        self._by_name = {each.name: each for each in attributes}
        self._by_ordinal = {str(each.ordinal): each.name for each in attributes}
        #: Whole records of scalars that were read before, as far as they are worth keeping.
        self.kept: dict[str, tuple[str, Any]] = {}

    def scalar(self, record: str) -> tuple[str, Any] | None:
        """Name and value of a record of a scalar with the right ordinal and name, and a value: of nearly all.

        Most records stand in many items (a make, a date, a yes): those are `kept`, and read once.
        """
        head, _, text = record[:-1].rpartition("|")
        scalar = self.scalars.get(head)
        if scalar is None or not text:
            return None
        name, read = scalar
        found = name, text if read is None else read(text)
        if len(self.kept) < _MOST_KEPT and len(record) < _LONGEST_KEPT:
            self.kept[record] = found
        return found

    @cached_property
    def scalars(self) -> dict[str, tuple[str, Reader | None]]:
        """`FA2|13|make` -> name and reader: what nearly every record is found by, in one look-up.

        None: the text is the value.
        """
        return {
            f"{ATTRIBUTE}|{ordinal}|{each.name}": (
                each.name,
                None if each.type == "string" else reader(each.type),
            )
            for each in self._by_name.values()
            if each.type != "array"
            for ordinal in (each.ordinal, "")
        }

    def attribute(self, name: str) -> Attribute | None:
        return self._by_name.get(name)

    def leaf(self, ordinal: str, path: str) -> "Leaf | str":
        """What the record speaks of, or what is wrong with ordinal and name."""
        name, *steps = path.split("/")
        if self.category is not None and (problem := self._disagreement(ordinal, name)):
            return problem
        attribute = self._by_name.get(name)
        if not steps:
            is_scalar = attribute is not None and attribute.type != "array"
            return Leaf(name, reader(attribute.type) if attribute and is_scalar else read_string)
        if attribute is None and self.category is not None:
            return Leaf(path, read_string)
        return _element(name, steps, attribute.schema if attribute else None)

    def _disagreement(self, ordinal: str, name: str) -> str | None:
        known = self._by_name.get(name)
        if not ordinal or (known is not None and ordinal == str(known.ordinal)):
            return None
        meant = self._by_ordinal.get(ordinal)
        if meant is None and known is None:
            return None  # an attribute that the category does not have: for the rules to refuse
        assert self.category is not None
        of = f"{self.category.name} {self.category.version}"
        has = f"{name} has the ordinal {known.ordinal}" if known else f"there is no {name[:40]}"
        other = f"{ordinal[:20]} is {meant}" if meant else f"there is no ordinal {ordinal[:20]}"
        return f"ordinal and name disagree: in {of} {has}, and {other}"


def _element(name: str, steps: list[str], schema: Mapping[str, Any] | None) -> Leaf | str:
    if not _ELEMENT.fullmatch(steps[0]):
        return f"the elements of {name} count from 1: {name}/1, {name}/2"
    items = schema.get("items", {}) if schema is not None else {}
    of_objects = items.get("type") == "object" if schema is not None else len(steps) > 1
    if schema is not None and schema["type"] != "array":
        return f"{name} is one value: it has no elements"
    if len(steps) != (2 if of_objects else 1):
        form = f"/{next(iter(items.get('properties', ())), 'member')}" if of_objects else ""
        return f"an element of {name} is named like {name}/1{form}"
    if not of_objects:
        return Leaf(name, reader(items.get("type", "")), int(steps[0]))
    part = items.get("properties", {}).get(steps[1], {})
    return Leaf(name, reader(part.get("type", "")), int(steps[0]), steps[1])
