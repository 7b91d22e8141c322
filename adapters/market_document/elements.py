"""XML as text: elements with their values, indented. The same calls give the same bytes."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from adapters.lexical import write
from adapters.market_document.names import XSI

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
XSI_DECLARATION = f'xmlns:xsi="{XSI}"'
#: What XML 1.0 cannot carry at all. Source: XML 1.0, production 2 (Char).
NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INDENT = "  "


def carried(text: str) -> str:
    """The text with `?` for every character that XML cannot carry."""
    return NOT_XML.sub("?", text)


def leaf(depth: int, name: str, value: Any, attributes: Mapping[str, str] | None = None) -> str:
    """One element with a scalar. Raises ValueError for text that XML cannot carry."""
    text = write(value)
    if NOT_XML.search(text):
        raise ValueError(f"{name} holds a character that XML cannot carry")
    given = "".join(f" {key}={quoteattr(each)}" for key, each in (attributes or {}).items())
    return f"{_INDENT * depth}<{name}{given}>{escape(text, {chr(13): '&#13;'})}</{name}>"


def nil(depth: int, name: str) -> str:
    """An element that takes a member away."""
    return f'{_INDENT * depth}<{name} xsi:nil="true"/>'


def holder(depth: int, name: str, lines: Iterable[str], namespace: str = "") -> list[str]:
    """An element around others; `namespace` is declared where it is given."""
    declared = f' xmlns="{namespace}"' if namespace else ""
    inner = list(lines)
    if not inner:
        return [f"{_INDENT * depth}<{name}{declared}/>"]
    return [f"{_INDENT * depth}<{name}{declared}>", *inner, f"{_INDENT * depth}</{name}>"]
