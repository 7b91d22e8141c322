"""That an array or object differs from given ones, said by its elements or members."""

from collections.abc import Iterator

from registry_store.containment.formulas import Arena, Formula
from registry_store.containment.json_values import Key
from registry_store.containment.names import Names


def unequal(arena: Arena, unlike: Formula) -> Formula:
    """For a negated `enum` of arrays or objects."""
    return arena.all_of(arena.any_of(_ways(arena, key)) for key in unlike.parts[1])


def _ways(arena: Arena, key: Key) -> Iterator[Formula]:
    size = len(key[1])
    if key[0] == "array":
        yield arena.no(arena.atom("max_items", size))
        yield arena.no(arena.atom("min_items", size)) if size else arena.false
        for place, item in enumerate(key[1]):
            yield arena.no(arena.element(place, arena.atom("enum", (item,))))
    else:
        yield arena.no(arena.atom("max_members", size))
        for name, member in sorted(key[1], key=lambda pair: str(pair[0])):
            yield arena.no(arena.atom("present", name))
            yield arena.no(arena.members(Names(words=(name,)), arena.atom("enum", (member,))))
