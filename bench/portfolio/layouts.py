"""How a portfolio stands in a table: the template it is written under, its headings, its kinds of columns."""

from datetime import UTC, datetime
from typing import NamedTuple

from adapters.tables.known import KnownProfiles
from adapters.tables.naming import TEMPLATE
from adapters.tables.templates.documents import ITEMS
from bench.portfolio.assets import MIXED, VERSION
from bench.portfolio.dialects import Dialect
from bench.portfolio.pools import Texts
from contracts.categories import Catalogue
from contracts.reasons import Reason

#: Above the first asset: the row that names the template, and the headings.
ROWS_ABOVE = 2


class TableLayout(NamedTuple):
    """`first`: the row in which the file names its template. `kinds`: of the columns, by their pointers."""

    first: Texts
    headings: Texts
    kinds: dict[str, str]


def table_layout(
    catalogue: Catalogue, category: str, columns: Texts, dialect: Dialect
) -> TableLayout:
    name = ITEMS if category == MIXED else category
    known = KnownProfiles((), catalogue).named(name, VERSION, datetime(2026, 1, 2, tzinfo=UTC))
    assert not isinstance(known, Reason), known
    by_pointer = {column.to: column for column in known.profile.columns if column.to is not None}
    headings, kinds = [], {}
    for pointer in columns:
        column = by_pointer[pointer]
        unit = dialect.unit_of(pointer)
        own = next(iter(column.units), "")
        spelt = column.headings[min(dialect.heading, len(column.headings) - 1)]
        headings.append(spelt.replace("{unit}", unit[0] if unit else own))
        kinds[pointer] = column.kind
    return TableLayout((TEMPLATE, name, VERSION), tuple(headings), kinds)
