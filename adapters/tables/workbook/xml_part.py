"""One XML part of a workbook, as events. No DOCTYPE, so no entities; nothing is fetched; no tree is built.

A part is handed over in pieces, and a tag that is longer than any of a spreadsheet refuses it: older versions
of expat take quadratic time where a long token comes in several.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from xml.parsers import expat

from adapters.tables.workbook.problems import unreadable, unsafe

Attributes = dict[str, str]

_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
)
_RELATIONS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)


def relation_of(attributes: Mapping[str, str]) -> str:
    """The relationship's id among the attributes of an element."""
    return next((attributes[name] for name in _RELATIONS if name in attributes), "")


def local_names(*names: str) -> dict[str, str]:
    """Elements as the parser names them, with their namespace -> local name."""
    return {f"{space} {name}": name for space in _NAMESPACES for name in names}


#: Of a tag or comment; the text between tags may be longer.
_LONGEST_TOKEN_BYTES = 1024 * 1024


def read_part(
    data: Iterable[bytes],
    name: str,
    start: Callable[[str, Attributes], object],
    end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:
    """Calls `start` and `end` for all elements, named as in `local_names`, and `text` for all text.

    Raises WorkbookProblem: MSG_02 for what is not well-formed, XLSX_04 for a DOCTYPE.
    """
    for _ in parsed(data, name, start, end, text):
        pass


def parsed(
    data: Iterable[bytes],
    name: str,
    start: Callable[[str, Attributes], object],
    end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> Iterator[int]:
    """As `read_part`, giving way after each piece of the part, so that what was found can be taken: bytes read."""

    def refused(*_: object) -> None:
        raise unsafe(f"the part {name[:80]} has a DOCTYPE")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refused
    handed_over = 0
    for piece in chain(data, (b"",)):
        try:
            parser.Parse(piece, not piece)
        except (expat.ExpatError, LookupError, ValueError):
            raise unreadable(f"the part {name[:80]} is no well-formed XML") from None
        handed_over += len(piece)
        if handed_over - parser.CurrentByteIndex > _LONGEST_TOKEN_BYTES:
            raise unreadable(f"the part {name[:80]} has a tag that no spreadsheet writes")
        yield handed_over
