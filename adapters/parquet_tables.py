"""Parquet files through the layouts of CSV: `application/vnd.apache.parquet; profile=NAME`, with `version=` for
an older profile.

The names of the columns are the headings. A file may name its template itself, in its metadata. It is known
by content and statement date, as CSV is.
"""

import io
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, BinaryIO

from adapters import media_types
from adapters.cutting import Cut, CutLimits
from adapters.tables.csv_rows import no_rows
from adapters.tables.cutting import is_part, read_cut
from adapters.tables.known import KnownProfiles
from adapters.tables.naming import chosen, place_in_table, unusable
from adapters.tables.parquet.files import open_parquet
from adapters.tables.parquet_cutting import cut_parquet
from adapters.tables.partner_profiles import PartnerProfiles
from adapters.tables.profile import Profile
from adapters.tables.reading import File, read_tables
from adapters.tables.templates.documents import COMMANDS, RECORDS
from adapters.tables.writing import tables_of
from adapters.tables.writing_parquet import PARQUET, parquet_document, parquet_receipt
from contracts.categories import Catalogue
from contracts.documents import Document
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason


class ParquetTables:
    """The adapter for Parquet."""

    name = "parquet"
    media_types: tuple[str, ...] = (PARQUET,)
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
        """Items as of CSV. Reasons: MSG_01 to MSG_03, MSG_11, MSG_13, TAB_*, and those of a profile's steps."""
        file = File(envelope, limits, is_csv=False)
        if (problem := unusable(envelope, limits)) is not None:
            return file.refused(problem)
        if envelope.excerpt is not None and is_part(envelope.excerpt):
            return read_cut(file, envelope.body, envelope.excerpt, self._known)
        table = open_parquet(io.BytesIO(envelope.body), limits.items, limits.cell_characters)
        if isinstance(table, list):
            return file.refused(*table)
        parameters = media_types.parse(envelope.media_type)[1]
        known = chosen(self._known, parameters, table.own_template, envelope)
        if isinstance(known, Reason):
            return file.refused(known)
        file.layouts[known.name] = known
        sheet = table.read()
        if isinstance(sheet, Reason):
            return file.refused(sheet)
        return read_tables(file, [(known, sheet)]) if sheet.rows else file.refused(no_rows())

    def needs_whole(self, envelope: Envelope) -> bool:  # noqa: ARG002 - the protocol's
        return True

    def cut(self, source: BinaryIO, envelope: Envelope, limits: CutLimits) -> Cut:
        """Excerpts of rows; one excerpt of a file whose layout compares its rows with each other."""
        decode = partial(self.decode, limits=limits.whole)
        return cut_parquet(source, envelope, limits, self._known, decode)

    def place_of(self, item: Item, path: str) -> str:
        return place_in_table(item, path)

    def encode(self, document: Document) -> tuple[str, bytes]:
        """One table, as in CSV. Raises ValueError for an entry with another command."""
        (table,) = tables_of(document, self._known, together=True)
        return parquet_document(table)

    def encode_receipt(self, receipt: Mapping[str, Any]) -> tuple[str, bytes]:
        return PARQUET, parquet_receipt(receipt)
