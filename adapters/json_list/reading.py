"""The elements of an excerpt: each as it is read in its document, or what is wrong with it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from adapters import strict_json
from adapters.json_list.coming_text import ComingText, as_bytes
from adapters.json_list.opening import Frame
from adapters.json_list.scanning import Value, value_at
from adapters.strict_json import Within
from contracts.messages import Limits
from contracts.reasons import Reason

_SEPARATORS = " \t\n\r,"


class Start(NamedTuple):
    """Where an excerpt begins: position of its first element in the list, number of its first item, line and column."""

    position: int
    item: int
    line: int
    column: int

    @classmethod
    def said(cls, said: Mapping[str, Any]) -> "Start":
        return cls(said["position"], said["item"], said["line"], said["column"])


class Element(NamedTuple):
    """`value` is None where there are `reasons` (MSG_02, MSG_03, MSG_12)."""

    position: int
    value: Any
    reasons: tuple[Reason, ...] = ()


def read_elements(body: bytes, start: Start, frame: Frame, limits: Limits) -> list[Element]:
    """Elements with what stands between them, as they were cut."""
    # At once, within brackets that stand for those of the document.
    bounds = replace(limits, body_bytes=limits.body_bytes + 2)
    values, refused = strict_json.read(b"[%b]" % body, bounds, Within(depth=frame.depth - 1))
    if not refused:
        return [Element(at, value) for at, value in enumerate(values, start.position)]
    return _one_by_one(body, start, frame, limits)


def _one_by_one(body: bytes, start: Start, frame: Frame, limits: Limits) -> list[Element]:
    text = ComingText.of(body, start.line, start.column)
    found: list[Element] = []
    at = 0
    while at < len(text.text):
        element = value_at(text.text, at, is_all=True)
        assert isinstance(element, Value), "an excerpt is cut between elements that were read"
        position = start.position + len(found)
        within = Within(f"{frame.pointer}/{position}", frame.depth, ((0, *text.at(at)),))
        own = as_bytes(text.text[at : element.end])
        found.append(Element(position, *strict_json.read(own, limits, within)))
        rest = text.text[element.end :]
        at = len(text.text) - len(rest.lstrip(_SEPARATORS))
    return found
