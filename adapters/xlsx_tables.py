"""XLSX workbooks through the layouts of CSV: the media type's `profile=NAME`, or what each sheet says itself
in a row `Template | NAME | VERSION` above its headings.

Every visible sheet whose headings are those of the layout is read, and together they are one file; the
others are named in the notes. Known by content and statement date, as CSV is.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from adapters import media_types
from adapters.tables.csv_rows import Sheet
from adapters.tables.known import Known, KnownProfiles
from adapters.tables.naming import chosen, place_in_table, unusable
from adapters.tables.partner_profiles import PartnerProfiles
from adapters.tables.profile import Profile
from adapters.tables.reading import File, read_tables
from adapters.tables.templates.documents import COMMANDS, RECORDS
from adapters.tables.workbook.archive import Archive
from adapters.tables.workbook.cells import read_cells
from adapters.tables.workbook.parts import SheetPart, Workbook, read_workbook
from adapters.tables.workbook.problems import WorkbookProblem
from adapters.tables.workbook.sheets import heading_row, own_template, sheet_of
from adapters.tables.writing import tables_of
from adapters.tables.writing_xlsx import xlsx_document, xlsx_receipt
from contracts.categories import Catalogue
from contracts.documents import Document
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason, Rule, has_errors

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class XlsxTables:
    """The adapter for XLSX."""

    name = "xlsx"
    media_types: tuple[str, ...] = (XLSX,)
    writes = frozenset((*COMMANDS, *RECORDS))

    def __init__(
        self,
        profiles: Iterable[Profile],
        catalogue: Catalogue,
        partners: PartnerProfiles | None = None,
    ) -> None:
        self._known = KnownProfiles(profiles, catalogue, partners)
        self.commands = self._known.commands | frozenset(COMMANDS)

    def decode(self, envelope: Envelope, limits: Limits) -> Decoded:
        """Items of all sheets that are read. Reasons: those of CSV, and XLSX_01 to XLSX_04."""
        file = File(envelope, limits, is_csv=False)
        if (problem := unusable(envelope, limits)) is not None:
            return file.refused(problem)
        try:
            tables = self._tables(file)
        except WorkbookProblem as refusal:
            return file.refused(refusal.reason)
        if has_errors(file.reasons):
            return file.refused()
        if not tables:
            return file.refused(_no_table(file))
        return read_tables(file, tables)

    def place_of(self, item: Item, path: str) -> str:
        return place_in_table(item, path)

    def encode(self, document: Document) -> tuple[str, bytes]:
        """A sheet for each template that the entries are of. Raises ValueError for an entry with another
        command, and for a text that no cell can hold.
        """
        return XLSX, xlsx_document(tables_of(document, self._known, together=False))

    def encode_receipt(self, receipt: Mapping[str, Any]) -> tuple[str, bytes]:
        return XLSX, xlsx_receipt(receipt)

    def _tables(self, file: File) -> list[tuple[Known, Sheet]]:
        archive = Archive(file.envelope.body, file.limits)
        workbook = read_workbook(archive)
        tables: list[tuple[Known, Sheet]] = []
        for sheet in workbook.sheets:
            if sheet.is_hidden:
                file.notes.append(f'sheet "{sheet.name}": not read, it is hidden')
                continue
            table = self._table(file, archive, workbook, sheet)
            if table is not None:
                tables.append(table)
        return tables

    def _table(
        self, file: File, archive: Archive, workbook: Workbook, sheet: SheetPart
    ) -> tuple[Known, Sheet] | None:
        """The layout and the rows of one sheet; None, and a note or reason why, if it is not read."""
        cells = read_cells(archive.read(sheet.part), sheet.name, workbook, file.limits)
        own = own_template(cells)
        parameters = media_types.parse(file.envelope.media_type)[1]
        not_read = f'sheet "{sheet.name}": not read, '
        if own is None and not parameters.get("profile"):
            file.notes.append(f"{not_read}it names no template")
            return None
        known = chosen(self._known, parameters, own, file.envelope)
        if isinstance(known, Reason):
            file.reasons.append(known.at(f'sheet "{sheet.name}"'))
            return None
        heading = heading_row(cells, known.index.count)
        if heading is None:
            file.notes.append(f"{not_read}it has no headings of {known.name}")
            return None
        found = sheet_of(cells, sheet.name, heading, file.limits)
        if isinstance(found, Reason):
            file.reasons.append(found)
            return None
        if not found.rows:
            file.notes.append(f"{not_read}it has no rows below its headings")
            return None
        return known, found


def _no_table(file: File) -> Reason:
    if media_types.parse(file.envelope.media_type)[1].get("profile"):
        text = "no sheet has rows below headings of the layout"
        return Reason(Rule.MSG_11, f"{text}: {'; '.join(file.notes)}")
    text = "a workbook names its layout, as in profile=NAME of the media type, or in a row Template, NAME of each sheet"
    return Reason(Rule.MSG_01, text)
