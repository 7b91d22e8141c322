"""Payloads that are alike: made from texts by a template, which is learnt from a payload of marks."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from adapters.lexical import is_true, read_sound_number

#: A character that no schema takes for anything; between two of them stands the number of a text.
MARK = "\ue000"
Texts = tuple[str, ...]
Conversion = Callable[[str], Any]


class Node(NamedTuple):
    """An object: constants, texts, texts that are converted, and what it holds within."""

    constants: Mapping[str, Any]
    keys: tuple[str, ...]
    pick: Callable[[Texts], Texts]
    conversions: tuple[tuple[str, Conversion], ...]
    inner: "tuple[tuple[str, Node | Nodes], ...]"

    def made(self, texts: Texts) -> dict[str, Any]:
        constants, keys, pick, conversions, inner = self
        made: dict[str, Any] = dict(zip(keys, pick(texts), strict=False))
        for key, convert in conversions:
            made[key] = convert(made[key])
        if constants:
            made |= constants
        for key, within in inner:
            made[key] = within.made(texts)
        return made


class Nodes(NamedTuple):
    """A list: of objects, or of texts that are converted alike."""

    elements: tuple[Node, ...]
    pick: Callable[[Texts], Texts]
    convert: Conversion | None

    def made(self, texts: Texts) -> list[Any]:
        if self.elements:
            return [each.made(texts) for each in self.elements]
        picked = self.pick(texts)
        return list(picked) if self.convert is None else [self.convert(each) for each in picked]


def node(marked: Any, seven: Any, true: Any, conversions: dict[int, Conversion | None]) -> Node:
    """The template that makes objects like `marked`, whose texts are marks.

    `seven` and `true` are the same object read with the texts `7` and `true`: they show what each text is
    read as. `conversions` is filled: number of a text -> how it is converted.
    """
    constants: dict[str, Any] = {}
    places: dict[str, int] = {}
    inner: list[tuple[str, Node | Nodes]] = []
    for key, value in marked.items():
        if isinstance(value, dict):
            inner.append((key, node(value, seven[key], true[key], conversions)))
        elif isinstance(value, list):
            inner.append((key, _nodes(value, seven[key], true[key], conversions)))
        elif (number := _number(value)) is not None:
            places[key] = number
            conversions[number] = _conversion(seven[key], true[key])
        else:
            constants[key] = value
    converted = ((key, conversions[number]) for key, number in places.items())
    return Node(
        constants,
        tuple(places),
        _picker(list(places.values())),
        tuple((key, convert) for key, convert in converted if convert is not None),
        tuple(inner),
    )


def _nodes(marked: Any, seven: Any, true: Any, conversions: dict[int, Conversion | None]) -> Nodes:
    if marked and isinstance(marked[0], dict):
        three = zip(marked, seven, true, strict=True)
        return Nodes(tuple(node(*each, conversions) for each in three), _picker([]), None)
    numbers = [number for value in marked if (number := _number(value)) is not None]
    convert = _conversion(seven[0], true[0]) if numbers else None
    conversions.update(dict.fromkeys(numbers, convert))
    return Nodes((), _picker(numbers), convert)


def _number(value: Any) -> int | None:
    is_marked = isinstance(value, str) and value.startswith(MARK) and value.endswith(MARK)
    return int(value[1:-1]) if is_marked else None


def _conversion(seven: Any, true: Any) -> Conversion | None:
    if not isinstance(seven, str):
        return read_sound_number
    return None if isinstance(true, str) else is_true


def _picker(numbers: list[int]) -> Callable[[Texts], Texts]:
    """Picks these texts; `itemgetter` gives a bare value for a single one, and takes none for nothing."""
    if len(numbers) > 1:
        return itemgetter(*numbers)
    return itemgetter(slice(numbers[0], numbers[0] + 1)) if numbers else itemgetter(slice(0, 0))
