"""The feed as a partner pulls it: pages of bundles after a cursor, which acknowledges all before."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from registry_store.feed import log, outbox
from registry_store.feed.cursors import Cursor
from registry_store.feed.outbox import StoredBundle
from registry_store.subscriptions import Subscription

MOST_BUNDLES = 100


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is where to go on: after the last bundle here, or where the caller stood if there is none."""

    bundles: Sequence[StoredBundle]
    next: Cursor


@dataclass(frozen=True, slots=True)
class CursorLost:
    """The cursor names notifications that this log does not have. `resume` is the last place both share."""

    cursor: Cursor
    resume: Cursor


def pull(
    connection: psycopg.Connection, subscription: Subscription, *, after: str, limit: int
) -> Page | CursorLost:
    """A page, and everything up to the cursor marked delivered where the subscription is pulled.

    Raises CursorUnreadable.
    """
    epoch = log.epoch(connection)
    cursor = Cursor.read(after, epoch=epoch)
    shared = outbox.last_sequence(connection, subscription.id, up_to_epoch=cursor.epoch)
    if cursor.epoch != epoch or cursor.sequence > shared:
        return CursorLost(cursor, Cursor(epoch, min(cursor.sequence, shared)))
    if subscription.way == "pull":
        outbox.acknowledge(connection, subscription.id, cursor.sequence)
    bundles = outbox.page(
        connection, subscription.id, after=cursor.sequence, limit=min(limit, MOST_BUNDLES)
    )
    return Page(bundles, Cursor(epoch, bundles[-1].last_sequence) if bundles else cursor)
