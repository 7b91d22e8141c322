"""The sheets of a file, whatever its layout: for those who look at a file before there is a profile for it."""

import io
from collections.abc import Callable, Sequence

from adapters.tables.csv_rows import Sheet, no_rows, read_sheet
from adapters.tables.encodings import read_text
from adapters.tables.parquet.files import open_parquet
from adapters.tables.workbook.archive import Archive
from adapters.tables.workbook.parts import read_workbook
from adapters.tables.workbook.problems import WorkbookProblem
from adapters.tables.workbook.sheets import OpenSheet
from adapters.tables.workbook.tables import Bounds
from contracts.messages import Limits
from contracts.reasons import Reason, Rule

#: How many of the cells in a row are headings.
Count = Callable[[Sequence[str]], int]


def csv_sheets(body: bytes, count: Count, limits: Limits) -> tuple[Sheet, ...] | Reason:
    """The one sheet of a CSV file."""
    text = read_text(body, None)
    if isinstance(text, Reason):
        return text
    sheet = read_sheet(text[0], count, limits)
    return sheet if isinstance(sheet, Reason) else (sheet,)


def parquet_sheets(body: bytes, _count: Count, limits: Limits) -> tuple[Sheet, ...] | Reason:
    """The one table of a Parquet file, whose columns have names."""
    table = open_parquet(io.BytesIO(body), limits.items, limits.cell_characters)
    if isinstance(table, list):
        return table[0]
    sheet = table.read()
    if isinstance(sheet, Reason):
        return sheet
    return (sheet,) if sheet.rows else no_rows()


def workbook_sheets(body: bytes, count: Count, limits: Limits) -> tuple[Sheet, ...] | Reason:
    """The visible sheets of a workbook with a row of headings and rows below it."""
    try:
        return _visible(body, count, limits)
    except WorkbookProblem as refusal:
        return refusal.reason


def _visible(body: bytes, count: Count, limits: Limits) -> tuple[Sheet, ...] | Reason:
    bounds = Bounds.of_message(limits)
    archive = Archive(io.BytesIO(body), bounds.most_bytes)
    workbook = read_workbook(archive)
    sheets = []
    for part in workbook.sheets:
        if part.is_hidden:
            continue
        table = OpenSheet(archive, part, workbook, bounds.most_rows).table(count)
        if table is None:
            continue
        sheet = table if isinstance(table, Reason) else table.read(limits)
        if isinstance(sheet, Reason):
            return sheet
        if sheet.rows:
            sheets.append(sheet)
    if not sheets:
        return Reason(Rule.MSG_11, "no sheet has a row of headings with rows below it")
    return tuple(sheets)
