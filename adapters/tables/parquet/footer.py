"""What a Parquet file declares of itself in its footer, bounded before anything else is read."""

import io
import struct
from typing import Any, BinaryIO

from adapters.tables.csv_rows import MOST_COLUMNS
from contracts.reasons import Reason, Rule

_MAGIC, _ENCRYPTED = b"PAR1", b"PARE"
_END_BYTES = 8
_MOST_FOOTER_BYTES = 16 * 1024 * 1024
_MOST_GROUPS = 10_000
#: Of a group of rows, expanded; writers make groups of 128 MiB or of a million rows.
_MOST_GROUP_BYTES = 256 * 1024 * 1024
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
    groups = [
        metadata.row_group(number) for number in range(min(metadata.num_row_groups, _MOST_GROUPS))
    ]
    bounds = (
        ("columns", metadata.num_columns, MOST_COLUMNS),
        ("rows", metadata.num_rows, most_rows),
        ("groups of rows", metadata.num_row_groups, _MOST_GROUPS),
        (
            "bytes in a group of rows",
            max((_bytes(each) for each in groups), default=0),
            _MOST_GROUP_BYTES,
        ),
    )
    for what, found, limit in bounds:
        if found > limit:
            return Reason(Rule.MSG_03, f"{found} {what}, the limit is {limit}")
    if metadata.num_rows < 0 or any(each.num_rows < 0 for each in groups):
        return Reason(Rule.MSG_02, "the Parquet file declares fewer rows than none")
    return None


def rows_at_once(metadata: Any) -> int:
    """So many that a batch of them is a few megabytes."""
    if not metadata.num_row_groups:
        return _MOST_BATCH_ROWS
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    longest = max(_bytes(each) // max(1, int(each.num_rows)) for each in groups)
    return max(1, min(_MOST_BATCH_ROWS, _BATCH_BYTES // max(1, longest)))


def _bytes(group: Any) -> int:
    """As declared, for the group or for its columns, whichever is more."""
    columns = [int(group.column(n).total_uncompressed_size) for n in range(group.num_columns)]
    return max(int(group.total_byte_size), sum(columns))
