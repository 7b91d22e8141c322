"""A document of many series, taken apart as text: the header by itself, and series by their shapes.

That is how a large document is read, several times as fast as by its tree. The header is a document of its
own; a series that a shape matches is well-formed, since its tags are those of one that is, and its texts
have no `<`, no `&` but in references, and no character that XML does not have. Any other series is parsed
by itself. Where one is not well-formed, where the text has something out of the ordinary, or where hardly
a series is like another, the answer is None: the document is then read by its tree, with the same result.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from lxml import etree

from adapters.market_document.elements import NOT_XML
from adapters.market_document.known_shapes import Shapes
from adapters.market_document.names import local
from adapters.market_document.parsing import parse
from adapters.market_document.plans import Plans, name_of
from adapters.market_document.templates import Texts
from contracts.messages import Item, Limits

#: Series from which on it pays to learn shapes.
FEWEST = 24
#: Series of no known shape that are parsed one by one; one more for every so many that are read.
MOST_MISSES, _READ_FOR_A_MISS = 64, 16
_START, _END = "<TimeSeries>", "</TimeSeries>"
_CONTROLS = bytes({*range(32)} - {9, 10, 13})
_REFERENCE = re.compile("&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_OPENING, _CLOSING = re.compile("<[A-Za-z_][^<>]*>"), re.compile(r"\s*</[^<>]*>\s*")


class Frame(NamedTuple):
    """A document taken apart. `root`: without the series; `opening`: its start tag, `tail`: its end tag;
    each of `series` lacks its end tag.
    """

    root: etree._Element
    opening: str
    series: list[str]
    tail: str


def taken_apart(body: bytes, limits: Limits) -> Frame | None:
    """The parts of a document, with the root of one that has the header alone."""
    if len(body) > limits.body_bytes or body.translate(None, _CONTROLS) != body:
        return None
    text = _decoded(body)
    first, last = text.find(_START), text.rfind(_END)
    opening, tail = _OPENING.search(text, 0, first), text[last + len(_END) :]
    if first < 0 or last < first or opening is None or not _CLOSING.fullmatch(tail):
        return None
    series = text[first:last].split(_END)
    if len(series) < FEWEST:
        return None
    root = parse(f"{text[:first]}{tail}".encode(), limits)
    return None if isinstance(root, tuple) else Frame(root, opening[0], series, tail)


def _decoded(body: bytes) -> str:
    """The text with its lines ended as XML ends them; "" where it has something that is looked at elsewhere."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    if "\ufffe" in text or "\uffff" in text or "]]" in text:
        return ""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def items_of(
    frame: Frame,
    plans: Plans,
    *,
    first: int,
    shapes: Shapes,
    checked: Callable[[etree._Element, int], Item],
) -> tuple[list[Item], list[str]] | None:
    """Items, numbered from `first`, and the names of their series; None where the document is to be read by
    its tree.

    `checked` reads the element of that number and says all that is wrong with it.
    """
    items: list[Item] = []
    names: list[str] = []
    misses = 0
    place = f"/{local(frame.root.tag)}/TimeSeries"
    for number, text in enumerate(frame.series, first):
        found = shapes.matched(text)
        if found is not None:
            shape, texts = found
            if "&" in text:
                resolved = _resolved(texts)
                if resolved is None:
                    return None
                texts = resolved
            payload = shape.payload.made(texts)
            items.append(Item(number, f"{place}[{number}]", shape.command, payload))
            names.append(texts[shape.name])
            continue
        misses += 1
        element = _element(frame, text)
        if element is None or misses > MOST_MISSES + (number - first) // _READ_FOR_A_MISS:
            return None
        item = checked(element, number)
        items.append(item)
        names.append(name_of(element, plans.id_tag))
        if not item.reasons:
            shapes.learn(text, element)
    return items, names


def _element(frame: Frame, text: str) -> etree._Element | None:
    """A series by itself, below a root of the document's own; None if it is no series alone."""
    if "<?" in text or not text.lstrip().startswith(_START):
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(f"{frame.opening}{text}{_END}{frame.tail}".encode(), parser)
    except etree.XMLSyntaxError:
        return None
    return root[0] if len(root) == 1 else None


def _resolved(texts: Texts) -> Texts | None:
    """The texts with their references resolved; None where one is not well-formed."""
    try:
        return tuple(
            _REFERENCE.sub(_character, text) if "&" in text else text
            for text in texts
            if _is_sound(text)
        )
    except ValueError:
        return None


def _is_sound(text: str) -> bool:
    if text.count("&") != len(_REFERENCE.findall(text)):
        raise ValueError(text)
    return True


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return _NAMED[match[1]]
    character = chr(int(match[2]) if match[2] else int(match[3], 16))
    if NOT_XML.fullmatch(character):
        raise ValueError(match[0])
    return character
