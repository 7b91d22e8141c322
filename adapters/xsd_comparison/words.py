"""Words of children, kept as links: content may ask for a hundred thousand of them."""

from dataclasses import dataclass

from adapters.xsd_comparison.model.components import Declaration

Child = tuple[str, Declaration]
Word = tuple[Child, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """The children so far, by the last one."""

    child: Child
    before: "Path | None" = None


def word_of(path: Path | None) -> Word:
    children: list[Child] = []
    while path is not None:
        children.append(path.child)
        path = path.before
    return tuple(reversed(children))
