"""Counterexamples made small: whatever can go without losing the point, goes."""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace

from adapters.xsd_comparison.trees import Tree

#: Elements, attributes and characters that are written out while trying.
_MOST_WORK = 40_000


def minimised(
    tree: Tree, is_counterexample: Callable[[Tree], bool], roots: AbstractSet[str]
) -> Tree:
    """A counterexample from which nothing can be taken away, no element, attribute or character; a large one may
    end before that.
    """
    work = 0
    is_smallest = False
    while not is_smallest:
        is_smallest = True
        for smaller in _smaller(tree, roots):
            work += smaller.size()
            if work > _MOST_WORK:
                break
            if is_counterexample(smaller):
                tree = smaller
                is_smallest = False
                break
    return tree


def _smaller(tree: Tree, roots: AbstractSet[str]) -> Iterator[Tree]:
    """A part that can be a document of its own, then the tree with one thing less."""
    yield from (child for child in tree.children if child.name in roots)
    yield from _within(tree)


def _within(tree: Tree) -> Iterator[Tree]:
    for place in _distinct(tree.children):
        yield replace(tree, children=tree.children[:place] + tree.children[place + 1 :])
    for place in range(len(tree.attributes)):
        yield replace(tree, attributes=tree.attributes[:place] + tree.attributes[place + 1 :])
    if tree.nil:
        yield replace(tree, nil=False)
    if tree.type is not None:
        yield replace(tree, type=None)
    yield from (replace(tree, text=text) for text in _shorter(tree.text))
    for place, (name, value) in enumerate(tree.attributes):
        for text in _shorter(value):
            changed = (*tree.attributes[:place], (name, text), *tree.attributes[place + 1 :])
            yield replace(tree, attributes=changed)
    for place in _distinct(tree.children):
        for smaller in _within(tree.children[place]):
            yield tree.with_child(place, smaller)


def _distinct(children: tuple[Tree, ...]) -> Iterator[int]:
    """Places of children, of a run of equal ones the first."""
    return (n for n, child in enumerate(children) if n == 0 or child != children[n - 1])


def _shorter(text: str) -> Iterator[str]:
    if len(text) > 1:
        yield ""
        yield text[: len(text) // 2]
    yield from (text[:place] + text[place + 1 :] for place in range(len(text)))
