"""A portfolio as Parquet: the columns of the template, numbers as decimals, booleans as such, all else as text."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from bench.portfolio.layouts import TableLayout
from bench.portfolio.pools import Texts
from bench.portfolio.rows import Block, Place

_TYPES = {"number": pa.decimal128(18, 6), "boolean": pa.bool_()}
_GROUP_ROWS = 50_000


class ParquetWriting:
    """Writes row groups; a row is counted from 1, since there is none of headings."""

    def __init__(self, sink: BinaryIO, layout: TableLayout, columns: Texts) -> None:
        self._headings = dict(zip(columns, layout.headings, strict=True))
        self._kinds = [layout.kinds[column] for column in columns]
        template, name, version = layout.first
        fields = [
            pa.field(heading, _TYPES.get(kind, pa.string()))
            for heading, kind in zip(layout.headings, self._kinds, strict=True)
        ]
        said = {template.lower(): name, f"{template.lower()}_version": version}
        self._schema = pa.schema(fields, metadata=said)
        self._writer = pq.ParquetWriter(sink, self._schema)
        self._rows: list[Texts] = []

    def write(self, block: Block) -> None:
        self._rows += block.rows
        if len(self._rows) >= _GROUP_ROWS:
            self._put()

    def place(self, position: int, pointer: str) -> Place:
        row, column = position + 1, self._headings.get(pointer)
        return Place(row, column, f'row {row}, column "{column}"' if column else f"row {row}")

    def close(self) -> None:
        self._put()
        self._writer.close()

    def _put(self) -> None:
        if not self._rows:
            return
        texts = zip(*self._rows, strict=True)
        arrays = [
            pa.array(_values(kind, column), field.type)
            for kind, column, field in zip(self._kinds, texts, self._schema, strict=True)
        ]
        self._writer.write_table(pa.table(arrays, schema=self._schema))
        self._rows = []


def _values(kind: str, texts: Sequence[str]) -> list[Any]:
    if kind == "number":
        return [Decimal(text) if text else None for text in texts]
    if kind == "boolean":
        return [text == "true" if text else None for text in texts]
    return [text or None for text in texts]
