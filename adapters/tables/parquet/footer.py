"""What a Parquet file declares of itself in its footer, bounded before anything else is read."""

import io
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

from adapters.tables.csv_rows import MOST_COLUMNS
from contracts.reasons import Reason, Rule

_MAGIC, _ENCRYPTED = b"PAR1", b"PARE"
_END_BYTES = 8
_MOST_FOOTER_BYTES = 16 * 1024 * 1024
_MOST_GROUPS = 10_000
#: Of a group of rows, expanded; writers make groups of 128 MiB or of a million rows. Of a group no more than a page
#: of each column is in memory, and pages are of 1 MiB: but who writes it says how large they are, up to a column.
_MOST_GROUP_BYTES, _MOST_COLUMN_BYTES = 512 * 1024 * 1024, 128 * 1024 * 1024
#: Of the texts in columns whose type is a dictionary: the reader keeps those of a group, in several times their bytes.
_MOST_DICTIONARY_BYTES = 16 * 1024 * 1024
#: What a row takes at most to say which of the texts is its own.
_INDEX_BYTES = 3
#: Of rows that are in memory at once.
_BATCH_BYTES = 8 * 1024 * 1024
_MOST_BATCH_ROWS = 2_000


def frame_problem(source: BinaryIO) -> Reason | None:
    """What is wrong with the file's ends and the size of its footer (MSG_02, MSG_03)."""
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    start = source.read(len(_MAGIC))
    source.seek(max(0, size - _END_BYTES))
    end = source.read(_END_BYTES)
    source.seek(0)
    if _ENCRYPTED in (start, end[-4:]):
        return Reason(Rule.MSG_02, "the Parquet file is encrypted: send it without encryption")
    if start != _MAGIC or end[-4:] != _MAGIC or size < len(_MAGIC) + _END_BYTES:
        return Reason(Rule.MSG_02, "this is no Parquet file, or not all of one")
    (footer,) = struct.unpack("<I", end[:4])
    if footer > size - len(_MAGIC) - _END_BYTES:
        return Reason(Rule.MSG_02, "the footer of the Parquet file is larger than the file")
    if footer > _MOST_FOOTER_BYTES:
        text = f"the footer has {footer} bytes, the limit is {_MOST_FOOTER_BYTES}"
        return Reason(Rule.MSG_03, text)
    return None


def size_problem(metadata: Any, most_rows: int) -> Reason | None:
    """Which bound the declared sizes break (MSG_03)."""
    bounds = (
        ("columns", metadata.num_columns, MOST_COLUMNS),
        ("rows", metadata.num_rows, most_rows),
        ("groups of rows", metadata.num_row_groups, _MOST_GROUPS),
    )
    for what, found, limit in bounds:
        if found > limit:
            return Reason(Rule.MSG_03, f"{found} {what}, the limit is {limit}")
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    if metadata.num_rows < 0 or any(each.num_rows < 0 for each in groups):
        return Reason(Rule.MSG_02, "the Parquet file declares fewer rows than none")
    return None


def group_problem(metadata: Any, dictionaries: Sequence[int]) -> Reason | None:
    """Which group of rows is too large to be read (MSG_03). `dictionaries`: columns of such a type."""
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        columns = _column_bytes(group)
        rows = int(group.num_rows)
        texts = sum(max(0, columns[n] - _INDEX_BYTES * rows) for n in dictionaries)
        bounds = (
            (texts, _MOST_DICTIONARY_BYTES, " of texts in columns of the type dictionary"),
            (max(columns, default=0), _MOST_COLUMN_BYTES, " in one column"),
            (max(int(group.total_byte_size), sum(columns)), _MOST_GROUP_BYTES, ""),
        )
        for found, limit, where in bounds:
            if found > limit:
                return _too_large(number, rows, found, limit, where)
    return None


def _too_large(number: int, rows: int, found: int, limit: int, where: str) -> Reason:
    advised = max(1, rows * limit // found)
    # Two digits are enough to go by.
    rounded = advised // (step := 10 ** max(0, len(str(advised)) - 2)) * step
    text = (
        f"a group of {rows} rows has {found} bytes{where}, the limit is {limit}: write the file in groups of "
        f"at most {rounded} rows"
    )
    return Reason(Rule.MSG_03, text, place=f"group of rows {number + 1}")


def rows_at_once(group: Any, shared_bytes: int) -> int:
    """So many of a group that a batch of them is a few megabytes. `shared_bytes`: of the longest text of each of
    its columns that is stored once, and may belong to every row.
    """
    longest = sum(_column_bytes(group)) // max(1, int(group.num_rows)) + shared_bytes
    return max(1, min(_MOST_BATCH_ROWS, _BATCH_BYTES // max(1, longest)))


def _column_bytes(group: Any) -> list[int]:
    """Expanded, as declared."""
    return [int(group.column(n).total_uncompressed_size) for n in range(group.num_columns)]
