"""A category as an XML schema: typed elements in a namespace of the category's own.

`Attributes` is the whole statement, `PartialAttributes` what a patch changes (`xsi:nil="true"` takes an
attribute away) or what a reader may see of a record. Order is free (`xs:all`); a list is an element that
holds its elements as `item`. The schema says what the JSON Schema says, but for assertions across
attributes; numbers, dates and booleans are pinned to the forms that all formats share, since XSD's own
types admit `+7.40`, `2024-01-01Z` and `1`. Where the two differ, JSON Schema has the last word.

Source: XML Schema 1.0 part 2 (patterns are anchored by nature); DESIGN.md section 8.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from adapters.lexical import write
from adapters.market_document.names import COMPLETE, ELEMENT, PARTIAL
from adapters.market_document.xsd_text import laid_out
from contracts.categories import Attribute, Category

_DECIMAL = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?"
_INTEGER = r"-?(0|[1-9][0-9]*)"
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
#: No | and no outer blanks, as RECORDS.md section 2 has it; what else is not printable is left to the hub.
_PRINTABLE = r"[^|\s]([^|\n\r\t]*[^|\s])?"
Schema = Mapping[str, Any]


def category_xsd(category: Category) -> str:
    """The XML schema (1.0) of one category version."""
    namespace = category.document["$id"]
    lines = [
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns={quoteattr(namespace)}',
        f'    targetNamespace={quoteattr(namespace)} elementFormDefault="qualified" version={quoteattr(category.version)}>',
        *_annotation(f"{category.title}. {category.document['description']}"),
        f'<xs:element name="{COMPLETE}" type="{COMPLETE}"/>',
        f'<xs:element name="{PARTIAL}" type="{PARTIAL}"/>',
        *_whole(COMPLETE, _statement(category)),
        *_whole(PARTIAL, _patch(category)),
        *(line for attribute in category.attributes for line in _type(attribute)),
        "</xs:schema>",
    ]
    return laid_out(lines)


def _statement(category: Category) -> Iterator[str]:
    for attribute in category.attributes:
        needed = "1" if attribute.name in category.required else "0"
        opening = f'<xs:element name="{attribute.xml_name}" type="{attribute.xml_name}" minOccurs="{needed}"'
        yield f"{opening}>"
        yield from _annotation(_described(attribute))
        yield "</xs:element>"


def _patch(category: Category) -> Iterator[str]:
    for attribute in category.attributes:
        name = attribute.xml_name
        yield f'<xs:element name="{name}" type="{name}" minOccurs="0" nillable="true"/>'


def _whole(name: str, elements: Iterator[str]) -> Iterator[str]:
    yield f'<xs:complexType name="{name}"><xs:all>'
    yield from elements
    yield "</xs:all></xs:complexType>"


def _described(attribute: Attribute) -> str:
    unit = f" Unit: {attribute.unit}." if attribute.unit else ""
    return f"{attribute.title}. {attribute.description}{unit}"


def _annotation(text: str) -> Iterator[str]:
    yield f"<xs:annotation><xs:documentation>{escape(text)}</xs:documentation></xs:annotation>"


def _type(attribute: Attribute) -> Iterator[str]:
    name, schema = quoteattr(attribute.xml_name), attribute.schema
    if attribute.type != "array":
        yield from _simple_type(schema, f" name={name}")
        return
    bounds = f'minOccurs="{schema["minItems"]}" maxOccurs="{schema["maxItems"]}"'
    yield f'<xs:complexType name={name}><xs:sequence><xs:element name="{ELEMENT}" {bounds}>'
    yield from _element_type(schema["items"])
    yield "</xs:element></xs:sequence></xs:complexType>"


def _element_type(schema: Schema) -> Iterator[str]:
    if schema["type"] != "object":
        yield from _simple_type(schema)
        return
    yield "<xs:complexType><xs:all>"
    for name, part in schema["properties"].items():
        needed = "1" if name in schema["required"] else "0"
        yield f'<xs:element name="{part["xml_name"]}" minOccurs="{needed}">'
        unit = f" Unit: {part['unit']}." if "unit" in part else ""
        yield from _annotation(f"{part['title']}.{unit}")
        yield from _simple_type(part)
        yield "</xs:element>"
    yield "</xs:all></xs:complexType>"


def _simple_type(schema: Schema, name: str = "") -> Iterator[str]:
    base, facets = _restriction(schema)
    yield f'<xs:simpleType{name}><xs:restriction base="xs:{base}">'
    for facet, value in facets:
        yield f"<xs:{facet} value={quoteattr(value)}/>"
    yield "</xs:restriction></xs:simpleType>"


def _restriction(schema: Schema) -> tuple[str, list[tuple[str, str]]]:
    """Base type and facets of a scalar."""
    match schema["type"]:
        case "boolean":
            return "boolean", [("pattern", "true|false")]
        case "integer":
            return "integer", [("pattern", _INTEGER), *_bounds(schema)]
        case "number":
            digits = ("fractionDigits", str(schema["fraction_digits"]))
            return "decimal", [("pattern", _DECIMAL), digits, *_bounds(schema)]
    if "enum" in schema:
        return "string", [("enumeration", option) for option in schema["enum"]]
    if schema.get("format") == "date":
        return "date", [("pattern", _DATE)]
    lengths = [("minLength", "1"), ("maxLength", str(schema["maxLength"]))]
    return "string", [*lengths, ("pattern", xsd_pattern(schema.get("pattern", f"^{_PRINTABLE}$")))]


def _bounds(schema: Schema) -> list[tuple[str, str]]:
    return [("minInclusive", write(schema["minimum"])), ("maxInclusive", write(schema["maximum"]))]


def xsd_pattern(pattern: str) -> str:
    """A pattern of JSON Schema as XSD reads it, which anchors every pattern.

    An anchor that is there goes; where there is none, anything may stand before or after.
    """
    inner = pattern.removeprefix("^")
    before = "" if inner != pattern else r"[\s\S]*"
    is_anchored = inner.endswith("$") and not inner.endswith(r"\$")
    after = "" if is_anchored else r"[\s\S]*"
    body = inner[:-1] if is_anchored else inner
    return f"{before}({body}){after}" if before or after else body
