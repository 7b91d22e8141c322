"""COPY: how rows are written, few or many.

`copy_rows` takes rows of any values. Tables that get a row for each item of a file are written by
`copy_lines`: their rows are lines of COPY's text format already, built from values whose types are
known. Source: PostgreSQL documentation, COPY, text format.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import psycopg

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_rows(connection: psycopg.Connection, target: str, rows: Iterable[Sequence[Any]]) -> None:
    """Add rows to `table (column, ...)`; nothing is asked of the database where there are none."""
    rows = list(rows)
    if not rows:
        return
    with connection.cursor().copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def copy_lines(connection: psycopg.Connection, target: str, lines: Sequence[str]) -> None:
    """As `copy_rows`; a line has the fields of one row, parted by tabs, without its end."""
    if lines:
        with connection.cursor().copy(f"COPY {target} FROM STDIN") as copy:
            copy.write("\n".join(lines) + "\n")


def text_field(text: str | None) -> str:
    if text is None:
        return NULL
    if text.isprintable() and "\\" not in text:
        return text
    return text.translate(_ESCAPES)


def json_field(text: str) -> str:
    """Of JSON without blanks between its tokens: no control character is in it as such."""
    return text.replace("\\", "\\\\")


def bytes_field(value: bytes) -> str:
    return "\\\\x" + value.hex()


@lru_cache(maxsize=1_024)
def time_field(moment: datetime) -> str:
    """A group has few times in it."""
    return moment.isoformat()
