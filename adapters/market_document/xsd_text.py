"""The text of a generated XML schema, laid out for people."""

from collections.abc import Iterable

from lxml import etree


def laid_out(lines: Iterable[str]) -> str:
    """The schema that these lines make, indented, one element a line."""
    parser = etree.XMLParser(remove_blank_text=True)
    schema = etree.fromstring("".join(lines).encode(), parser)
    etree.indent(schema)
    text = etree.tostring(schema, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'
