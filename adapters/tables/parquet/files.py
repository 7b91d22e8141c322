"""The table in a Parquet file: the names of its columns are its headings, row 0; rows are numbered from 1."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from adapters.tables.csv_rows import Cells, Sheet
from adapters.tables.naming import Named
from adapters.tables.parquet.cells import Read, reader_of
from adapters.tables.parquet.footer import (
    frame_problem,
    group_problem,
    size_problem,
)
from adapters.tables.parquet.library import library
from adapters.tables.parquet.shared_texts import SharedTexts, opened
from contracts.reasons import Reason, Rule

HEADING_ROW = 0
#: Keys of the file's metadata by which it names the template that it is made from, and its version.
NAMED_BY = ("template", "template_version")


class ParquetTable:
    """The rows of a file whose footer is read, once. `problem`: why the rest cannot be read (MSG_02)."""

    def __init__(
        self,
        file: Any,
        shared: SharedTexts,
        readers: list[Read],
        headings: tuple[str, ...],
        longest: int,
    ) -> None:
        self.headings = headings
        self.problem: Reason | None = None
        self._file = file
        self._shared = shared
        self._readers = readers
        self._longest = longest
        self._blank = 0

    @property
    def blank(self) -> int:
        """Rows without cells, left out so far."""
        return self._blank

    @property
    def own_template(self) -> Named | None:
        """The template that the file names in its metadata."""
        said = self._file.metadata.metadata or {}
        name, version = (said.get(key.encode(), b"").decode("utf-8", "replace") for key in NAMED_BY)
        return (name.lower(), version or None) if name else None

    def __iter__(self) -> Iterator[tuple[int, Cells | Reason]]:
        number = 0
        try:
            for batch in self._shared.batches(self._file):
                for cells in self._rows(batch):
                    number += 1
                    if any(cells):
                        yield number, cells
                    else:
                        self._blank += 1
        except library().failures as error:
            text = f"the Parquet file is damaged: {str(error)[:200]}"
            self.problem = Reason(Rule.MSG_02, text, place=f"row {number + 1}")

    def _rows(self, batch: Any) -> Iterator[Cells]:
        columns = zip(self._readers, batch.columns, strict=True)
        return zip(*(read(array, self._longest) for read, array in columns), strict=True)

    def read(self) -> Sheet | Reason:
        """All rows at once."""
        rows = list(self)
        if self.problem is not None:
            return self.problem
        return Sheet(self.headings, HEADING_ROW, rows, self._blank, ())


def open_parquet(source: BinaryIO, most_rows: int, longest: int) -> ParquetTable | list[Reason]:
    """The table in a source that can seek, or why there is none: MSG_02, MSG_03; TAB_02 for each column whose
    type is no cell. `longest`: characters of a cell.
    """
    if (problem := frame_problem(source)) is not None:
        return [problem]
    try:
        file = opened(source)
        if (problem := size_problem(file.metadata, most_rows)) is not None:
            return [problem]
        fields = list(file.schema_arrow)
        readers = [reader_of(field.type) for field in fields]
        headings = tuple(field.name for field in fields)
    except library().failures as error:
        return [Reason(Rule.MSG_02, f"the Parquet file cannot be read: {str(error)[:200]}")]
    refused = [_no_cell(field) for field, read in zip(fields, readers, strict=True) if read is None]
    if refused:
        return refused
    is_dictionary = library().arrow.types.is_dictionary
    dictionaries = [number for number, field in enumerate(fields) if is_dictionary(field.type)]
    if (problem := group_problem(file.metadata, dictionaries)) is not None:
        return [problem]
    found = [read for read in readers if read is not None]
    return ParquetTable(file, SharedTexts(source, file), found, headings, longest)


def _no_cell(field: Any) -> Reason:
    text = f"a column of the type {str(field.type)[:80]} is no column of cells: flatten it, or leave it out"
    return Reason(Rule.TAB_02, text, place=f'row {HEADING_ROW}, column "{field.name[:80]}"')
