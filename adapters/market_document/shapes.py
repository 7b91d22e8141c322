"""Shapes: series with the same tags differ in their texts alone.

A partner's thousand assets have a few shapes. The first series of a shape is parsed, checked by the XML
schema and read as every series is; from that a pattern is learnt, with a group for each text, and where in
the payload each text goes. A series that the pattern matches has the same elements, so that what the
schema says of the first holds for it, and its payload is made of its texts. Everything else about it (a
text that is empty, a number or time of another form, a name too long, another command or category, another
tag, attribute or order) is no match, and the series is looked at by itself.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, NamedTuple

from lxml import etree

from adapters.lexical import NUMBER, is_true, read_sound_number
from adapters.market_document.names import LONGEST_ID
from adapters.market_document.plans import Plans
from adapters.market_document.templates import MARK, Conversion, Node, node
from contracts.messages import Item

#: Tags between which a text stands for itself: no prefix, and no attribute but a namespace.
_TAG = re.compile(r'<(/?)[A-Za-z_][A-Za-z0-9_.-]*(?: xmlns="[^"<>&]*")?(/?)>')
_TAGS = re.compile("(<[^>]*>)")
_ANY, _NAME = "([^<]+)", f"([^<]{{1,{LONGEST_ID}}})"
_TIME = "([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]{1,6})?Z)"
_OF_CONVERSION: dict[Conversion | None, str] = {
    None: _ANY,
    read_sound_number: f"({NUMBER})",
    is_true: "(true|false)",
}
Read = Callable[[Any], Item]


class Shape(NamedTuple):
    """`match` takes the text of a series up to its end tag; `name` is the group of its mRID."""

    match: Callable[[str], re.Match[str] | None]
    name: int
    command: str
    payload: Node


def learnt(text: str, series: etree._Element, plans: Plans, read: Read) -> Shape | None:
    """The shape of a series that is valid, or None where it has something that no shape has.

    `text` is the series as it stands in the document, up to its end tag; `read` reads an element.
    """
    leaves = _leaves(series)
    tags = [each.tag for each in leaves if each.tag not in plans.fixed]
    probes = [
        read(_filled(series, plans, texts))
        for texts in (
            [f"{MARK}{number}{MARK}" for number in range(len(tags))],
            ["7"] * len(tags),
            ["true"] * len(tags),
        )
    ]
    if any(probe.reasons for probe in probes) or plans.id_tag not in tags:
        return None
    conversions: dict[int, Conversion | None] = {}
    marked, seven, true = (probe.payload for probe in probes)
    payload = node(marked, seven, true, conversions)
    name = tags.index(plans.id_tag)
    if {*conversions, name} != set(range(len(tags))):
        return None
    groups = [_group(tag, conversions.get(number), plans) for number, tag in enumerate(tags)]
    pattern = _pattern(text, leaves, iter(groups), plans)
    if pattern is None or pattern.fullmatch(text) is None:
        return None
    return Shape(pattern.fullmatch, name, probes[0].command, payload)


def _leaves(series: etree._Element) -> list[etree._Element]:
    return [each for each in series.iter() if not len(each) and each.text is not None]


def _filled(series: etree._Element, plans: Plans, texts: list[str]) -> etree._Element:
    """A copy with these texts in the leaves that are not fixed."""
    copy = deepcopy(series)
    free = (leaf for leaf in _leaves(copy) if leaf.tag not in plans.fixed)
    for leaf, text in zip(free, texts, strict=True):
        leaf.text = text
    return copy


def _group(tag: str, conversion: Conversion | None, plans: Plans) -> str:
    if tag == plans.id_tag:
        return _NAME
    return _TIME if tag in plans.times else _OF_CONVERSION[conversion]


def _pattern(
    text: str, leaves: list[etree._Element], groups: Iterator[str], plans: Plans
) -> re.Pattern[str] | None:
    parts = _TAGS.split(text)
    tags = [_TAG.fullmatch(tag) for tag in parts[1::2]]
    left = iter(leaves)
    pattern = [r"\s*"]
    for number, tag in enumerate(tags):
        if tag is None:
            return None
        pattern.append(re.escape(tag[0]))
        after = tags[number + 1] if number + 1 < len(tags) else None
        if tag[1] or tag[2] or after is None or not after[1]:
            pattern.append(r"\s*")
            continue
        leaf = next(left, None)
        if leaf is None:
            return None
        is_fixed = leaf.tag in plans.fixed
        pattern.append(re.escape(parts[2 * number + 2]) if is_fixed else next(groups))
    return re.compile("".join(pattern)) if next(left, None) is None else None
