"""Parquet files cut into excerpts: groups of rows one after the other, in batches."""

from collections.abc import Callable
from typing import BinaryIO

from adapters import media_types
from adapters.cutting import Cut, CutLimits
from adapters.tables.comparing import comparison_of, cut_whole
from adapters.tables.csv_rows import no_rows
from adapters.tables.cutting import ComingTable, cut_tables, refused, sample_of, sampled
from adapters.tables.known import KnownProfiles
from adapters.tables.naming import chosen, undated
from adapters.tables.parquet.files import HEADING_ROW, open_parquet
from adapters.tables.reading import File
from contracts.messages import Decoded, Envelope
from contracts.reasons import Reason


def cut_parquet(
    source: BinaryIO,
    envelope: Envelope,
    limits: CutLimits,
    profiles: KnownProfiles,
    decode: Callable[[Envelope], Decoded],
) -> Cut:
    """Reasons are those of reading the file at once. One that shows below its first rows ends it there."""
    file = File(envelope, limits.whole, is_csv=False, is_whole=False)
    if (problem := undated(envelope)) is not None:
        return refused(file.refused(problem))
    opened = open_parquet(source, limits.file_rows, limits.whole.cell_characters)
    if isinstance(opened, list):
        return refused(file.refused(*opened))
    parameters = media_types.parse(envelope.media_type)[1]
    known = chosen(profiles, parameters, opened.own_template, envelope)
    if isinstance(known, Reason):
        return refused(file.refused(known))
    if comparison_of(known.profile) is not None:
        source.seek(0)
        return cut_whole(source, file, known.profile, decode)
    file.layouts[known.name] = known
    table = ComingTable(
        known,
        opened.headings,
        HEADING_ROW,
        iter(opened),
        ended=lambda: opened.problem,
        blank_rows=lambda: opened.blank,
        notes=(),
        is_typed=True,
    )
    sample = sample_of(table)
    if not sample.rows:
        return refused(file.refused(table.ended() or no_rows()))
    found = sampled(file, table, sample)
    return refused(file.refused()) if found is None else cut_tables(file, [found], profiles, limits)
