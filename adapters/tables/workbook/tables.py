"""Which sheets of a workbook are tables, and under which layouts; the others are named in the notes."""

from typing import BinaryIO, NamedTuple

from adapters import media_types
from adapters.tables.known import Known, KnownProfiles
from adapters.tables.naming import chosen
from adapters.tables.reading import File
from adapters.tables.workbook.archive import Archive
from adapters.tables.workbook.parts import SheetPart, Workbook, read_workbook
from adapters.tables.workbook.sheets import OpenSheet, SheetTable
from contracts.messages import Limits
from contracts.reasons import Reason, Rule

#: All parts of a message's workbook together, expanded, may be so many times the largest message.
_EXPANSION = 4
#: What the XML of a long row has: 100 cells of 40 bytes.
_ROW_BYTES = 4 * 1024


class Bounds(NamedTuple):
    """Of a workbook: bytes of its parts, expanded; rows of a sheet."""

    most_bytes: int
    most_rows: int

    @classmethod
    def of_message(cls, limits: Limits) -> "Bounds":
        return cls(_EXPANSION * limits.body_bytes, limits.items)

    @classmethod
    def of_file(cls, rows: int, limits: Limits) -> "Bounds":
        """Of one whose rows are read as a stream."""
        return cls(max(_EXPANSION * limits.body_bytes, _ROW_BYTES * rows), rows)


class FoundTable(NamedTuple):
    """A sheet that is read."""

    known: Known
    table: SheetTable
    opened: OpenSheet

    def again(self) -> SheetTable:
        """The table from its first row."""
        table = self.opened.again().table(self.known.index.count)
        assert isinstance(table, SheetTable)
        return table


def found_tables(
    file: File, source: BinaryIO, profiles: KnownProfiles, bounds: Bounds
) -> list[FoundTable]:
    """Raises WorkbookProblem; a layout that there is not, and a heading that is none, are reasons of the file."""
    archive = Archive(source, bounds.most_bytes)
    workbook = read_workbook(archive)
    found: list[FoundTable] = []
    for sheet in workbook.sheets:
        if sheet.is_hidden:
            file.notes.append(f'sheet "{sheet.name}": not read, it is hidden')
        elif (table := _found(file, archive, workbook, sheet, profiles, bounds)) is not None:
            found.append(table)
    return found


def _found(
    file: File,
    archive: Archive,
    workbook: Workbook,
    sheet: SheetPart,
    profiles: KnownProfiles,
    bounds: Bounds,
) -> FoundTable | None:
    """None, and a note or reason why, if a sheet is not read."""
    opened = OpenSheet(archive, sheet, workbook, bounds.most_rows)
    own = opened.own_template
    parameters = media_types.parse(file.envelope.media_type)[1]
    if own is None and not parameters.get("profile"):
        file.notes.append(f"{opened.not_read}it names no template")
        return None
    known = chosen(profiles, parameters, own, file.envelope)
    if isinstance(known, Reason):
        file.reasons.append(known.at(f'sheet "{sheet.name}"'))
        return None
    table = opened.table(known.index.count)
    if table is None:
        file.notes.append(f"{opened.not_read}it has no headings of {known.name}")
        return None
    if isinstance(table, Reason):
        file.reasons.append(table)
        return None
    return FoundTable(known, table, opened)


def no_table(file: File) -> Reason:
    if media_types.parse(file.envelope.media_type)[1].get("profile"):
        text = "no sheet has rows below headings of the layout"
        return Reason(Rule.MSG_11, f"{text}: {'; '.join(file.notes)}")
    text = "a workbook names its layout, as in profile=NAME of the media type, or in a row Template, NAME of each sheet"
    return Reason(Rule.MSG_01, text)
