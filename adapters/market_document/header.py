"""The header of a market document: read as far as it can be, and what is wrong with it.

A fault of the header refuses the document: nobody knows then what it is, or from whom.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

import xmlschema
from lxml import etree

from adapters.cloud_events import read_time
from adapters.market_document.findings import Finding, of_lxml, of_xmlschema
from adapters.market_document.layout import HEADER, SUBJECT
from adapters.market_document.names import HUB, LONGEST_ID, LONGEST_PARTY, SCHEMES, Party, local
from adapters.market_document.places import xpath
from contracts.reasons import Reason, Rule

_SCHEME = "codingScheme"
_MOST = 50
#: Of a first series: whether something else follows.
_INTERRUPTED = etree.XPath("boolean(following-sibling::*[local-name() != 'TimeSeries'])")
_STRAY_TEXT = etree.XPath("boolean(text()[normalize-space()])")
_CODE = re.compile(r"[A-Z][0-9]{2}")
_FORMS = {
    "ID": re.compile(rf".{{1,{LONGEST_ID}}}"),
    "Version": re.compile(r"[1-9][0-9]{0,2}"),
    "DocumentType": _CODE,
    "ProcessType": _CODE,
    "Role": _CODE,
    "PartyID": re.compile(rf".{{1,{LONGEST_PARTY}}}"),
    "DateTime": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"),
    "id": re.compile(r".{1,24}"),
}


class ReadHeader(NamedTuple):
    """What a header says. `document` is what an answer repeats of it: well-formed members alone."""

    document: dict[str, Any]
    message_id: str | None
    on_behalf_of: str | None
    created_at: datetime | None


def read_header(root: etree._Element) -> ReadHeader:
    """The members that can be read, however faulty the rest is, of a document of any kind."""
    namespace = root.tag[: root.tag.find("}") + 1]
    document: dict[str, Any] = {}
    for field in (*HEADER, SUBJECT):
        element = root.find(f"{namespace}{field.xml_name}")
        text = "" if element is None else element.text or ""
        if element is None or not _FORMS[field.type].fullmatch(text):
            continue
        if field.type != "PartyID":
            document[field.member] = text
        elif element.get(_SCHEME) in SCHEMES:
            document[field.member] = {"scheme": element.get(_SCHEME), "id": text}
    name, revision = document.get("mRID"), document.get("revisionNumber")
    return ReadHeader(
        document,
        f"{name}:{revision}" if name and revision else name,
        document.get("on_behalf_of"),
        read_time(document.get("created", "")),
    )


def check_header(
    root: etree._Element,
    series_tag: str,
    schema: etree.XMLSchema,
    readable: Callable[[], xmlschema.XMLSchema10],
) -> tuple[Reason, ...]:
    """MSG-13, one for each element outside of the series that the schema of the envelope refuses.

    `readable` makes the slow schema, which says what was expected.
    """
    misplaced = _misplaced(root, series_tag)
    header = root.makeelement(root.tag, dict(root.attrib), root.nsmap)
    header.text = root.text
    kept = islice(root.iterchildren(), _MOST)
    header.extend(deepcopy(child) for child in kept if child.tag != series_tag)
    if schema.validate(header):
        return misplaced
    log = schema.error_log
    worded = _reasons(header, of_xmlschema(readable().iter_errors(header)))
    found = worded or _reasons(header, of_lxml(header, log))
    told = {reason.place for reason in misplaced}
    return (*(reason for reason in found if reason.place not in told), *misplaced)


def _reasons(header: etree._Element, findings: Iterator[Finding]) -> tuple[Reason, ...]:
    root = f"/{local(header.tag)}"
    places: dict[str, Reason] = {}
    for finding in islice(findings, _MOST):
        place = xpath(finding.element, header, root)
        places.setdefault(place, Reason(Rule.MSG_13, finding.text, place=place))
    return tuple(places.values())


def _misplaced(root: etree._Element, series_tag: str) -> tuple[Reason, ...]:
    """What stands between the series or after them: elements, or text."""
    place = f"/{local(root.tag)}"
    first = next(root.iterchildren(series_tag), None)
    if first is None:
        return ()
    reasons: list[Reason] = []
    if _STRAY_TEXT(root):
        reasons.append(Reason(Rule.MSG_13, "there is text between the elements", place=place))
    if _INTERRUPTED(first):
        tags = (each.tag for each in first.itersiblings())
        others = (local(tag)[:LONGEST_ID] for tag in tags if tag != series_tag)
        reasons += [
            Reason(Rule.MSG_13, f"{name} stands after a TimeSeries", place=f"{place}/{name}")
            for name in islice(others, _MOST)
        ]
    return tuple(reasons)


def receiver_reasons(document: dict[str, Any], root: str) -> tuple[Reason, ...]:
    """XML-04, where a well-formed receiver is not the hub."""
    receiver = document.get("receiver")
    if receiver is None or Party(**receiver) == HUB:
        return ()
    text = f"the document is addressed to {receiver['id']} ({receiver['scheme']}); the hub is {HUB.id} ({HUB.scheme})"
    return (Reason(Rule.XML_04, text, place=f"/{root}/receiver_MarketParticipant.mRID"),)
