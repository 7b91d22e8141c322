"""XLSX workbooks cut into excerpts: sheet after sheet, rows as they come. The archive is there whole, its
parts are not in memory; but for the texts that its cells share.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO

from adapters.cutting import Cut, CutLimits
from adapters.tables.cells import Exact, too_long
from adapters.tables.comparing import comparison_of, cut_whole
from adapters.tables.cutting import (
    ComingTable,
    SampledTable,
    cut_tables,
    refused,
    sample_of,
    sampled,
)
from adapters.tables.excerpts import Row
from adapters.tables.known import Known, KnownProfiles
from adapters.tables.naming import undated
from adapters.tables.reading import File
from adapters.tables.workbook.problems import WorkbookProblem
from adapters.tables.workbook.sheets import SheetTable
from adapters.tables.workbook.tables import Bounds, FoundTable, found_tables, no_table
from contracts.messages import Decoded, Envelope
from contracts.reasons import Reason, has_errors


def cut_xlsx(
    source: BinaryIO,
    envelope: Envelope,
    limits: CutLimits,
    profiles: KnownProfiles,
    decode: Callable[[Envelope], Decoded],
) -> Cut:
    """Reasons are those of reading the workbook at once. One that shows below its first rows ends it there."""
    file = File(envelope, limits.whole, is_csv=False, is_whole=False)
    if (problem := undated(envelope)) is not None:
        return refused(file.refused(problem))
    rows = min(limits.workbook_rows, limits.file_rows)
    try:
        found = found_tables(file, source, profiles, Bounds.of_file(rows, limits.whole))
        for known in (each.known for each in found):
            if comparison_of(known.profile) is not None:
                source.seek(0)
                return cut_whole(source, file, known.profile, decode)
        pairs = [(each, _sampled(file, each)) for each in found]
    except WorkbookProblem as refusal:
        return refused(file.refused(refusal.reason))
    if has_errors(file.reasons):
        return refused(file.refused())
    tables = [table for _, table in pairs if table is not None]
    if not tables:
        return refused(file.refused(no_table(file)))
    if len(tables) > 1:  # the first rows of one are kept meanwhile, those of a hundred not
        for each, table in pairs:
            if table is not None:
                table.begin_again(_coming(file, each.known, each.again()))
    return cut_tables(file, tables, profiles, replace(limits, file_rows=rows))


def _sampled(file: File, found: FoundTable) -> SampledTable | None:
    table = _coming(file, found.known, found.table)
    sample = sample_of(table)
    if sample.rows:
        return sampled(file, table, sample)
    if found.table.problem is not None:
        file.reasons.append(found.table.problem)
    else:
        file.notes.append(f"{found.opened.not_read}it has no rows below its headings")
    return None


def _coming(file: File, known: Known, table: SheetTable) -> ComingTable:
    return ComingTable(
        known,
        table.headings,
        table.heading_row,
        _bounded(table, file.limits.cell_characters),
        ended=lambda: table.problem,
        blank_rows=lambda: table.blank,
        notes=table.notes,
        where=table.where,
        is_typed=True,
    )


def _bounded(rows: Iterable[Row], longest: int) -> Iterator[Row]:
    """A cell that is too long is replaced by the reason: many may share one long text, and each would be
    written out. So is a number of so many digits.
    """
    for number, cells in rows:
        if isinstance(cells, Reason):
            yield number, cells
            continue
        lengths = [len(cell.text) if isinstance(cell, Exact) else len(cell) for cell in cells]
        if max(lengths) > longest:
            bounded = (
                too_long(length, longest) if length > longest else cell
                for cell, length in zip(cells, lengths, strict=True)
            )
            yield number, tuple(bounded)
        else:
            yield number, cells
