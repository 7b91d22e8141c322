"""CSV files through mapping profiles: `text/csv; profile=NAME`, with `version=` for an older profile.

The layout is a mapping profile, or the template of a category (`profile=battery_storage`), of market units
or of everything (`items`). A file from a template may name it itself, in a first row `Template,NAME,VERSION`.
A file is known by its content and its statement date, which the transport gives: the same bytes stated
for another date are another statement (RECORDS.md section 4).
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, BinaryIO

from adapters import media_types
from adapters.cutting import Cut, CutLimits
from adapters.tables.csv_cutting import cut_csv
from adapters.tables.csv_rows import read_sheet
from adapters.tables.cutting import is_part, read_cut
from adapters.tables.encodings import read_text
from adapters.tables.known import KnownProfiles
from adapters.tables.naming import chosen, place_in_table, template_line, unusable
from adapters.tables.partner_profiles import PartnerProfiles
from adapters.tables.profile import Profile
from adapters.tables.reading import File, read_tables
from adapters.tables.receipts import csv_receipt
from adapters.tables.templates.documents import COMMANDS, RECORDS
from adapters.tables.writing import tables_of
from adapters.tables.writing_csv import csv_document
from contracts.categories import Catalogue
from contracts.documents import Document
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason

_NO_CATEGORIES = Catalogue(())


class CsvTables:
    """The adapter for CSV."""

    name = "csv"
    media_types: tuple[str, ...] = ("text/csv",)
    writes = frozenset((*COMMANDS, *RECORDS))

    def __init__(
        self,
        profiles: Iterable[Profile],
        catalogue: Catalogue = _NO_CATEGORIES,
        partners: PartnerProfiles | None = None,
    ) -> None:
        self._known = KnownProfiles(profiles, catalogue, partners)
        self.commands = self._known.commands | frozenset(COMMANDS)

    def decode(self, envelope: Envelope, limits: Limits) -> Decoded:
        """One item per row, per filled slot, or per rows that join. Reasons: MSG_01 to MSG_03, MSG_11,
        MSG_13, TAB_*; and those that the steps of the profile give.
        """
        file = File(envelope, limits)
        if envelope.excerpt is not None and is_part(envelope.excerpt):
            return read_cut(file, envelope.body, envelope.excerpt, self._known)
        parameters = media_types.parse(envelope.media_type)[1]
        if (problem := unusable(envelope, limits)) is not None:
            return file.refused(problem)
        text = read_text(envelope.body, parameters.get("charset"))
        if isinstance(text, Reason):
            return file.refused(text)
        known = chosen(self._known, parameters, template_line(text[0]), envelope)
        if isinstance(known, Reason):
            return file.refused(known)
        file.layouts[known.name] = known
        file.notes.append(text[1])
        sheet = read_sheet(text[0], known.index.count, limits)
        if isinstance(sheet, Reason):
            return file.refused(sheet)
        return read_tables(file, [(known, sheet)])

    def needs_whole(self, envelope: Envelope) -> bool:  # noqa: ARG002 - the protocol's
        return False

    def cut(self, source: BinaryIO, envelope: Envelope, limits: CutLimits) -> Cut:
        """Excerpts of rows; one excerpt of a file whose layout compares its rows with each other."""
        decode = partial(self.decode, limits=limits.whole)
        return cut_csv(source, envelope, limits, self._known, decode)

    def place_of(self, item: Item, path: str) -> str:
        return place_in_table(item, path)

    def encode(self, document: Document) -> tuple[str, bytes]:
        """One table: of the template of its entries' category, or of `items` where they are of several.

        Raises ValueError for an entry with another command.
        """
        (table,) = tables_of(document, self._known, together=True)
        return csv_document(table)

    def encode_receipt(self, receipt: Mapping[str, Any]) -> tuple[str, bytes]:
        return "text/csv; charset=utf-8; header=present", csv_receipt(receipt)
