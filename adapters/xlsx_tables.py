"""XLSX workbooks through the layouts of CSV: the media type's `profile=NAME`, or what each sheet says itself
in a row `Template | NAME | VERSION` above its headings.

Every visible sheet whose headings are those of the layout is read, and together they are one file; the
others are named in the notes. Known by content and statement date, as CSV is.
"""

import io
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, BinaryIO

from adapters.cutting import Cut, CutLimits
from adapters.tables.csv_rows import Sheet
from adapters.tables.cutting import is_part, read_cut
from adapters.tables.known import Known, KnownProfiles
from adapters.tables.naming import place_in_table, unusable
from adapters.tables.partner_profiles import PartnerProfiles
from adapters.tables.profile import Profile
from adapters.tables.reading import File, read_tables
from adapters.tables.templates.documents import COMMANDS, RECORDS
from adapters.tables.workbook.problems import WorkbookProblem
from adapters.tables.workbook.tables import Bounds, FoundTable, found_tables, no_table
from adapters.tables.writing import tables_of
from adapters.tables.writing_xlsx import xlsx_document, xlsx_receipt
from adapters.tables.xlsx_cutting import cut_xlsx
from contracts.categories import Catalogue
from contracts.documents import Document
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason, has_errors

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
        if envelope.excerpt is not None and is_part(envelope.excerpt):
            return read_cut(file, envelope.body, envelope.excerpt, self._known)
        bounds = Bounds.of_message(limits)
        try:
            found = found_tables(file, io.BytesIO(envelope.body), self._known, bounds)
            tables = [table for each in found if (table := _read(file, each)) is not None]
        except WorkbookProblem as refusal:
            return file.refused(refusal.reason)
        if has_errors(file.reasons):
            return file.refused()
        if not tables:
            return file.refused(no_table(file))
        return read_tables(file, tables)

    def needs_whole(self, envelope: Envelope) -> bool:  # noqa: ARG002 - the protocol's
        return True

    def cut(self, source: BinaryIO, envelope: Envelope, limits: CutLimits) -> Cut:
        """Excerpts of rows, sheet after sheet; one excerpt where a layout compares its rows with each other."""
        decode = partial(self.decode, limits=limits.whole)
        return cut_xlsx(source, envelope, limits, self._known, decode)

    def place_of(self, item: Item, path: str) -> str:
        return place_in_table(item, path)

    def encode(self, document: Document) -> tuple[str, bytes]:
        """A sheet for each template that the entries are of. Raises ValueError for an entry with another
        command, and for a text that no cell can hold.
        """
        return XLSX, xlsx_document(tables_of(document, self._known, together=False))

    def encode_receipt(self, receipt: Mapping[str, Any]) -> tuple[str, bytes]:
        return XLSX, xlsx_receipt(receipt)


def _read(file: File, found: FoundTable) -> tuple[Known, Sheet] | None:
    """All rows of a sheet; None, and a note or reason why, if there are none."""
    sheet = found.table.read(file.limits)
    if isinstance(sheet, Reason):
        file.reasons.append(sheet)
        return None
    if not sheet.rows:
        file.notes.append(f"{found.opened.not_read}it has no rows below its headings")
        return None
    return found.known, sheet
