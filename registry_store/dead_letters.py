"""Dead letters: what could not be processed, as rows that can be found and redriven."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.types.json import Jsonb


def bury(
    connection: psycopg.Connection,
    *,
    lane: str,
    sender: str | None,
    message_id: str | None,
    media_type: str | None,
    body: bytes,
    cause: str,
    detail: str,
    headers: Mapping[str, Any] | None = None,
) -> int:
    """Keep a message that the hub cannot process; returns the row that names it."""
    row = connection.execute(
        "INSERT INTO dead_letter (lane, sender, message_id, media_type, headers, body, cause, detail) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING row",
        (lane, sender, message_id, media_type, Jsonb(dict(headers or {})), body, cause, detail),
    ).fetchone()
    assert row is not None
    return int(row[0])
