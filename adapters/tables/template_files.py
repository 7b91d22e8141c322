"""Templates as files for people to fill in: the row that names the template, the headings, an example row.

The example is the category's first, as an asset.register; whoever fills the template in replaces it.
"""

from adapters.category_forms.example import example_payload
from adapters.tables.known import Known
from adapters.tables.naming import TEMPLATE
from adapters.tables.profile import profile_from_document
from adapters.tables.templates.documents import (
    ASSET_COMMANDS,
    UNIT_COMMANDS,
    category_template,
    market_unit_template,
)
from adapters.tables.writing import WrittenTable, table_for
from adapters.tables.writing_csv import csv_bytes
from adapters.tables.writing_xlsx import xlsx_document
from contracts.categories import Category
from contracts.documents import Entry

_UNIT = {
    "type": "spg",
    "name": "Example group",
    "refs": [{"ref": "GROUP-1"}],
    "members": [{"asset": {"ref": "ASSET-1"}}, {"asset": {"ref": "ASSET-2"}}],
}


def category_table(category: Category) -> WrittenTable:
    known = Known(profile_from_document(category_template(category, stated_version=True)))
    entry = Entry("asset.register", example_payload(category))
    return table_for(known, [entry], ASSET_COMMANDS)


def market_unit_table() -> WrittenTable:
    known = Known(profile_from_document(market_unit_template()))
    return table_for(known, [Entry("market_unit.create", _UNIT)], UNIT_COMMANDS)


def csv_template(table: WrittenTable) -> bytes:
    """UTF-8 with a byte order mark, by which a spreadsheet knows it."""
    first = (TEMPLATE, table.layout, table.version or "")
    return b"\xef\xbb\xbf" + csv_bytes(table, first)


def xlsx_template(table: WrittenTable) -> bytes:
    return xlsx_document([table])
