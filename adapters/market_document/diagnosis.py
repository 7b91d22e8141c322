"""Why the XML schema refuses a series: reasons with places, each fault said once.

lxml says that a series is refused. What it found about a value that is handed on is left out, since the
JSON Schema (or the form of the command) says it with a rule of its own; what was said already, too. The
rest, such as a wrong order, is told in the words of xmlschema, which names what was expected. That takes
milliseconds a series, so it is done for the first `READABLE_SERIES` of a document; after those lxml's own
sentence stands.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import xmlschema
from lxml import etree
from xmlschema.validators import XMLSchemaChildrenValidationError, XsdFacet, XsdSimpleType

from adapters.market_document.category_forms import CategoryForms
from adapters.market_document.inspection import MOST_FAULTS, inspect
from adapters.market_document.names import CATEGORY_NAMESPACE, local
from adapters.market_document.places import xpath
from adapters.market_document.plans import Plans
from contracts.messages import Item
from contracts.reasons import Reason, Rule

READABLE_SERIES = 50
_NAMED_EXPECTED = 8
_TYPES = etree.ErrorTypes
_CONTENT = _TYPES.SCHEMAV_ELEMENT_CONTENT
#: What lxml says of a value: not of its type, or outside of a facet.
_OF_A_VALUE = {
    _TYPES.SCHEMAV_CVC_DATATYPE_VALID_1_2_1,
    _TYPES.SCHEMAV_CVC_ENUMERATION_VALID,
    *range(_TYPES.SCHEMAV_CVC_LENGTH_VALID, _TYPES.SCHEMAV_CVC_PATTERN_VALID + 1),
}
_NAMESPACES = re.compile(r"\{(?:urn|http)[^{}]*\}")
_TIME = "is a time in UTC, like 2026-11-24T09:30:00Z"
_LONGEST_SHOWN = 60


class Finding(NamedTuple):
    """What a schema found: at which element, whether it speaks of its value or of its content."""

    element: etree._Element
    text: str
    is_value: bool
    is_content: bool


class Diagnosis:
    """Diagnoses the series of one document. `readable` makes the slow schema when it is first needed."""

    def __init__(
        self, plans: Plans, forms: CategoryForms, readable: Callable[[], xmlschema.XMLSchema10]
    ) -> None:
        self._plans = plans
        self._forms = forms
        self._readable = readable
        self._left = READABLE_SERIES

    def reasons(
        self, series: etree._Element, item: Item, log: Iterable[etree._LogEntry]
    ) -> list[Reason]:
        """What is wrong with a series besides what its item says already. `log`: lxml's errors."""
        place = item.place
        told = {reason.place for reason in item.reasons}
        faults = {
            xpath(fault.element, series, place): fault.text
            for fault in reversed(inspect(series, self._plans, self._forms))
        }
        reasons = [
            Reason(Rule.XML_03, text, place=where)
            for where, text in reversed(faults.items())
            if where not in told
        ]
        told |= faults.keys()
        if not item.command and told:
            return reasons
        found = list(self._untold(series, place, told, of_lxml(series, log)))
        if found and self._left:
            self._left -= 1
            worded = of_xmlschema(self._readable().iter_errors(series))
            found = list(self._untold(series, place, told, worded)) or found
        return [*reasons, *found]

    def _untold(
        self,
        series: etree._Element,
        place: str,
        told: set[str],
        findings: Iterator[Finding],
    ) -> Iterator[Reason]:
        for finding in islice(findings, MOST_FAULTS):
            where = xpath(finding.element, series, place)
            if where in told or self._is_handed_on(finding):
                continue
            element = finding.element
            if finding.is_value and element.tag in self._plans.times:
                text = (
                    f"{local(element.tag)} {_TIME}; found {(element.text or '')[:_LONGEST_SHOWN]!r}"
                )
                yield Reason(Rule.ITEM_03, text, place=where)
            else:
                yield Reason(Rule.XML_03, finding.text, place=where)

    def _is_handed_on(self, finding: Finding) -> bool:
        """Whether somebody else judges this: nobody does for records, which the hub takes from no one."""
        element = finding.element
        if self._plans.is_record:
            return False
        is_of_category = _is_of_category(element)
        if finding.is_content:
            parent = element.getparent()
            return is_of_category or (parent is not None and _is_of_category(parent))
        if not finding.is_value or element.text is None or len(element):
            return False
        return is_of_category or element.tag not in (*self._plans.times, self._plans.id_tag)


def _is_of_category(element: etree._Element) -> bool:
    return CATEGORY_NAMESPACE.match(element.tag[1:]) is not None


def of_lxml(series: etree._Element, log: Iterable[etree._LogEntry]) -> Iterator[Finding]:
    for error in log:
        element = _located(series, error.path)
        text = _NAMESPACES.sub("", error.message)
        yield Finding(element, text, error.type in _OF_A_VALUE, error.type == _CONTENT)


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
