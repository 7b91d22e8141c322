"""COPY: how rows are written, few or many."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg


def copy_rows(connection: psycopg.Connection, target: str, rows: Iterable[Sequence[Any]]) -> None:
    """Add rows to `table (column, ...)`; nothing is asked of the database where there are none."""
    rows = list(rows)
    if not rows:
        return
    with connection.cursor().copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
