"""A workbook with the answers in further columns: the rows of its sheets gain cells, all else stays as it is.

Numbers stay numbers, formats, formulas and other sheets stay what they are. Every text that is added is a cell of
type text, which no spreadsheet evaluates.

Source: ECMA-376 part 1, section 18.3 (worksheets).
"""

import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, BinaryIO

from adapters.outcomes.answers import RowAnswers
from adapters.outcomes.pieces import Pieces
from adapters.outcomes.sheet_rows import Added, SheetRows, wide
from adapters.outcomes.workbook_sheets import sheet_parts

_BLOCK_BYTES = 256 * 1024


def heading_rows(notes: Iterable[str]) -> dict[str, int]:
    """Words before the rows of a sheet -> its heading row, for the sheets that were read."""
    found: dict[str, int] = {}
    for note in notes:
        where, marker, row = note.rpartition(", headings: row ")
        if marker and where.startswith('sheet "') and row.isdecimal():
            found[f"{where}, "] = int(row)
    return found


def workbook_with_answers(
    source: BinaryIO,
    outcomes: Iterable[Mapping[str, Any]],
    headings: Mapping[str, int],
    *,
    to_end: bool,
    only_rejected: bool = False,
) -> Iterator[bytes]:
    """`headings`: of the sheets that were read. `to_end`: rows behind the last answered one are given too."""
    answers, made = RowAnswers(outcomes), Pieces()
    with zipfile.ZipFile(source) as workbook, zipfile.ZipFile(made, "w") as written:
        parts = [(where, part) for where, part in sheet_parts(workbook) if where in headings]
        sheets = dict.fromkeys(part for _, part in parts)
        for info in workbook.infolist():
            if info.filename not in sheets:
                with workbook.open(info) as part, written.open(_like(info), "w") as copy:
                    shutil.copyfileobj(part, copy, _BLOCK_BYTES)
                yield made.taken()
        for where, name in parts:
            added = Added(
                answers, where, headings[where], to_end=to_end, only_rejected=only_rejected
            )
            info = workbook.getinfo(name)
            with workbook.open(info) as part:
                column = wide(_blocks(part))
            with workbook.open(info) as part, written.open(_like(info), "w") as copy:
                for piece in SheetRows(added, column).pieces(_blocks(part)):
                    copy.write(piece)
                    yield made.taken()
    yield made.taken()


def _blocks(part: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: part.read(_BLOCK_BYTES), b"")


def _like(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """An entry of the same name and time."""
    made = zipfile.ZipInfo(info.filename, info.date_time)
    made.compress_type = zipfile.ZIP_DEFLATED
    made.external_attr = info.external_attr
    return made
