"""Answers as Parquet: in further columns of a Parquet file, and as a list of outcomes. Only this room of outcomes
knows pyarrow, which is large: it is imported when an answer in Parquet is asked for.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from adapters.outcomes import listing
from adapters.outcomes.answers import COLUMNS, REJECTED, RowAnswers, answer_of
from adapters.outcomes.pieces import Pieces

_BLOCK_ROWS = 5_000
#: The number of the first row in places: names of columns are no row.
FIRST_ROW = 1
_ANSWER = [pa.field(name, pa.string()) for name in COLUMNS]
_LISTED = pa.schema(
    [pa.field(name, pa.int64() if name == "item" else pa.string()) for name in listing.COLUMNS]
)


def parquet_with_answers(
    source: BinaryIO,
    outcomes: Iterable[Mapping[str, Any]],
    *,
    to_end: bool,
    only_rejected: bool = False,
) -> Iterator[bytes]:
    """`to_end`: rows behind the last one that is answered are given too."""
    answers, made, row = RowAnswers(outcomes), Pieces(), FIRST_ROW
    with pq.ParquetFile(source) as file:
        schema = file.schema_arrow
        for field in _ANSWER:
            schema = schema.append(field)
        with pq.ParquetWriter(made, schema) as writer:
            for batch in file.iter_batches(_BLOCK_ROWS):
                kept, columns = _answered(answers, row, len(batch), to_end, only_rejected)
                row += len(batch)
                rows = batch.take(pa.array(kept, pa.int64()))
                added = [pa.array(column, pa.string()) for column in columns]
                writer.write_batch(pa.record_batch([*rows.columns, *added], schema=schema))
                yield made.taken()
                if answers.is_at_end and not to_end:
                    break
    yield made.taken()


def _answered(
    answers: RowAnswers,
    first: int,
    count: int,
    to_end: bool,  # noqa: FBT001 - as given
    only_rejected: bool,  # noqa: FBT001 - likewise
) -> tuple[list[int], list[list[str | None]]]:
    """Which rows are given, and the columns of their answers."""
    kept: list[int] = []
    columns: list[list[str | None]] = [[] for _ in COLUMNS]
    for at in range(count):
        if answers.is_at_end and not to_end:
            break
        own = answers.of(first + at)
        if only_rejected and not any(each["status"] == REJECTED for each in own):
            continue
        kept.append(at)
        for column, text in zip(columns, answer_of(own), strict=True):
            column.append(text or None)
    return kept, columns


def parquet_listing(outcomes: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Under the columns of `listing`."""
    made, rows = Pieces(), map(listing.listed_row, outcomes)
    with pq.ParquetWriter(made, _LISTED) as writer:
        while block := list(islice(rows, _BLOCK_ROWS)):
            cells = zip(*block, strict=True)
            arrays = [
                pa.array([cell if cell != "" else None for cell in column], field.type)
                for column, field in zip(cells, _LISTED, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=_LISTED))
            yield made.taken()
    yield made.taken()
