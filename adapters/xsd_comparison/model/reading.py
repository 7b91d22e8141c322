"""A schema of xmlschema as a model: its global names, and what each type allows."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import xmlschema

from adapters.xsd_comparison.model.components import (
    FREE,
    AttributeUse,
    Declaration,
    ElementLeaf,
    Leaf,
    Wildcard,
)
from adapters.xsd_comparison.model.content import EMPTY, Content, Leaves, Ordered
from adapters.xsd_comparison.model.particles import (
    Particles,
    declaration,
    is_substitutable,
    wildcard,
)
from adapters.xsd_comparison.namespaces import XML, XSI, Names, split
from adapters.xsd_comparison.sources import XS
from adapters.xsd_comparison.texts.lexical import BLANK, NONE, Texts
from adapters.xsd_comparison.texts.simple_types import texts_of
from contracts.regular import terms


@dataclass(frozen=True, slots=True)
class Shape:
    """What a type allows. `texts`: None where any text may stand between the children (mixed content).

    `simple`: the simple type of a content that is text alone.
    """

    attributes: dict[str, AttributeUse]
    other_attributes: Wildcard | None
    content: Content
    texts: Texts | None
    simple: Any = None


class Skipped:
    """Stands for the type of an element that nobody looks into (`processContents="skip"`)."""


SKIPPED = Skipped()
_ANYTHING = Wildcard(frozenset(("##any",)), "skip", "")


class Model:
    """One schema, its names (`{namespace}local`) in common with the other."""

    def __init__(self, schema: xmlschema.XMLSchema10, names: Names) -> None:
        self._schema = schema
        self._names = names
        self._shapes: dict[int, Shape] = {}

    @cached_property
    def globals(self) -> dict[str, Declaration]:
        """Global elements, those that others may only take the place of included."""
        elements = self._schema.maps.elements.items()
        return {self._names.element(n): declaration(e) for n, e in elements if _is_own(n)}

    @cached_property
    def roots(self) -> dict[str, Declaration]:
        """Global elements that a document may begin with, in the order of the schema."""
        elements = self._schema.maps.elements.items()
        return {
            self._names.element(n): declaration(e)
            for n, e in elements
            if _is_own(n) and not e.abstract
        }

    @cached_property
    def attributes(self) -> dict[str, AttributeUse]:
        """Global attributes."""
        uses = self._schema.maps.attributes.items()
        return {self._names.attribute(name): _use(each) for name, each in uses if _is_own(name)}

    @cached_property
    def types(self) -> dict[str, Any]:
        """Named complex types, abstract ones included."""
        types = self._schema.maps.types.items()
        return {
            self._names.element(n): each for n, each in types if _is_own(n) and each.is_complex()
        }

    @property
    def lax(self) -> Declaration:
        """An element that is looked at as far as it is declared."""
        return Declaration(self._schema.maps.types[f"{{{XS}}}anyType"])

    def derived(self, type: Any) -> dict[str, Any]:
        """Named complex types that a document may name (xsi:type) in place of `type`."""
        if type is SKIPPED or type.is_simple() or type is self.lax.type:
            return {}
        return {
            name: each
            for name, each in self.types.items()
            if each is not type and not each.abstract and is_substitutable(each, type)
        }

    def child(self, leaf: Leaf, name: str) -> Declaration | None:
        """The declaration of a child of that name at a particle, or None if it does not fit there."""
        if isinstance(leaf, ElementLeaf):
            return leaf.declaration(name)
        if not leaf.allows(split(name)[0]):
            return None
        if leaf.process == "skip":
            return Declaration(SKIPPED)
        return self.roots.get(name) or (
            self.lax if leaf.process == "lax" and name not in self.globals else None
        )

    def attribute(self, shape: Shape, name: str) -> AttributeUse | None:
        """The use of an attribute, by its declaration or a wildcard; None where it is not allowed."""
        use, others = shape.attributes.get(name), shape.other_attributes
        if use is not None:
            return use
        if others is None or not others.allows(split(name)[0]):
            return None
        if others.process == "skip":
            return FREE
        return self.attributes.get(name) or (FREE if others.process == "lax" else None)

    def shape(self, type: Any) -> Shape:
        """What a type allows. Raises UnmodelledError."""
        found = self._shapes.get(id(type))
        if found is None:
            found = self._shapes[id(type)] = self._read(type)
        return found

    def _read(self, type: Any) -> Shape:
        if type is SKIPPED:
            letter = terms.repeat(terms.chars(((0, 0),)), 0, None)
            return Shape({}, _ANYTHING, Ordered(letter, Leaves((_ANYTHING,))), None)
        if type.is_simple():
            return Shape({}, None, EMPTY, texts_of(type), type)
        uses = {
            self._names.attribute(name): _use(each)
            for name, each in type.attributes.items()
            if name and each.use != "prohibited"
        }
        found = type.attributes.get(None)
        others = None if found is None else wildcard(found, self._names.attribute_namespace)
        if type.has_simple_content():
            return Shape(uses, others, EMPTY, texts_of(type.content), type.content)
        content = Particles(self._names).content(type.content)
        texts = None if type.mixed else NONE if content is EMPTY else BLANK
        return Shape(uses, others, content, texts)


def _use(attribute: Any) -> AttributeUse:
    return AttributeUse(attribute.type, attribute.use == "required", attribute.fixed)


def _is_own(name: str) -> bool:
    """Not of XML itself, XML Schema or its instances."""
    return split(name)[0] not in (XS, XSI, XML)
