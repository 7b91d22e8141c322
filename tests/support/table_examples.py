"""The examples of templates, made from the categories: `./hub python -m tests.support.table_examples`.

A test compares them with what this module gives, so that they follow the templates.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.category_forms.example import example_payload
from adapters.csv_tables import CsvTables
from adapters.parquet_tables import ParquetTables
from adapters.tables.naming import TEMPLATE
from adapters.tables.template_files import (
    category_table,
    csv_template,
    market_unit_table,
    xlsx_template,
)
from adapters.xlsx_tables import XlsxTables
from contracts.documents import Document, Entry, Header
from router.bootstrap import language

EXAMPLES = Path(__file__).parents[2] / "examples"
CATALOGUE = language().catalogue
_HEADER = Header("example", "example", "hub", datetime(2026, 11, 24, 9, 30, tzinfo=UTC))


def _entry(command: str, category: str, number: int, **more: Any) -> Entry:
    found = CATALOGUE.get(category, "1.0")
    assert found is not None
    return Entry(command, example_payload(found, number=number) | more)


REGISTRATIONS = [
    _entry("asset.register", "ev_charge_point", 1),
    _entry(
        "asset.register",
        "ev_charge_point",
        2,
        accounting_point={"scheme": "mpan", "id": "1200012345679"},
    ),
    _entry("asset.register", "battery_storage", 2, valid_from="2026-11-01T00:00:00Z"),
]
UPDATE = _entry(
    "asset.update", "battery_storage", 1, asset={"ref": "battery_storage-1"}, expected_version=1
)
CREATION = Entry(
    "market_unit.create",
    {
        "type": "spg",
        "name": "East charge points",
        "refs": [{"ref": "EAST"}],
        "members": [
            {"asset": {"ref": "ev_charge_point-1"}},
            {"asset": {"ref": "ev_charge_point-2"}},
        ],
    },
)
#: Each cell is wrong in a way of its own.
REFUSED = (
    "Template;heat_pump;1.0\r\n"
    "Command;Accounting point scheme;Accounting point;Connection status;Import capacity (kW);Date connected\r\n"
    "register;mpan;1200000000000;conected;7,4567;2019-02-29\r\n"
)
COMPOSITION = Entry(
    "market_unit.compose",
    {
        "market_unit": {"ref": "EAST"},
        "expected_version": 1,
        "members": [{"asset": {"ref": "ev_charge_point-2"}, "valid_from": "2026-11-01T00:00:00Z"}],
    },
)


def made() -> Iterator[tuple[str, bytes]]:
    """Name below examples/ and content."""
    csv, xlsx = CsvTables((), CATALOGUE), XlsxTables((), CATALOGUE)
    parquet = ParquetTables((), CATALOGUE)
    for name, entries in {
        "asset.register": REGISTRATIONS,
        "asset.update": [UPDATE],
        "market_unit.create": [CREATION],
        "market_unit.compose": [COMPOSITION],
    }.items():
        document = Document(_HEADER, tuple(entries))
        yield f"xlsx/{name}.xlsx", xlsx.encode(document)[1]
        yield f"parquet/{name}.parquet", parquet.encode(document)[1]
        media_type, body = csv.encode(document)
        layout = media_type.partition("profile=")[2].partition(";")[0]
        yield f"csv/{name}.csv", f"{TEMPLATE},{layout},\r\n".encode() + body
    yield "csv/asset.register.refused.csv", REFUSED.encode()
    battery = CATALOGUE.get("battery_storage", "1.0")
    assert battery is not None
    yield "csv/template.battery_storage.csv", csv_template(category_table(battery))
    yield "xlsx/template.battery_storage.xlsx", xlsx_template(category_table(battery))
    yield "csv/template.market_unit.csv", csv_template(market_unit_table())


if __name__ == "__main__":
    for name, body in made():
        (EXAMPLES / name).parent.mkdir(exist_ok=True)
        (EXAMPLES / name).write_bytes(body)
