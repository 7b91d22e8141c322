"""The hot path's schema of a category: where elements stand, and nothing of what their text means.

It lets through what `category_xsd` describes, written in the order of the ordinals, as every writer of the
hub writes it; the values are then judged once, by the JSON Schema. What it refuses is looked at again with
the whole schema, so that another order costs time and nothing else. Checking values here, too, would make
the check three times as long.
"""

from collections.abc import Iterator

from adapters.market_document.names import COMPLETE, ELEMENT, PARTIAL
from contracts.categories import Attribute, Category

_TEXT = '<xs:simpleType name="Text"><xs:restriction base="xs:string"><xs:minLength value="1"/></xs:restriction></xs:simpleType>'


def structure_xsd(category: Category) -> str:
    """An XML schema (1.0) in the namespace of the category."""
    namespace = category.document["$id"]
    return "".join(
        [
            f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{namespace}" ',
            f'targetNamespace="{namespace}" elementFormDefault="qualified">',
            *_root(COMPLETE, category, ' minOccurs="0"'),
            *_root(PARTIAL, category, ' minOccurs="0" nillable="true"'),
            _TEXT,
            "</xs:schema>",
        ]
    )


def _root(name: str, category: Category, occurs: str) -> Iterator[str]:
    yield f'<xs:element name="{name}"><xs:complexType><xs:sequence>'
    for attribute in category.attributes:
        yield from _attribute(attribute, occurs)
    yield "</xs:sequence></xs:complexType></xs:element>"


def _attribute(attribute: Attribute, occurs: str) -> Iterator[str]:
    if attribute.type != "array":
        yield f'<xs:element name="{attribute.xml_name}" type="Text"{occurs}/>'
        return
    yield f'<xs:element name="{attribute.xml_name}"{occurs}><xs:complexType><xs:sequence>'
    items, most = attribute.schema["items"], attribute.schema["maxItems"]
    if items["type"] == "object":
        yield f'<xs:element name="{ELEMENT}" maxOccurs="{most}"><xs:complexType><xs:sequence>'
        for part in items["properties"].values():
            yield f'<xs:element name="{part["xml_name"]}" type="Text" minOccurs="0"/>'
        yield "</xs:sequence></xs:complexType></xs:element>"
    else:
        yield f'<xs:element name="{ELEMENT}" type="Text" maxOccurs="{most}"/>'
    yield "</xs:sequence></xs:complexType></xs:element>"
