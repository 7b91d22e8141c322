"""Documents that touch what a pair of declarations allows, to put a proof to the test."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from adapters.xsd_comparison.comparing.pair import Pair
from adapters.xsd_comparison.model.reading import SKIPPED, Model
from adapters.xsd_comparison.samples import values
from adapters.xsd_comparison.smallest import Smallest
from adapters.xsd_comparison.trees import Tree

_MOST_VALUES = 4


def probes(pair: Pair, old: Model, least: Smallest) -> Iterator[Tree]:
    """The smallest element, with each attribute, with some texts, with each child once and twice."""
    for way in least.ways(pair.old):
        if way[1] is SKIPPED:
            continue
        shape = old.shape(way[1])
        word = least.completion(shape.content)
        if word is None:
            continue
        element = least.element(pair.name, pair.old, way, least.children(word))
        yield pair.whole(element)
        for name, use in shape.attributes.items():
            others = tuple(each for each in element.attributes if each[0] != name)
            for value in islice(least.attribute_values(use), _MOST_VALUES):
                yield pair.whole(replace(element, attributes=(*others, (name, value))))
        if shape.simple is not None and pair.old.fixed is None:
            for text in islice(values(shape.simple), _MOST_VALUES):
                yield pair.whole(replace(element, text=text))
        for children in _children(shape.content, least):
            yield pair.whole(replace(element, children=children))


def _children(start: object, least: Smallest) -> Iterator[tuple[Tree, ...]]:
    """Contents that begin with each particle, some of them with the same one twice."""
    for leaf, following in start.steps():  # type: ignore[attr-defined] # a content
        for child in islice(least.names(leaf), 2):
            rest = least.completion(following)
            if rest is not None:
                yield least.children((child, *rest))
            for again, after in following.steps():
                if again == leaf and (rest := least.completion(after)) is not None:
                    yield least.children((child, child, *rest))
