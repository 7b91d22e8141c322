"""Chunks: excerpts of a batch in the registry, from their cutting to their decision.

A chunk is decided once: its row says whether, and is locked from before its items are decided until the commit.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
import psycopg

from contracts.batches import BatchHeader
from contracts.receipts import Outcome
from registry_store.array_text import number_array
from registry_store.batches.packing import packed, unpacked
from registry_store.rules.stated_names import StatedName

#: Outcomes are kept: worth more work than what passes through.
_OUTCOMES_LEVEL = 3


class ChunkBatch(NamedTuple):
    """What the chunks of one batch share. `on_behalf_of`: of transport or document, where either gives it."""

    row: int
    id: str
    message_id: str
    header: BatchHeader
    on_behalf_of: str | None
    received_at: datetime


class StoredChunk(NamedTuple):
    """An excerpt that is not decided yet. `first_item`: number of its first item in the file."""

    batch: ChunkBatch
    number: int
    first_item: int
    rows: int
    said: dict[str, Any]
    body: bytes


class DecidedChunk(NamedTuple):
    """What became of a chunk: its outcomes, and rows and versions of the records that they came to."""

    batch: int
    number: int
    outcomes: Sequence[Outcome]
    records: list[int]
    versions: list[int]
    #: What refused items name assets by, where the batch reconciles.
    named: Sequence[StatedName] = ()


def add_chunk(
    connection: psycopg.Connection,
    batch: int,
    number: int,
    *,
    first_item: int,
    rows: int,
    said: Mapping[str, Any],
    body: bytes,
) -> None:
    """Keep an excerpt (adapters.cutting) until it is decided. One that is there already stays as it is."""
    connection.execute(
        "INSERT INTO batch_chunk (batch, number, first_item, rows, said, body) "
        "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (batch, number, first_item, rows, orjson.dumps(dict(said)).decode(), packed(body)),
    )


def undecided_chunks(
    connection: psycopg.Connection, batch: int, *, up_to: int, limit: int, after: int = 0
) -> list[StoredChunk]:
    """The next chunks to be decided after one, in their order. None where the batch is not to go on."""
    rows = connection.execute(
        "SELECT b.id, b.message_id, b.header::text, b.head->>'on_behalf_of', b.received_at, "
        "c.number, c.first_item, c.rows, c.said::text, c.body "
        "FROM batch b JOIN batch_chunk c ON c.batch = b.row "
        "WHERE b.row = %s AND b.status = 'running' AND b.wish = 'run' AND c.decided_at IS NULL "
        "AND c.number > %s AND c.number <= %s "
        "ORDER BY c.number LIMIT %s",
        (batch, after, up_to, limit),
        binary=True,
    ).fetchall()
    return [
        StoredChunk(
            ChunkBatch(batch, id, message_id, _header(header), on_behalf_of, received_at),
            number,
            first_item,
            count,
            orjson.loads(said),
            unpacked(body),
        )
        for id, message_id, header, on_behalf_of, received_at, number, first_item, count, said, body in rows
    ]


def hold(connection: psycopg.Connection, chunks: Sequence[StoredChunk]) -> set[tuple[int, int]]:
    """Lock these chunks of one batch until the commit: (batch, number) of those still to be decided.

    The batch is held too, so that nobody ends, pauses or cancels it in between.
    """
    batch = chunks[0].batch.row
    goes_on = connection.execute(
        "SELECT 1 FROM batch WHERE row = %s AND status = 'running' AND wish = 'run' FOR SHARE",
        (batch,),
    ).fetchone()
    if goes_on is None:
        return set()
    rows = connection.execute(
        "SELECT batch, number FROM batch_chunk WHERE batch = %s AND number = ANY(%s) AND decided_at IS NULL "
        "ORDER BY number FOR UPDATE",
        (batch, [chunk.number for chunk in chunks]),
    )
    return set(rows.fetchall())


def write_decided(connection: psycopg.Connection, chunks: Iterable[DecidedChunk]) -> None:
    """Outcomes instead of bodies. The caller holds the chunks."""
    rows = [
        (
            *tally(chunk.outcomes),
            pack(chunk),
            number_array(chunk.records),
            number_array(chunk.versions),
            orjson.dumps([[*name] for name in chunk.named]).decode() if chunk.named else None,
            chunk.batch,
            chunk.number,
        )
        for chunk in chunks
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE batch_chunk SET decided_at = clock_timestamp(), body = NULL, said = NULL, accepted = %s, "
                "rejected = %s, unchanged = %s, superseded = %s, scheduled = %s, warnings = %s, by_rule = %s, "
                "outcomes = %s, records = %s::bigint[], versions = %s::int[], named = %s "
                "WHERE batch = %s AND number = %s",
                rows,
            )


_COUNTED = ("accepted", "rejected", "unchanged", "superseded", "scheduled")


def tally(outcomes: Sequence[Outcome]) -> tuple[Any, ...]:
    """Counts of `_COUNTED`, of warnings, and {rule key: how often} as JSON."""
    counts = dict.fromkeys(_COUNTED, 0)
    by_rule: dict[str, int] = {}
    warnings = 0
    for outcome in outcomes:
        counts[outcome.status] += 1
        for reason in outcome.reasons:
            key = reason.rule.key
            by_rule[key] = by_rule.get(key, 0) + 1
            warnings += not reason.is_error
    return *counts.values(), warnings, orjson.dumps(by_rule).decode()


def pack(chunk: DecidedChunk) -> bytes:
    body = orjson.dumps([outcome.as_json() for outcome in chunk.outcomes])
    return packed(body, _OUTCOMES_LEVEL)


def unpack(outcomes: bytes) -> list[dict[str, Any]]:
    """The outcomes of a decided chunk, as in a receipt."""
    found: list[dict[str, Any]] = orjson.loads(unpacked(outcomes))
    return found


@lru_cache(maxsize=64)
def _header(text: str) -> BatchHeader:
    return BatchHeader.model_validate_json(text)
