"""Messages answered before: the idempotent receiver's memory.

Source: Enterprise Integration Patterns, Idempotent Receiver; DESIGN.md section 4.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import orjson
import psycopg

from registry_store.array_text import number_array, text_array
from registry_store.batches import repeating


@dataclass(frozen=True, slots=True)
class Known:
    """The latest run of a message: its receipt stands for ever."""

    row: int
    run: int
    content_hash: bytes
    status: str
    receipt: bytes


def known_messages(
    connection: psycopg.Connection, ids: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Known]:
    """(sender, message id) -> its latest run, for those that were answered before."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = connection.execute(
        "SELECT m.sender, m.message_id, m.row, m.run, m.content_hash, m.status, m.receipt FROM message m "
        "JOIN unnest(%s::text[], %s::text[]) AS wanted (sender, message_id) USING (sender, message_id) ORDER BY m.run",
        (text_array([sender for sender, _ in wanted]), text_array([id for _, id in wanted])),
    )
    return {
        (sender, message_id): Known(row, run, bytes(content_hash), status, receipt.encode())
        for sender, message_id, row, run, content_hash, status, receipt in rows
    }


def touched_since(connection: psycopg.Connection, known: Known) -> bool:
    """Whether any record that a message came to has changed after its receipt."""
    receipt = orjson.loads(known.receipt)
    if "batch" in receipt:
        return repeating.touched_since(connection, known.row)
    named = {item["id"]: item["version"] for item in receipt["items"] if "id" in item}
    found = connection.execute(
        "SELECT 1 FROM record r JOIN unnest(%s::text[], %s::int[]) AS named (id, version) USING (id) "
        "WHERE r.version > named.version LIMIT 1",
        (text_array(named), number_array(named.values())),
    ).fetchone()
    return found is not None


def senders(connection: psycopg.Connection, slugs: Iterable[str]) -> dict[str, str]:
    """Slug -> organisation id of the active partners among these."""
    rows = connection.execute(
        "SELECT slug, organisation FROM partner WHERE slug = ANY(%s) AND is_active", (list(slugs),)
    )
    return dict(rows.fetchall())
