"""Documents under construction, in the names that both versions have in common; written out in those of either."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from lxml import etree

from adapters.xsd_comparison.namespaces import XSI, split

#: A name in common -> the name to write.
Rename = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Tree:
    """An element. `text` stands before its children; `type` names a type (xsi:type); `nil`: xsi:nil."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    text: str = ""
    children: tuple["Tree", ...] = ()
    type: str | None = None
    nil: bool = False

    def size(self) -> int:
        return (
            1 + len(self.attributes) + len(self.text) + sum(child.size() for child in self.children)
        )

    def with_child(self, place: int, child: "Tree") -> "Tree":
        return replace(self, children=(*self.children[:place], child, *self.children[place + 1 :]))


def written(tree: Tree, rename: Rename) -> bytes:
    """The document in UTF-8."""
    names = [rename(each.name) for each in _every(tree)]
    types = {split(rename(each.type))[0] for each in _every(tree) if each.type is not None}
    namespace = split(rename(tree.name))[0]
    is_all_named = all(split(name)[0] for name in names)
    prefixes: dict[str | None, str] = {}
    if namespace:
        prefixes[None if is_all_named else "d"] = namespace
    prefixes |= {f"t{number}": each for number, each in enumerate(sorted(types - {""}))}
    if types or any(each.nil for each in _every(tree)):
        prefixes["xsi"] = XSI
    root = etree.Element(rename(tree.name), nsmap=prefixes)
    _fill(root, tree, rename, {uri: prefix for prefix, uri in prefixes.items() if prefix})
    return bytes(etree.tostring(root, encoding="UTF-8"))


def _fill(element: etree._Element, tree: Tree, rename: Rename, prefixes: dict[str, str]) -> None:
    if tree.type is not None:
        namespace, local = split(rename(tree.type))
        element.set(f"{{{XSI}}}type", f"{prefixes[namespace]}:{local}" if namespace else local)
    if tree.nil:
        element.set(f"{{{XSI}}}nil", "true")
    for name, value in tree.attributes:
        element.set(rename(name), value)
    element.text = tree.text or None
    for child in tree.children:
        _fill(etree.SubElement(element, rename(child.name)), child, rename, prefixes)


def _every(tree: Tree) -> Iterator[Tree]:
    yield tree
    for child in tree.children:
        yield from _every(child)
