"""A document as the checks see it: any JSON value, its parts found as far as they are there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contracts.categories import Category
from contracts.reasons import Reason, escape_pointer
from registry_store.category_documents import read_category
from registry_store.category_lint.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Part:
    """The schema of one value. `name` says it in words; `schema` holds what a `$ref` names, too; `own` is
    what the document itself says. `is_attribute`: else an element of a list, or a member of one.
    """

    name: str
    pointer: str
    schema: Mapping[str, Any]
    own: Mapping[str, Any]
    is_attribute: bool = True

    def at(self, keyword: str) -> str:
        """The pointer of a keyword: of the part itself where a shared definition says it."""
        return f"{self.pointer}/{keyword}" if keyword in self.own else self.pointer

    def number(self, keyword: str) -> float | None:
        value = self.schema.get(keyword)
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def text(self, keyword: str) -> str | None:
        value = self.schema.get(keyword)
        return value if isinstance(value, str) and value else None

    @property
    def is_number(self) -> bool:
        return self.schema.get("type") in ("number", "integer")


@dataclass(frozen=True)
class Draft:
    """A document among what is published already."""

    document: Mapping[str, Any]
    surroundings: Surroundings

    @cached_property
    def read(self) -> Category | tuple[Reason, ...]:
        """The category, or why the profile does not allow it."""
        return read_category(self.document, self.surroundings.common, self.surroundings.profile)

    @property
    def category(self) -> Category | None:
        return self.read if isinstance(self.read, Category) else None

    @cached_property
    def attributes(self) -> tuple[Part, ...]:
        return tuple(
            Part(name, f"/properties/{escape_pointer(name)}", self._whole(schema), schema)
            for name, schema in members(self.document.get("properties"))
        )

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Attributes, elements of lists, and members of those, in the order of the document."""
        return tuple(part for attribute in self.attributes for part in _with_inner(attribute))

    @property
    def scalars(self) -> Iterator[Part]:
        return (part for part in self.parts if part.schema.get("type") not in ("array", "object"))

    def _whole(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = schema.get("$ref")
        shared = self.surroundings.shared(reference) if isinstance(reference, str) else {}
        beside = {keyword: value for keyword, value in schema.items() if keyword != "$ref"}
        return {**shared, **beside} if shared else schema


def members(value: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """The members of an object that are objects themselves; nothing of any other value."""
    if not isinstance(value, Mapping):
        return []
    return [(name, inner) for name, inner in value.items() if isinstance(inner, Mapping)]


def _with_inner(attribute: Part) -> Iterator[Part]:
    yield attribute
    items = attribute.schema.get("items")
    if not isinstance(items, Mapping):
        return
    # What stands in a shared definition is not the document's to mend: it is spoken of at the reference.
    is_own = "items" in attribute.own
    place = f"{attribute.pointer}/items" if is_own else attribute.pointer
    own = items if is_own else {}
    yield Part(f"an element of {attribute.name}", place, items, own, is_attribute=False)
    for name, schema in members(items.get("properties")):
        at = f"{place}/properties/{escape_pointer(name)}" if is_own else place
        yield Part(
            f"{attribute.name}/{name}", at, schema, schema if is_own else {}, is_attribute=False
        )
