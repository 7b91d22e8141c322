"""The formats that a portfolio is written in."""

from collections.abc import Callable
from typing import BinaryIO

from bench.portfolio.assets import Assets
from bench.portfolio.csv_writing import CsvWriting
from bench.portfolio.dialects import Dialect
from bench.portfolio.layouts import table_layout
from bench.portfolio.rows import Writing
from contracts.categories import Catalogue


def _csv(sink: BinaryIO, catalogue: Catalogue, assets: Assets, dialect: Dialect) -> Writing:
    layout = table_layout(catalogue, assets.category, assets.columns, dialect)
    return CsvWriting(sink, layout, assets.columns, dialect)


_Begin = Callable[[BinaryIO, Catalogue, Assets, Dialect], Writing]
FORMATS: dict[str, _Begin] = {"csv": _csv}
#: Formats whose cells are texts that a dialect may write otherwise.
IN_DIALECTS = frozenset({"csv"})


def writing(
    format: str, sink: BinaryIO, catalogue: Catalogue, assets: Assets, dialect: Dialect
) -> Writing:
    return FORMATS[format](sink, catalogue, assets, dialect)
