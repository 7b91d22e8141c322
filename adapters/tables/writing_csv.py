"""A written table as CSV: UTF-8, comma, lines ended by CR LF (RFC 4180)."""

import csv
import io
from typing import Any

from adapters import lexical
from adapters.tables.spreadsheet_text import escaped
from adapters.tables.writing import WrittenTable


def csv_document(table: WrittenTable) -> tuple[str, bytes]:
    """Media type, with the layout that reads it back, and bytes."""
    version = f"; version={table.version}" if table.version else ""
    media_type = f"text/csv; profile={table.layout}{version}; charset=utf-8; header=present"
    return media_type, csv_bytes(table)


def csv_bytes(table: WrittenTable, first: tuple[str, ...] = ()) -> bytes:
    """The bytes, with a row before the headings where one is given."""
    text = io.StringIO()
    writer = csv.writer(text)
    if first:
        writer.writerow(first)
    writer.writerow(table.headings)
    writer.writerows([_text(value) for value in row] for row in table.rows)
    return text.getvalue().encode("utf-8", "replace")


def _text(value: Any) -> str:
    if value is None:
        return ""
    return escaped(value) if isinstance(value, str) else lexical.write(value)
