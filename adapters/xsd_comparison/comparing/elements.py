"""Elements compared: by what they may be (types that a document names, nil), attributes, texts, children."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from adapters.xsd_comparison.comparing.attributes import Attributes
from adapters.xsd_comparison.comparing.children import Children
from adapters.xsd_comparison.comparing.pair import Finding, Gap, Pair, Suspect, Typed
from adapters.xsd_comparison.comparing.texts import excess, stated
from adapters.xsd_comparison.model.particles import is_substitutable
from adapters.xsd_comparison.model.reading import SKIPPED, Model, Shape
from adapters.xsd_comparison.smallest import Smallest
from adapters.xsd_comparison.texts.lexical import ANY
from adapters.xsd_comparison.trees import Tree


@dataclass(frozen=True, slots=True)
class Elements:
    """Compares declarations; `least` gives the smallest elements of the old version."""

    old: Model
    new: Model
    least: Smallest
    attributes: Attributes
    children: Children

    def compare(self, pair: Pair) -> Iterator[Finding]:
        """What the old declaration allows beyond the new one. Raises UnmodelledError."""
        yield from self._identities(pair)
        for way in self.least.ways(pair.old):
            word = self.least.completion(self.old.shape(way[1]).content)
            if word is None:
                continue
            element = self.least.element(pair.name, pair.old, way, self.least.children(word))
            type = self._answering(pair, way[0])
            if type is None:
                yield Suspect(pair.whole(element))
                yield Gap(f"{pair.path}: a type that is no longer there")
                continue
            typed = Typed(pair, way, type)
            yield from self._nil(typed, element)
            yield from self.attributes.compare(typed, element)
            yield from self._texts(typed, element)
            before, after = self.old.shape(way[1]).content, self.new.shape(type).content
            yield from self.children.compare(typed, before, after)

    def _answering(self, pair: Pair, named: str | None) -> object | None:
        """The new type of an element whose document names `named`, or nothing."""
        type = pair.new.type
        if named is None:
            return type if type is SKIPPED or not getattr(type, "abstract", False) else None
        if type is SKIPPED:
            return type
        found = self.new.types.get(named)
        if found is None or found.abstract:
            return None
        is_lax = type is self.new.lax.type
        return found if is_lax or is_substitutable(found, type) else None

    def _identities(self, pair: Pair) -> Iterator[Finding]:
        for identity in sorted(pair.new.identities - pair.old.identities):
            yield Gap(f"{pair.path}: a new {identity[0]} of {identity[1]}")

    def _nil(self, typed: Typed, element: Tree) -> Iterator[Finding]:
        old, new = typed.pair.old, typed.pair.new
        if not old.nillable or old.fixed is not None or new.type is SKIPPED:
            return
        if not new.nillable or new.fixed is not None:
            yield Suspect(typed.pair.whole(replace(element, text="", children=(), nil=True)))
            yield Gap(f"{typed.pair.path}: xsi:nil is no longer allowed")

    def _texts(self, typed: Typed, element: Tree) -> Iterator[Finding]:
        pair = typed.pair
        before, after = self.old.shape(typed.way[1]), self.new.shape(typed.new_type)
        if pair.new.fixed is not None and (after.texts is None or before.texts is None):
            if pair.old.fixed != pair.new.fixed:
                yield Suspect(pair.whole(replace(element, text="other")))
                yield Gap(f"{pair.path}: a fixed value of mixed content")
            return
        if after.texts is None:
            return
        if not before.content.is_final and not _takes_text(before):
            return
        texts = ANY if before.texts is None else stated(before.texts, pair.old)
        found = excess(texts, stated(after.texts, pair.new))
        if found is not None:
            yield from (Suspect(pair.whole(replace(element, text=text))) for text in found.tried)
            yield Gap(f"{pair.path}: {found.gap}")


def _takes_text(shape: Shape) -> bool:
    return shape.texts is None
