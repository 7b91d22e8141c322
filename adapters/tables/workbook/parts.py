"""The parts of a workbook beside its sheets: which sheets there are, their strings, which formats are dates."""

import posixpath
import re
from collections.abc import Iterable
from typing import NamedTuple

from adapters.tables.workbook.archive import Archive
from adapters.tables.workbook.problems import too_large, unreadable, unsafe
from adapters.tables.workbook.xml_part import (
    Attributes,
    local_names,
    parsed,
    read_part,
    relation_of,
)

MOST_SHEETS = 100
_MOST_FORMATS = 65_536
#: Of all shared strings; each counts for some more.
_MOST_STRING_CHARACTERS, _COST_OF_STRING = 96 * 1024 * 1024, 64
#: Characters of a sheet's name and of a number format; a spreadsheet allows 31 and 255.
_LONGEST_NAME, _LONGEST_FORMAT = 60, 255
#: Number formats that are built in and show a day or a time of day.
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})
#: What a format shows as it stands: quoted text, an escaped sign, a colour, a locale.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_DAY_OR_TIME = re.compile(r"[dmyhs]", re.IGNORECASE)
_RELATIONSHIP = local_names("Relationship")
_SHEETS = local_names("sheet", "workbookPr")
_STRINGS = local_names("si", "t", "rPh")
_STYLES = local_names("numFmt", "cellXfs", "xf")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class SheetPart(NamedTuple):
    """A sheet: the name that people see, and the part that holds its cells."""

    name: str
    part: str
    is_hidden: bool


class Workbook(NamedTuple):
    """`from_1904`: whether days are counted from 1904. `date_styles`: styles that show a day or a time."""

    sheets: tuple[SheetPart, ...]
    from_1904: bool
    strings: list[str]
    date_styles: frozenset[int]


def read_workbook(archive: Archive) -> Workbook:
    """Raises WorkbookProblem."""
    root = "_rels/.rels"
    main = next(iter(_relations(archive, root, "officeDocument").values()), "xl/workbook.xml")
    folder, file = posixpath.split(main)
    relations = f"{folder}/_rels/{file}.rels"
    targets = _relations(archive, relations, "worksheet")
    sheets, from_1904 = _sheets(archive, main, targets)
    strings = _relations(archive, relations, "sharedStrings").values()
    styles = _relations(archive, relations, "styles").values()
    return Workbook(
        tuple(sheets),
        from_1904,
        [text for part in strings for text in _strings(archive.pieces(part), part)],
        frozenset(number for part in styles for number in _date_styles(archive.pieces(part), part)),
    )


def unescaped(text: str) -> str:
    """`_x000D_` as the character that it stands for."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _relations(archive: Archive, part: str, kind: str) -> dict[str, str]:
    """Relationships of one kind: id -> name of the part. XLSX_04 for a part that lies elsewhere."""
    folder = posixpath.dirname(posixpath.dirname(part))
    found: dict[str, str] = {}

    def start(name: str, attributes: Attributes) -> None:
        if name not in _RELATIONSHIP or not attributes.get("Type", "").endswith(f"/{kind}"):
            return
        if attributes.get("TargetMode") == "External":
            raise unsafe("a part of the workbook lies outside of it")
        target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
        found[attributes.get("Id", "")] = target.lstrip("/")

    if part in archive:
        read_part(archive.pieces(part), part, start)
    return found


def _sheets(archive: Archive, part: str, targets: dict[str, str]) -> tuple[list[SheetPart], bool]:
    sheets: list[SheetPart] = []
    flags: list[str] = []

    def start(qualified: str, attributes: Attributes) -> None:
        name = _SHEETS.get(qualified)
        if name == "workbookPr":
            flags.append(attributes.get("date1904", "0"))
        elif name and (target := targets.get(relation_of(attributes))) is not None:
            hidden = attributes.get("state", "visible") != "visible"
            sheets.append(SheetPart(attributes.get("name", "")[:_LONGEST_NAME], target, hidden))
            if len(sheets) > MOST_SHEETS:
                raise too_large(f"more sheets than the limit of {MOST_SHEETS}")

    read_part(archive.pieces(part), part, start)
    if not sheets:
        raise unreadable("the workbook has no sheet with cells")
    return sheets, any(flag in ("1", "true") for flag in flags)


def _strings(data: Iterable[bytes], part: str) -> list[str]:
    """Shared strings: the runs of each joined, without its phonetic hints. They are kept in memory (MSG_03)."""
    strings: list[str] = []
    #: What an item says so far; the text of the element that is open.
    said: list[str] = []
    pieces: list[str] = []
    hints: list[str] = []

    def start(qualified: str, _: Attributes) -> None:
        name = _STRINGS.get(qualified)
        if name == "t":
            pieces.clear()
        elif name == "si":
            said.clear()
        elif name == "rPh":
            hints.append(name)

    def end(qualified: str) -> None:
        name = _STRINGS.get(qualified)
        if name == "t" and not hints:
            said.append("".join(pieces))
        elif name == "si":
            strings.append(unescaped("".join(said)))
        elif name == "rPh":
            hints.pop()

    characters = counted = 0
    for _ in parsed(data, part, start, end, pieces.append):
        characters += sum(map(len, strings[counted:]))
        counted = len(strings)
        _check_memory(counted, characters + sum(map(len, pieces)))
    return strings


def _check_memory(strings: int, characters: int) -> None:
    if characters + _COST_OF_STRING * strings > _MOST_STRING_CHARACTERS:
        raise too_large("the texts of the workbook are more than the hub keeps in memory at once")


def _date_styles(data: Iterable[bytes], part: str) -> list[int]:
    """Numbers of the cell formats whose number format shows a day or a time of day."""
    codes: dict[str, str] = {}
    formats: list[str] = []
    inside: list[str] = []

    def start(qualified: str, attributes: Attributes) -> None:
        name = _STYLES.get(qualified)
        if name == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            inside.append(name)
        elif name and inside and len(formats) < _MOST_FORMATS:
            formats.append(attributes.get("numFmtId", "0"))

    def end(qualified: str) -> None:
        if _STYLES.get(qualified) == "cellXfs":
            inside.clear()

    read_part(data, part, start, end)
    return [number for number, each in enumerate(formats) if _is_date(each, codes.get(each))]


def _is_date(number: str, code: str | None) -> bool:
    if code is None:
        return number.isdecimal() and int(number) in _DATE_FORMATS
    shown = _LITERAL.sub("", code[:_LONGEST_FORMAT].split(";")[0])
    return _DAY_OR_TIME.search(shown) is not None
