"""Receipts that were not published in line: left to the relay."""

from collections.abc import Iterable

import psycopg


def leave_to_relay(connection: psycopg.Connection, rows: Iterable[tuple[int, str]]) -> None:
    """(message row, why it is not published yet). A receipt that is due already stays so."""
    messages, errors = [], []
    for message, error in rows:
        messages.append(message)
        errors.append(error)
    connection.execute(
        "INSERT INTO receipt_due (message, last_error) SELECT * FROM unnest(%s::bigint[], %s::text[]) "
        "ON CONFLICT (message) DO NOTHING",
        (messages, errors),
    )
