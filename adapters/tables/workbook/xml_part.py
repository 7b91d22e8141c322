"""One XML part of a workbook, as events. No DOCTYPE, so no entities; nothing is fetched; no tree is built.

A part is handed over in one piece: older versions of expat take quadratic time where a long token comes in
several.
"""

from collections.abc import Callable, Mapping
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


def read_part(
    data: bytes,
    name: str,
    *,
    elements: frozenset[str],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] = lambda _: None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Calls `start` and `end` for the `elements` of SpreadsheetML, by local name, and `text` for all text.

    Raises WorkbookProblem: MSG_02 for what is not well-formed, XLSX_04 for a DOCTYPE.
    """
    local = {f"{space} {each}": each for space in _NAMESPACES for each in elements}

    def started(name: str, attributes: Attributes) -> None:
        if (known := local.get(name)) is not None:
            start(known, attributes)

    def ended(name: str) -> None:
        if (known := local.get(name)) is not None:
            end(known)

    def refused(*_: object) -> None:
        raise unsafe(f"the part {name[:80]} has a DOCTYPE")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = started, ended
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refused
    try:
        parser.Parse(data, True)  # noqa: FBT003 - positional only: it is the last piece
    except (expat.ExpatError, LookupError, ValueError):
        raise unreadable(f"the part {name[:80]} is no well-formed XML") from None
