"""Reconciling: what the register holds of a file's source, and the file does not state. It is reported, no more.

Looked at when a batch ends: records that the same organisation registered, whose statement comes from one of the
sources of the file's own records, and that no row of the file came to. A row that was refused came to no record,
but may name one: by its id, its sender's reference or a strong key. What is named so is told apart, and is not
missing: a typing error ends nothing.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson
import psycopg

#: Sources of the records that the batch came to, as its sender stated them.
_SOURCES = """
    SELECT DISTINCT v.content::jsonb #>> '{source,system}' FROM (
        SELECT DISTINCT unnest(records) AS record FROM batch_chunk WHERE batch = %(batch)s
    ) AS seen
    JOIN record r ON r.row = seen.record
    JOIN record_version v ON v.record = r.row AND v.version = r.current_version
    WHERE v.content::jsonb ->> 'registered_by' = %(organisation)s AND v.content::jsonb -> 'source' IS NOT NULL
"""

#: Reads every live asset once; `LIKE` first, because it costs a tenth of reading the content as JSON.
_MISSING = """
    WITH name AS (
        SELECT n ->> 0 AS scheme, n ->> 1 AS value, n ->> 2 AS party
        FROM batch_chunk c, jsonb_array_elements(c.named) n WHERE c.batch = %(batch)s AND c.named IS NOT NULL
    ), named AS (
        SELECT r.row AS record FROM name JOIN record r ON name.scheme = 'record' AND r.id = name.value
        UNION
        SELECT f.record FROM name
        JOIN record_ref f ON name.scheme = 'ref' AND f.party = name.party AND f.ref = name.value
        UNION
        SELECT k.record FROM name JOIN record_key k ON k.scheme = name.scheme AND k.value = name.value AND k.rank = 0
    )
    INSERT INTO batch_missing (batch, record, version, is_named)
    SELECT %(batch)s, r.row, r.version, r.row IN (SELECT record FROM named) FROM record r
    JOIN record_version v ON v.record = r.row AND v.version = r.current_version
    WHERE r.kind = 'asset' AND r.status <> 'deregistered'
      AND v.content LIKE '%%' || %(organisation)s || '%%'
      AND v.content::jsonb ->> 'registered_by' = %(organisation)s
      AND v.content::jsonb #>> '{source,system}' = ANY(%(sources)s)
      AND NOT EXISTS (
          SELECT FROM (SELECT unnest(records) AS record FROM batch_chunk WHERE batch = %(batch)s) AS seen
          WHERE seen.record = r.row
      )
    ON CONFLICT DO NOTHING
"""

_SHOWN = """
    SELECT m.record, r.id, m.version, r.version, m.is_named, v.content::jsonb -> 'keys', v.content::jsonb -> 'refs'
    FROM batch_missing m JOIN record r ON r.row = m.record
    JOIN record_version v ON v.record = r.row AND v.version = r.current_version
    WHERE m.batch = %s AND m.record > %s ORDER BY m.record LIMIT %s
"""


class Missing(NamedTuple):
    """A record that the file does not state. `version`: when that was found; `is_same`: it still is the newest.
    `is_named`: by a row that was refused. `row` is where the next page begins.
    """

    row: int
    id: str
    version: int
    is_same: bool
    is_named: bool
    keys: list[dict[str, str]]
    refs: list[dict[str, str]]

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "version": self.version,
            "changed_since": not self.is_same,
            "refused": self.is_named,
            "keys": self.keys,
            "refs": self.refs,
        }


class Counted(NamedTuple):
    """Records that no row came to: `missing` in the file, or `refused`, where a row that was refused names them."""

    missing: int
    refused: int


def reconcile(connection: psycopg.Connection, batch: int, organisation: str) -> Counted | None:
    """Note what is missing, in the transaction that ends the batch, and how many that are.

    `organisation`: on whose behalf the batch was sent. None: no record of the file names a source.
    """
    asked = {"batch": batch, "organisation": organisation}
    sources = [source for (source,) in connection.execute(_SOURCES, asked) if source]
    if not sources:
        return None
    connection.execute(_MISSING, {**asked, "sources": sources})
    return counted(connection, batch)


def note_missing(connection: psycopg.Connection, batch: int, missing: int) -> None:
    """For its progress and its receipt."""
    connection.execute(
        "UPDATE batch SET head = coalesce(head, '{}') || jsonb_build_object('missing', %s::int) WHERE row = %s",
        (missing, batch),
    )


def counted(connection: psycopg.Connection, batch: int) -> Counted:
    row = connection.execute(
        "SELECT count(*) FILTER (WHERE NOT is_named), count(*) FILTER (WHERE is_named) "
        "FROM batch_missing WHERE batch = %s",
        (batch,),
    ).fetchone()
    assert row is not None
    return Counted(*row)


def missing(
    connection: psycopg.Connection, batch: int, *, after: int = 0, limit: int
) -> list[Missing]:
    """A page of what is missing or refused; `after`: `row` of the last one before, 0 from the start."""
    rows = connection.execute(_SHOWN, (batch, after, limit))
    return [
        Missing(row, id, found, found == newest, is_named, keys or [], refs or [])
        for row, id, found, newest, is_named, keys, refs in rows
    ]


def deregistrations(connection: psycopg.Connection, batch: int, *, page: int) -> Iterator[bytes]:
    """JSON Lines that end what is missing, each expecting the version that was found missing: what has
    changed since is refused by name, and stays.
    """
    after = 0
    while found := missing(connection, batch, after=after, limit=page):
        for each in (each for each in found if not each.is_named):
            command = {
                "command": "asset.deregister",
                "asset": each.id,
                "expected_version": each.version,
            }
            yield orjson.dumps(command) + b"\n"
        after = found[-1].row
