"""The XML schemas of the hub's two documents, generated from the table of item members.

`schemas/xml/` holds them as files, which a test compares with what stands here. Attributes of an asset are
let in by `xs:any` with strict processing, in the namespace of their category.
"""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from adapters.market_document.layout import (
    BUNDLE,
    COMMANDS,
    HEADER,
    NOTIFICATION,
    RECORDS,
    SUBJECT,
    Field,
    Series,
)
from adapters.market_document.names import LONGEST_ID, LONGEST_PARTY, SCHEMES
from adapters.market_document.xsd_text import laid_out
from contracts.item_members import Group, Member

#: Kind of a member (or type of a header's field) -> base and facets. No stricter than the command itself.
_TYPES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "line": ("string", (("minLength", "1"), ("maxLength", "200"), ("pattern", "[^|]*"))),
    "token": ("string", (("pattern", "[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}"),)),
    "id": ("string", (("minLength", "1"), ("maxLength", "24"))),
    "choice": ("string", (("pattern", "[a-z][a-z0-9_]{0,63}"),)),
    "integer": ("integer", (("pattern", "-?(0|[1-9][0-9]{0,17})"),)),
    "number": ("decimal", (("pattern", r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?"),)),
    "boolean": ("boolean", (("pattern", "true|false"),)),
    "date": ("date", (("pattern", "[0-9]{4}-[0-9]{2}-[0-9]{2}"),)),
    "time": (
        "dateTime",
        (("pattern", r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z"),),
    ),
    "json": ("string", (("minLength", "1"),)),
    "key": ("string", (("minLength", "1"),)),
    "ID": ("string", (("minLength", "1"), ("maxLength", str(LONGEST_ID)))),
    "Version": ("string", (("pattern", "[1-9][0-9]{0,2}"),)),
    "Role": ("string", (("pattern", "[A-Z][0-9]{2}"),)),
    "DateTime": (
        "dateTime",
        (("pattern", "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"),),
    ),
    "PartyID-base": ("string", (("minLength", "1"), ("maxLength", str(LONGEST_PARTY)))),
    "CodingScheme": ("string", tuple(("enumeration", scheme) for scheme in SCHEMES)),
}
_PARTY = """<xs:complexType name="PartyID"><xs:simpleContent><xs:extension base="PartyID-base">
<xs:attribute name="codingScheme" type="CodingScheme" use="required"/>
</xs:extension></xs:simpleContent></xs:complexType>"""
_SERIES_END = '<xs:any namespace="##other" processContents="strict" minOccurs="0"/>'


def envelope_xsd(series: Series) -> str:
    """The XML schema (1.0) of one of the hub's documents."""
    namespace = series.root.namespace
    lines = [
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{namespace}"',
        f'    targetNamespace="{namespace}" elementFormDefault="qualified" version="1.0">',
        f'<xs:element name="{series.root.name}" type="Document"/>',
        '<xs:element name="TimeSeries" type="Series"/>',
        *_sequence("Document", _document(series)),
        *_sequence("Series", _series(series)),
        *(line for group in series.groups for line in _group(group)),
        *_bundle_types(series),
        *_simple_types(series),
        _PARTY,
        "</xs:schema>",
    ]
    return laid_out(lines)


def _document(series: Series) -> Iterator[str]:
    yield from map(_field, HEADER)
    yield _field(SUBJECT)
    if series is RECORDS:
        yield _element("Bundle", "Bundle")
    yield '<xs:element ref="TimeSeries" minOccurs="0" maxOccurs="unbounded"/>'


def _series(series: Series) -> Iterator[str]:
    yield _element("mRID", "ID", needed="1")
    yield _element("command" if series is COMMANDS else "record", "Command", needed="1")
    for member in series.members:
        if member.xml_name != "mRID":
            yield _element(
                member.xml_name,
                member.kind,
                is_nillable=member.xml_name in series.nillable,
                heading=member.heading,
            )
    for group in series.groups:
        is_nillable = group.xml_name in series.nillable
        yield _element(group.xml_name, group.xml_name, most="unbounded", is_nillable=is_nillable)
    if series is RECORDS:
        yield _element("Notification", "Notification")
    yield _SERIES_END


def _group(group: Group) -> Iterator[str]:
    return _sequence(group.xml_name, map(_member, group.members))


def _bundle_types(series: Series) -> Iterator[str]:
    if series is RECORDS:
        yield from _sequence("Bundle", map(_field, BUNDLE))
        yield from _sequence("Notification", map(_field, NOTIFICATION))


def _simple_types(series: Series) -> Iterator[str]:
    for name, (base, facets) in _TYPES.items():
        yield from _simple_type(name, base, facets)
    codes = {
        "DocumentType": (series.root.type,),
        "ProcessType": (series.root.process_type,),
        "Command": tuple(command.removesuffix(".record") for command in series.commands),
    }
    for name, allowed in codes.items():
        yield from _simple_type(name, "string", tuple(("enumeration", each) for each in allowed))


def _simple_type(name: str, base: str, facets: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield f'<xs:simpleType name="{name}"><xs:restriction base="xs:{base}">'
    yield from (f'<xs:{facet} value="{escape(value)}"/>' for facet, value in facets)
    yield "</xs:restriction></xs:simpleType>"


def _sequence(name: str, elements: Iterator[str]) -> Iterator[str]:
    yield f'<xs:complexType name="{name}"><xs:sequence>'
    yield from elements
    yield "</xs:sequence></xs:complexType>"


def _field(field: Field) -> str:
    return _element(field.xml_name, field.type, needed="1" if field.mandatory else "0")


def _member(member: Member) -> str:
    return _element(member.xml_name, member.kind, heading=member.heading)


def _element(
    name: str,
    type: str,
    *,
    needed: str = "0",
    most: str = "1",
    is_nillable: bool = False,
    heading: str = "",
) -> str:
    """One element; what is left out has the value that XML Schema takes for it."""
    occurs = "" if needed == "1" else f' minOccurs="{needed}"'
    occurs += "" if most == "1" else f' maxOccurs="{most}"'
    nillable = ' nillable="true"' if is_nillable else ""
    opening = f'<xs:element name="{name}" type="{type}"{occurs}{nillable}'
    if not heading:
        return f"{opening}/>"
    said = f"<xs:documentation>{escape(heading)}</xs:documentation>"
    return f"{opening}><xs:annotation>{said}</xs:annotation></xs:element>"
