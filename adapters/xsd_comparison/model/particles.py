"""Particles of xmlschema as ordered content."""

from collections.abc import Callable, Iterator
from typing import Any

from xmlschema.validators import XsdAnyElement, XsdElement, XsdGroup

from adapters.xsd_comparison.model.components import Declaration, ElementLeaf, Leaf, Wildcard
from adapters.xsd_comparison.model.content import EMPTY, Content, Leaves, Ordered, Unordered
from adapters.xsd_comparison.namespaces import Names
from contracts.regular import terms
from contracts.regular.terms import Term


class UnmodelledError(ValueError):
    """Something in a schema that the model does not state exactly."""


class Particles:
    """Reads content; names become those in common."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._leaves: list[Leaf] = []

    def content(self, group: XsdGroup) -> Content:
        """Raises UnmodelledError."""
        group = _unwrapped(group)
        if group.model == "all" and len(group):
            members = [(self._leaf(m), m.min_occurs > 0) for m in group if m.max_occurs != 0]
            if group.max_occurs == 0:
                return EMPTY
            return Unordered(tuple(members), optional=group.min_occurs == 0)
        term = self._term(group)
        return EMPTY if term is terms.EMPTY_WORD else Ordered(term, Leaves(self._leaves))

    def _term(self, particle: Any) -> Term:
        if isinstance(particle, XsdGroup):
            inner = self._group(particle)
        else:
            self._leaves.append(self._leaf(particle))
            letter = len(self._leaves) - 1
            inner = terms.chars(((letter, letter),))
        return terms.repeat(inner, particle.min_occurs, particle.max_occurs)

    def _group(self, group: XsdGroup) -> Term:
        if group.model == "all" and len(group) > 1:
            raise UnmodelledError("an xs:all beside other content")
        parts = [self._term(part) for part in group]
        if group.model == "choice":
            return terms.either(parts)
        whole = terms.EMPTY_WORD
        for part in reversed(parts):
            whole = terms.concat(part, whole)
        return whole

    def _leaf(self, particle: Any) -> Leaf:
        if isinstance(particle, XsdAnyElement):
            return wildcard(particle, self._names.namespace)
        return ElementLeaf(
            self._names.element(particle.name),
            tuple((self._names.element(n), d) for n, d in _names(particle)),
        )


def _unwrapped(group: XsdGroup) -> XsdGroup:
    """Without groups that hold nothing but another group, once."""
    while group.model != "all" and group.min_occurs == group.max_occurs == 1:
        filled = [part for part in group if not (isinstance(part, XsdGroup) and not len(part))]
        if len(filled) != 1 or not isinstance(filled[0], XsdGroup):
            break
        if group.model == "choice" and len(filled) != len(group):
            break
        group = filled[0]
    return group


def wildcard(particle: Any, common: Callable[[str], str]) -> Wildcard:
    namespaces = frozenset(common(each) for each in particle.namespace)
    target = common(particle.schema.target_namespace)
    return Wildcard(namespaces, particle.process_contents, target)


def declaration(element: XsdElement) -> Declaration:
    identities = frozenset(
        (
            each.elem.tag.rpartition("}")[2],
            each.selector.path if each.selector is not None else "",
            *(item.path for item in each.fields),
        )
        for each in element.identities
    )
    return Declaration(
        element.type, bool(element.nillable), element.fixed, element.default, identities
    )


def is_substitutable(derived: Any, base: Any) -> bool:
    """Whether `derived` may stand for `base`, by no kind of derivation that `base` blocks."""
    step = derived
    while step is not None and step is not base:
        if step.derivation and step.derivation in (base.block or ""):
            return False
        step = step.base_type
    return step is base


def _names(element: XsdElement) -> Iterator[tuple[str, Declaration]]:
    if not element.abstract:
        yield element.name, declaration(element)
    if "substitution" in (element.block or ""):
        return
    for substitute in element.iter_substitutes():
        if not substitute.abstract and is_substitutable(substitute.type, element.type):
            yield substitute.name, declaration(substitute)
