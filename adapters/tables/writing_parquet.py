"""A written table as Parquet: a column is of texts, of booleans or of numbers; of texts where it is mixed."""

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from adapters import lexical
from adapters.tables.parquet.files import NAMED_BY
from adapters.tables.parquet.library import library
from adapters.tables.receipts import COLUMNS, receipt_values
from adapters.tables.writing import WrittenTable

PARQUET = "application/vnd.apache.parquet"
#: What a decimal of 128 bits holds.
_MOST_DIGITS = 38
_LARGEST_INTEGER = 2**63 - 1


def parquet_document(table: WrittenTable) -> tuple[str, bytes]:
    """Media type, with the layout that reads it back, and bytes."""
    version = f"; version={table.version}" if table.version else ""
    named = dict(zip(NAMED_BY, (table.layout, table.version or ""), strict=True))
    return f"{PARQUET}; profile={table.layout}{version}", _bytes(table.headings, table.rows, named)


def parquet_receipt(receipt: Mapping[str, Any]) -> bytes:
    """The lines of the CSV receipt."""
    return _bytes(COLUMNS, list(receipt_values(receipt)), {})


def _bytes(
    headings: Sequence[str], rows: Sequence[Sequence[Any]], metadata: Mapping[str, str]
) -> bytes:
    lib = library()
    columns = zip(*rows, strict=True) if rows else [()] * len(headings)
    table = lib.arrow.table(
        [_array(column) for column in columns], names=list(headings), metadata=metadata
    )
    made = io.BytesIO()
    lib.parquet.write_table(table, made, compression="zstd")
    return made.getvalue()


def _array(values: Sequence[Any]) -> Any:
    arrow = library().arrow
    stated = [value for value in values if value is not None]
    if stated and all(value is True or value is False for value in stated):
        return arrow.array(values, arrow.bool_())
    if stated and not any(isinstance(value, str | bool) for value in stated):
        numbers = [None if value is None else Decimal(lexical.write(value)) for value in values]
        if (type := _number_type([number for number in numbers if number is not None])) is not None:
            return arrow.array(_as(numbers, type), type)
    texts = [
        value if value is None or isinstance(value, str) else lexical.write(value)
        for value in values
    ]
    return arrow.array(texts, arrow.string())


def _as(numbers: Sequence[Decimal | None], type: Any) -> list[Any]:
    if not library().arrow.types.is_integer(type):
        return list(numbers)
    return [None if number is None else int(number) for number in numbers]


def _number_type(numbers: Sequence[Decimal]) -> Any:
    """None if no type of numbers holds all of them as they are."""
    arrow = library().arrow
    if all(abs(number) <= _LARGEST_INTEGER and number % 1 == 0 for number in numbers):
        return arrow.int64()
    before = max(max(0, number.adjusted() + 1) for number in numbers)
    after = max(max(0, -int(number.as_tuple().exponent)) for number in numbers)
    return arrow.decimal128(before + after, after) if before + after <= _MOST_DIGITS else None
