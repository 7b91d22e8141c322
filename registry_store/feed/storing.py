"""The rows of a cut: subscriptions locked at their position, bundles written, positions moved on."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import orjson
import psycopg

from contracts.visibility import Principal
from registry_store.feed.filters import Filter
from registry_store.feed.packing import Bundle
from registry_store.feed.sight import Subscriber, principal_as_json, principal_from_json

_LOCKED = """
    SELECT id, organisation, filter::text, filter_version, principal::text, next_sequence
    FROM subscription
    WHERE id = ANY(%(ids)s) AND position = %(position)s AND state = 'active'
    ORDER BY id
    FOR NO KEY UPDATE SKIP LOCKED
"""
_MOVE = """
    UPDATE subscription s SET position = m.position, next_sequence = m.next_sequence
    FROM unnest(%(ids)s::text[], %(positions)s::bigint[], %(next_sequences)s::bigint[])
         AS m (id, position, next_sequence)
    WHERE s.id = m.id
"""
_COPY_BUNDLES = """
    COPY bundle (subscription, first_sequence, count, from_position, to_position, filter_version, epoch,
                 hash, content) FROM STDIN
"""

_BUNDLES_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Move:
    """Where a subscription stands after a cut."""

    position: int
    next_sequence: int


def locked_at(
    connection: psycopg.Connection, ids: Collection[str], position: int
) -> list[Subscriber]:
    """Those of `ids` that stand at `position` and nobody else is cutting: they are ours until the commit.

    Two relays that both believe to own a subscription exclude each other here: the second skips the
    locked row, or finds that the position has moved on.
    """
    rows = connection.execute(_LOCKED, {"ids": list(ids), "position": position})
    return [_subscriber(*row) for row in rows]


def insert_bundles(connection: psycopg.Connection, bundles: Iterable[Bundle]) -> None:
    with connection.cursor().copy(_COPY_BUNDLES) as copy:
        for bundle in bundles:
            copy.write_row(
                (
                    bundle.subscription,
                    bundle.first_sequence,
                    bundle.count,
                    bundle.from_position,
                    bundle.to_position,
                    bundle.filter_version,
                    bundle.epoch,
                    bundle.hash,
                    bundle.content.decode(),
                )
            )


def insert_streamed(connection: psycopg.Connection, bundles: Iterator[Bundle]) -> None:
    """Part by part: what makes the bundles may read through the same connection in between."""
    while part := list(islice(bundles, _BUNDLES_AT_ONCE)):
        insert_bundles(connection, part)


def move(connection: psycopg.Connection, moves: Mapping[str, Move]) -> None:
    places: Sequence[Move] = list(moves.values())
    connection.execute(
        _MOVE,
        {
            "ids": list(moves),
            "positions": [place.position for place in places],
            "next_sequences": [place.next_sequence for place in places],
        },
    )


def become(
    connection: psycopg.Connection, subscription: str, principal: Principal, *, state: str
) -> None:
    """The subscriber looks as this principal from its position on."""
    connection.execute(
        "UPDATE subscription SET principal = %s, state = %s WHERE id = %s",
        (orjson.dumps(principal_as_json(principal)).decode(), state, subscription),
    )


def _subscriber(
    id: str, organisation: str, filter: str, filter_version: int, principal: str, next_sequence: int
) -> Subscriber:
    return Subscriber(
        id=id,
        organisation=organisation,
        filter=_filter(filter),
        filter_version=filter_version,
        principal=_principal(principal),
        next_sequence=next_sequence,
    )


#: Few differ and they seldom change: read once, and the same object again at the next cut.
@lru_cache(maxsize=10_000)
def _filter(text: str) -> Filter:
    return Filter.from_json(orjson.loads(text))


@lru_cache(maxsize=10_000)
def _principal(text: str) -> Principal:
    return principal_from_json(orjson.loads(text))
