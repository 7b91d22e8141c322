"""Bundles on their way: what is due, what came of it, and the pages that a partner pulls.

Order within a subscription is kept by handing out its first undelivered bundle alone.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class DueBundle:
    """The first undelivered bundle of a subscription. `content` is its canonical JSON; what is sent is always made
    from it in the same way, byte for byte.
    """

    subscription: str
    partner: str
    way: str
    target: dict[str, Any]
    format: str
    first_sequence: int
    count: int
    epoch: int
    attempts: int
    content: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A bundle that was not taken: when to try again, and the cause (never the whole answer)."""

    subscription: str
    first_sequence: int
    delay_seconds: float
    error: str


@dataclass(frozen=True, slots=True)
class StoredBundle:
    """A bundle as it is pulled, replayed or printed."""

    first_sequence: int
    count: int
    hash: bytes
    content: str

    @property
    def last_sequence(self) -> int:
        return self.first_sequence + self.count - 1


#: The order is drawn anew each time, so that whom the limit leaves out changes from round to round.
_DUE = """
    SELECT s.id AS subscription, s.partner, s.way, s.target, s.format,
           b.first_sequence, b.count, b.epoch, b.attempts, b.content
    FROM subscription s CROSS JOIN LATERAL (
        SELECT * FROM bundle WHERE subscription = s.id AND delivered_at IS NULL
        ORDER BY first_sequence LIMIT 1
    ) b
    WHERE s.id = ANY(%(ids)s) AND s.way = %(way)s AND s.state IN ('active', 'ended')
      AND b.next_attempt_at <= now() AND (b.attempts > 0) = %(tried)s
    ORDER BY random() LIMIT %(limit)s
"""
_DELIVERED = """
    UPDATE bundle b SET delivered_at = now(), attempts = b.attempts + 1, last_error = NULL
    FROM unnest(%(subscriptions)s::text[], %(sequences)s::bigint[]) AS d (subscription, first_sequence)
    WHERE b.subscription = d.subscription AND b.first_sequence = d.first_sequence AND b.delivered_at IS NULL
"""
_FAILED = """
    UPDATE bundle b SET attempts = b.attempts + 1, last_error = f.error,
                        next_attempt_at = now() + make_interval(secs => f.delay)
    FROM unnest(%(subscriptions)s::text[], %(sequences)s::bigint[], %(delays)s::float8[], %(errors)s::text[])
         AS f (subscription, first_sequence, delay, error)
    WHERE b.subscription = f.subscription AND b.first_sequence = f.first_sequence AND b.delivered_at IS NULL
"""
_PAGE = """
    SELECT first_sequence, count, hash, content FROM bundle
    WHERE subscription = %(id)s AND first_sequence + count > %(after)s + 1 AND first_sequence >= (
        SELECT coalesce(max(first_sequence), 0) FROM bundle
        WHERE subscription = %(id)s AND first_sequence <= %(after)s + 1
    )
    ORDER BY first_sequence LIMIT %(limit)s
"""


def due(
    connection: psycopg.Connection, ids: Collection[str], *, way: str, limit: int, tried: bool
) -> list[DueBundle]:
    """The bundle to send next for each of `ids` that has one: never tried before, or tried and due again."""
    with connection.cursor(row_factory=class_row(DueBundle)) as cursor:
        return cursor.execute(
            _DUE, {"ids": list(ids), "way": way, "limit": limit, "tried": tried}
        ).fetchall()


def mark_delivered(connection: psycopg.Connection, keys: Iterable[tuple[str, int]]) -> None:
    """`keys`: (subscription, first sequence)."""
    pairs = sorted(keys)
    connection.execute(
        _DELIVERED,
        {"subscriptions": [pair[0] for pair in pairs], "sequences": [pair[1] for pair in pairs]},
    )


def mark_failed(connection: psycopg.Connection, failures: Collection[Failure]) -> None:
    ordered = sorted(failures, key=lambda failure: (failure.subscription, failure.first_sequence))
    connection.execute(
        _FAILED,
        {
            "subscriptions": [failure.subscription for failure in ordered],
            "sequences": [failure.first_sequence for failure in ordered],
            "delays": [failure.delay_seconds for failure in ordered],
            "errors": [failure.error for failure in ordered],
        },
    )


def acknowledge(connection: psycopg.Connection, subscription: str, sequence: int) -> None:
    """A pull that continues after `sequence` has taken everything up to it."""
    connection.execute(
        "UPDATE bundle SET delivered_at = now(), attempts = attempts + 1 "
        "WHERE subscription = %s AND delivered_at IS NULL AND first_sequence + count - 1 <= %s",
        (subscription, sequence),
    )


def page(
    connection: psycopg.Connection, subscription: str, *, after: int, limit: int
) -> list[StoredBundle]:
    """Bundles with notifications after that sequence, in order; the first may begin before it."""
    with connection.cursor(row_factory=class_row(StoredBundle)) as cursor:
        return cursor.execute(
            _PAGE, {"id": subscription, "after": after, "limit": limit}
        ).fetchall()


def last_sequence(connection: psycopg.Connection, subscription: str, *, up_to_epoch: int) -> int:
    """The last number given out in that epoch or an earlier one, 0 if none was."""
    row = connection.execute(
        "SELECT first_sequence + count - 1 FROM bundle WHERE subscription = %s AND epoch <= %s "
        "ORDER BY first_sequence DESC LIMIT 1",
        (subscription, up_to_epoch),
    ).fetchone()
    return row[0] if row else 0
