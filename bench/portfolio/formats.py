"""The formats that a portfolio is written in."""

from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from bench.portfolio.assets import Assets
from bench.portfolio.csv_writing import CsvWriting
from bench.portfolio.dialects import Dialect
from bench.portfolio.documents import WRITTEN_AT, FlatWriting, XmlWriting
from bench.portfolio.json_writing import JsonWriting
from bench.portfolio.jsonl_writing import JsonLinesWriting
from bench.portfolio.layouts import TableLayout, table_layout
from bench.portfolio.payloads import Payloads
from bench.portfolio.rows import Writing
from bench.portfolio.xlsx_writing import XlsxWriting
from contracts.categories import Catalogue
from contracts.documents import Header


class Asked(NamedTuple):
    """What a format is begun with."""

    sink: BinaryIO
    catalogue: Catalogue
    assets: Assets
    dialect: Dialect
    document_id: str
    sender: str

    @property
    def header(self) -> Header:
        return Header(self.document_id, self.sender, "hub", WRITTEN_AT)

    @property
    def layout(self) -> TableLayout:
        assets = self.assets
        return table_layout(self.catalogue, assets.category, assets.columns, self.dialect)

    @property
    def payloads(self) -> Payloads:
        return Payloads(self.assets.category, self.assets.columns, self.layout.kinds)


def _csv(asked: Asked) -> Writing:
    return CsvWriting(asked.sink, asked.layout, asked.assets.columns, asked.dialect)


def _xlsx(asked: Asked) -> Writing:
    return XlsxWriting(asked.sink, asked.layout, asked.assets.columns)


def _jsonl(asked: Asked) -> Writing:
    return JsonLinesWriting(asked.sink, asked.payloads)


def _json(asked: Asked) -> Writing:
    return JsonWriting(asked.sink, asked.payloads, asked.header, is_batch=False)


def _json_batch(asked: Asked) -> Writing:
    return JsonWriting(asked.sink, asked.payloads, asked.header, is_batch=True)


def _xml(asked: Asked) -> Writing:
    columns = asked.assets.columns
    return XmlWriting(asked.sink, asked.catalogue, asked.payloads, columns, asked.header)


def _flat(asked: Asked) -> Writing:
    columns = asked.assets.columns
    return FlatWriting(asked.sink, asked.catalogue, asked.payloads, columns, asked.header)


def _parquet(asked: Asked) -> Writing:
    # pyarrow is large, and this its only use here.
    from bench.portfolio.parquet_writing import ParquetWriting  # noqa: PLC0415

    return ParquetWriting(asked.sink, asked.layout, asked.assets.columns)


FORMATS: dict[str, Callable[[Asked], Writing]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "json": _json,
    "json-batch": _json_batch,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "xml": _xml,
    "flat": _flat,
}
#: Formats whose cells are texts that a dialect may write otherwise.
IN_DIALECTS = frozenset({"csv"})
