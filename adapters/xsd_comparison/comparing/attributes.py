"""Attributes compared: mandatory ones, those that are gone, their values, wildcards."""

from collections.abc import Iterator
from dataclasses import replace

from adapters.xsd_comparison.comparing.pair import Finding, Gap, Suspect, Typed
from adapters.xsd_comparison.comparing.texts import excess
from adapters.xsd_comparison.model.components import FREE, AttributeUse
from adapters.xsd_comparison.model.reading import Model
from adapters.xsd_comparison.namespaces import split
from adapters.xsd_comparison.smallest import Smallest
from adapters.xsd_comparison.texts.lexical import ANY, Texts
from adapters.xsd_comparison.texts.simple_types import equal_texts, texts_of
from adapters.xsd_comparison.trees import Tree


class Attributes:
    """`names`: all that matter; `least` gives the smallest elements of the old version."""

    def __init__(self, old: Model, new: Model, least: Smallest, names: tuple[str, ...]) -> None:
        self._old, self._new = old, new
        self._least = least
        self._names = names

    def compare(self, typed: Typed, element: Tree) -> Iterator[Finding]:
        """`element`: the smallest that is typed so."""
        before = self._old.shape(typed.way[1])
        after = self._new.shape(typed.new_type)
        for name in dict.fromkeys((*before.attributes, *self._names)):
            allowed = self._old.attribute(before, name)
            if allowed is not None:
                for finding in self._values(allowed, self._new.attribute(after, name)):
                    yield self._placed(finding, typed, element, name)
        for name, use in after.attributes.items():
            known = before.attributes.get(name)
            if use.required and (known is None or not known.required):
                without = tuple(each for each in element.attributes if each[0] != name)
                yield Suspect(typed.pair.whole(replace(element, attributes=without)))
                yield Gap(f"{typed.pair.path}/@{split(name)[1]}: a mandatory attribute is new")

    def _placed(self, finding: str | Gap, typed: Typed, element: Tree, name: str) -> Finding:
        if isinstance(finding, Gap):
            return Gap(f"{typed.pair.path}/@{split(name)[1]}: {finding.reason}")
        others = tuple(each for each in element.attributes if each[0] != name)
        return Suspect(typed.pair.whole(replace(element, attributes=(*others, (name, finding)))))

    def _values(self, allowed: AttributeUse, wanted: AttributeUse | None) -> Iterator[str | Gap]:
        """Values that are no longer allowed, to be tried; a gap if that is not known."""
        value = next(self._least.attribute_values(allowed), None)
        if value is None or wanted is FREE:
            return
        if wanted is None:
            yield value
            yield Gap("an attribute that is no longer allowed")
            return
        found = excess(texts_of_use(allowed), texts_of_use(wanted))
        if found is not None:
            yield from found.tried
            yield Gap(found.gap)


def texts_of_use(use: AttributeUse) -> Texts:
    """The texts of an attribute where it stands."""
    if use is FREE:
        return ANY
    texts = texts_of(use.type)
    return texts if use.fixed is None else tuple(equal_texts(each, use.fixed) for each in texts)
