"""How long the texts are that a group of rows stores once: each may belong to every row of it."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from adapters.tables.parquet.footer import rows_at_once
from adapters.tables.parquet.library import library

#: Of the names and values in a footer, which is no larger than that itself.
_LONGEST_STRING, _LONGEST_LIST = 16 * 1024 * 1024, 1_000_000
_BUFFER_BYTES = 64 * 1024


def opened(source: BinaryIO, dictionaries: list[str] | None = None) -> Any:
    """The file, no more of it in memory than it needs; these columns as the dictionaries that they are stored as."""
    lib = library()
    source.seek(0)
    return lib.parquet.ParquetFile(
        lib.arrow.PythonFile(source, mode="r"),
        read_dictionary=dictionaries or [],
        buffer_size=_BUFFER_BYTES,
        pre_buffer=False,
        thrift_string_size_limit=_LONGEST_STRING,
        thrift_container_size_limit=_LONGEST_LIST,
        page_checksum_verification=True,
        arrow_extensions_enabled=False,
    )


class SharedTexts:
    """The dictionaries of a file that is open. Columns are read without them, since the reader would keep every text
    of a group that it met: here the first row of a group is, which brings its dictionaries and no more.
    """

    def __init__(self, source: BinaryIO, file: Any) -> None:
        types = library().arrow.types
        self._texts = [
            field.name for field in file.schema_arrow
            if types.is_string(field.type) or types.is_large_string(field.type) or types.is_string_view(field.type)
        ]  # fmt: skip
        self._file = opened(source, self._texts) if self._texts else None

    def longest(self, group: int) -> int:
        """Bytes of the longest text of each such column, together."""
        if self._file is None or not self._file.metadata.row_group(group).num_rows:
            return 0
        lib = library()
        batches = self._file.iter_batches(
            1, row_groups=[group], columns=self._texts, use_threads=False
        )
        total = 0
        for array in next(batches).columns:
            if lib.arrow.types.is_dictionary(array.type):
                lengths = lib.compute.binary_length(array.dictionary)
                total += lib.compute.max(lengths).as_py() or 0
        return total

    def batches(self, file: Any) -> Iterator[Any]:
        """The rows of the file, group by group, each in batches that are small whatever its rows share."""
        metadata = file.metadata
        for number in range(metadata.num_row_groups):
            size = rows_at_once(metadata.row_group(number), self.longest(number))
            yield from file.iter_batches(size, row_groups=[number], use_threads=False)
