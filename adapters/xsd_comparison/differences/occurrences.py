"""How often each child may come, whatever the order."""

from collections.abc import Mapping

from adapters.xsd_comparison.model.components import Declaration, ElementLeaf, Leaf
from adapters.xsd_comparison.model.content import Content, Unordered
from contracts.regular.terms import Term

#: Least and most; None: any number.
Range = tuple[int, int | None]
ANY_ELEMENT = "*"


def occurrences(content: Content) -> dict[str, Range]:
    """By the name of the particle; `*` for wildcards."""
    if isinstance(content, Unordered):
        ranges: dict[str, Range] = {}
        for leaf, required in content.left:
            ranges[_name(leaf)] = (int(required and not content.optional), 1)
        return ranges
    named: dict[str, Range] = {}
    for letter, (least, most) in _of(content.term).items():
        name = _name(content.leaves[letter])
        named[name] = _sum(named.get(name, (0, 0)), (least, most))
    return named


def wildcards(content: Content) -> frozenset[Leaf]:
    return frozenset(leaf for leaf in content.particles if not isinstance(leaf, ElementLeaf))


def declared(content: Content) -> dict[str, Declaration]:
    """Children by name, as the first particle of that name declares them."""
    leaves = (leaf for leaf in content.particles if isinstance(leaf, ElementLeaf))
    return {name: each for leaf in reversed([*leaves]) for name, each in leaf.declarations}


def _name(leaf: Leaf) -> str:
    if isinstance(leaf, ElementLeaf):
        return leaf.name
    return ANY_ELEMENT


def _of(term: Term) -> Mapping[int, Range]:
    match term.kind:
        case "chars":
            letters = [n for low, high in term.parts[0] for n in range(low, high + 1)]  # type: ignore[attr-defined] # a set
            return dict.fromkeys(letters, (1 if len(letters) == 1 else 0, 1))
        case "concat":
            head, tail = (_of(part) for part in term.parts)  # type: ignore[arg-type] # two terms
            return {n: _sum(head.get(n, (0, 0)), tail.get(n, (0, 0))) for n in {**head, **tail}}
        case "repeat":
            inner, least, most = term.parts
            return {
                n: (low * least, None if most is None or high is None else high * most)  # type: ignore[operator] # counts
                for n, (low, high) in _of(inner).items()  # type: ignore[arg-type] # a term
            }
        case "either":
            ways = [_of(part) for part in term.parts[0]]  # type: ignore[attr-defined] # a set of terms
            return {n: _either([way.get(n, (0, 0)) for way in ways]) for way in ways for n in way}
    return {}


def _sum(one: Range, other: Range) -> Range:
    most = None if one[1] is None or other[1] is None else one[1] + other[1]
    return one[0] + other[0], most


def _either(ranges: list[Range]) -> Range:
    most = [high for _, high in ranges]
    return min(low for low, _ in ranges), None if None in most else max(
        h for h in most if h is not None
    )
