"""An XML schema as texts: the document itself and those that lie beside it. Nothing is ever fetched."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

XS = "http://www.w3.org/2001/XMLSchema"
LARGEST_BYTES = 4_000_000
_LOCATED = tuple(f"{{{XS}}}{name}" for name in ("include", "import", "redefine"))


class UnusableSchemaError(ValueError):
    """Why no question can be answered about a schema."""


@dataclass(frozen=True, slots=True)
class Source:
    """`text` is the schema; `beside` the texts of the files that it names, by name."""

    text: bytes
    beside: Mapping[str, bytes] = field(default_factory=dict)


def parsed(text: bytes) -> etree._Element:
    """The root of a schema document. Raises UnusableSchemaError."""
    if len(text) > LARGEST_BYTES:
        raise UnusableSchemaError(f"larger than {LARGEST_BYTES} bytes")
    if b"<!DOCTYPE" in text:
        raise UnusableSchemaError("a document type declaration is refused")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnusableSchemaError(f"not well-formed XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise UnusableSchemaError("a document type declaration is refused")
    if root.tag != f"{{{XS}}}schema":
        raise UnusableSchemaError(f"no XML schema: its root is {root.tag}")
    return root


def names_beside(text: bytes) -> Iterator[str]:
    """Names of the files that a schema includes, imports or redefines.

    Raises UnusableSchemaError for what is not a file beside it.
    """
    for element in parsed(text).iter(*_LOCATED):
        location = element.get("schemaLocation")
        if location is None:
            continue
        name = location.removeprefix("./").strip()
        if not name or "/" in name or "\\" in name or ":" in name:
            text_of_it = f"{location} is not a file beside the schema: nothing is fetched"
            raise UnusableSchemaError(text_of_it)
        yield name
