"""The names that matter: all that one of the versions speaks of, and one for all others of each namespace."""

from collections.abc import Iterable
from dataclasses import dataclass

from adapters.xsd_comparison.model.components import ElementLeaf, Wildcard
from adapters.xsd_comparison.model.reading import SKIPPED, Model, Shape
from adapters.xsd_comparison.namespaces import joined, split

_OTHER_NAMESPACE, _OTHER_NAME = "urn:example:other", "other"


@dataclass(frozen=True, slots=True)
class Alphabet:
    """Names of elements and of attributes."""

    elements: tuple[str, ...]
    attributes: tuple[str, ...]


def alphabet(models: Iterable[Model]) -> Alphabet:
    """Raises UnmodelledError."""
    elements: dict[str, None] = {}
    attributes: dict[str, None] = {}
    namespaces: dict[str, None] = {_OTHER_NAMESPACE: None, "": None}
    for model in models:
        elements |= dict.fromkeys(model.globals)
        attributes |= dict.fromkeys(model.attributes)
        for shape in _shapes(model):
            attributes |= dict.fromkeys(shape.attributes)
            for leaf in (*shape.content.particles, shape.other_attributes):
                if isinstance(leaf, ElementLeaf):
                    elements |= dict.fromkeys(name for name, _ in leaf.declarations)
                elif isinstance(leaf, Wildcard):
                    namespaces |= dict.fromkeys(
                        n for n in leaf.namespaces if not n.startswith("##")
                    )
        namespaces |= dict.fromkeys(split(name)[0] for name in elements)
    others = [joined(namespace, _OTHER_NAME) for namespace in namespaces]
    return Alphabet((*others, *elements), (*others, *attributes))


def _shapes(model: Model) -> Iterable[Shape]:
    """Every shape that an element of the schema may have."""
    waiting = [each.type for each in (*model.globals.values(), model.lax)] + list(
        model.types.values()
    )
    seen: set[int] = set()
    while waiting:
        type = waiting.pop()
        if id(type) in seen or type is SKIPPED:
            continue
        seen.add(id(type))
        shape = model.shape(type)
        yield shape
        for leaf in shape.content.particles:
            if isinstance(leaf, ElementLeaf):
                waiting += [declaration.type for _, declaration in leaf.declarations]
