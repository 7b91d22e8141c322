"""What a schema finds, in one form whichever of the two libraries found it."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import xmlschema
from lxml import etree
from xmlschema.validators import XMLSchemaChildrenValidationError, XsdFacet, XsdSimpleType

from adapters.market_document.names import local

_NAMED_EXPECTED = 8
_TYPES = etree.ErrorTypes
#: What lxml says of a value: not of its type, or outside of a facet.
_OF_A_VALUE = {
    _TYPES.SCHEMAV_CVC_DATATYPE_VALID_1_2_1,
    _TYPES.SCHEMAV_CVC_ENUMERATION_VALID,
    *range(_TYPES.SCHEMAV_CVC_LENGTH_VALID, _TYPES.SCHEMAV_CVC_PATTERN_VALID + 1),
}
_NAMESPACES = re.compile(r"\{(?:urn|http)[^{}]*\}")


class Finding(NamedTuple):
    """What a schema found: at which element, whether it speaks of its value or of its content."""

    element: etree._Element
    text: str
    is_value: bool
    is_content: bool


def of_lxml(series: etree._Element, log: Iterable[etree._LogEntry]) -> Iterator[Finding]:
    for error in log:
        element = _located(series, error.path)
        text = _NAMESPACES.sub("", error.message)
        yield Finding(
            element, text, error.type in _OF_A_VALUE, error.type == _TYPES.SCHEMAV_ELEMENT_CONTENT
        )


def _located(series: etree._Element, path: str | None) -> etree._Element:
    """The element at a path of libxml2, whose first step is the series; the series if it is not found."""
    _, _, rest = (path or "").removeprefix("/").partition("/")
    if not rest:
        return series
    names = {prefix: uri for each in series.iter() for prefix, uri in each.nsmap.items() if prefix}
    try:
        found = series.xpath(f"./{rest}", namespaces=names)
    except etree.XPathError:  # one prefix for two namespaces
        return series
    return found[0] if found else series


def of_xmlschema(errors: Iterator[xmlschema.XMLSchemaValidationError]) -> Iterator[Finding]:
    for error in errors:
        element = error.elem
        if element is None:
            continue
        if isinstance(error, XMLSchemaChildrenValidationError):
            child = error.invalid_child
            element = element if child is None else child
            said = (
                "it is not complete"
                if child is None
                else f"{local(child.tag)} is not expected here"
            )
            text = f"{said}{_listed([local(tag) for tag in error.expected_tags])}"
            yield Finding(element, text, is_value=False, is_content=True)
        else:
            text = _NAMESPACES.sub("", error.reason or "it is not valid")
            is_value = isinstance(error.validator, XsdFacet | XsdSimpleType)
            yield Finding(element, text, is_value, is_content=False)


def _listed(expected: list[str]) -> str:
    if not expected:
        return ""
    more = (
        f" or {len(expected) - _NAMED_EXPECTED} others" if len(expected) > _NAMED_EXPECTED else ""
    )
    return f"; expected is {', '.join(expected[:_NAMED_EXPECTED])}{more}"
