"""Answers as Parquet: in further columns of a Parquet file, and as a list of outcomes."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO

from adapters.outcomes import listing
from adapters.outcomes.answers import COLUMNS, REJECTED, RowAnswers, answer_of
from adapters.outcomes.pieces import Pieces
from adapters.tables.parquet.library import library
from adapters.tables.parquet.shared_texts import SharedTexts, opened

_BLOCK_ROWS = 5_000
#: The number of the first row in places: names of columns are no row.
FIRST_ROW = 1


def parquet_with_answers(
    source: BinaryIO,
    outcomes: Iterable[Mapping[str, Any]],
    *,
    to_end: bool,
    only_rejected: bool = False,
) -> Iterator[bytes]:
    """`to_end`: rows behind the last one that is answered are given too."""
    arrow, parquet = library().arrow, library().parquet
    answers, made, row = RowAnswers(outcomes), Pieces(), FIRST_ROW
    file = opened(source)
    came = file.schema_arrow
    # An outcome file that is sent again has these columns already.
    own = [at for at, name in enumerate(came.names) if name not in COLUMNS]
    fields = [came.field(at) for at in own]
    fields += [arrow.field(name, arrow.string()) for name in COLUMNS]
    schema = arrow.schema(fields, metadata=came.metadata)
    with parquet.ParquetWriter(made, schema) as writer:
        for batch in SharedTexts(source, file).batches(file):
            kept, columns = _answered(answers, row, len(batch), to_end, only_rejected)
            row += len(batch)
            rows = batch.select(own).take(arrow.array(kept, arrow.int64()))
            added = [arrow.array(column, arrow.string()) for column in columns]
            writer.write_batch(arrow.record_batch([*rows.columns, *added], schema=schema))
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
    arrow, parquet = library().arrow, library().parquet
    types = [arrow.int64() if name == "item" else arrow.string() for name in listing.COLUMNS]
    schema = arrow.schema(list(zip(listing.COLUMNS, types, strict=True)))
    made, rows = Pieces(), map(listing.listed_row, outcomes)
    with parquet.ParquetWriter(made, schema) as writer:
        while block := list(islice(rows, _BLOCK_ROWS)):
            cells = zip(*block, strict=True)
            arrays = [
                arrow.array([cell if cell != "" else None for cell in column], type)
                for column, type in zip(cells, types, strict=True)
            ]
            writer.write_batch(arrow.record_batch(arrays, schema=schema))
            yield made.taken()
    yield made.taken()
