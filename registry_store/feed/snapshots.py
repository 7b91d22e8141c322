"""How a subscription begins with what there is: all visible records, then the changes after.

One REPEATABLE READ transaction sees the head of the log and the records as of that head, so that
between snapshot and changes there is no gap and no overlap, however busy the writers are.
"""

from collections.abc import Iterator

import psycopg

from contracts.categories import Catalogue
from registry_store.feed import log, storing
from registry_store.feed.filters import Filter
from registry_store.feed.notices import Notice, Telling
from registry_store.feed.packing import FeedLimits, Packer, pack
from registry_store.feed.sight import Subscriber
from registry_store.feed.standing import principal_now

_STARTING = """
    SELECT organisation, filter, filter_version, next_sequence FROM subscription
    WHERE id = %s AND state = 'starting'
    FOR NO KEY UPDATE SKIP LOCKED
"""


def waiting(connection: psycopg.Connection) -> list[str]:
    """Subscriptions whose snapshot is still to be taken."""
    rows = connection.execute(
        "SELECT id FROM subscription WHERE state = 'starting' ORDER BY created_at"
    )
    return [id for (id,) in rows]


def take(
    connection: psycopg.Connection, subscription: str, *, catalogue: Catalogue, limits: FeedLimits
) -> int | None:
    """Stores the snapshot and lets the subscription go on from its position, which is returned.

    Inside a REPEATABLE READ transaction of the caller. None: somebody else takes or took it.
    """
    row = connection.execute(_STARTING, (subscription,)).fetchone()
    if row is None:
        return None
    organisation, filter, filter_version, next_sequence = row
    position = log.head(connection)
    subscriber = Subscriber(
        id=subscription,
        organisation=organisation,
        filter=Filter.from_json(filter),
        filter_version=filter_version,
        principal=principal_now(connection, organisation),
        next_sequence=next_sequence,
    )
    packer = Packer(
        subscription=subscription,
        filter_version=filter_version,
        epoch=log.epoch(connection),
        next_sequence=next_sequence,
        limits=limits,
    )
    notices = _notices(connection, subscriber, catalogue)
    storing.insert_streamed(connection, pack(packer, notices, position))
    storing.move(connection, {subscription: storing.Move(position, packer.next_sequence)})
    storing.become(connection, subscription, subscriber.principal, state="active")
    return position


def _notices(
    connection: psycopg.Connection, subscriber: Subscriber, catalogue: Catalogue
) -> Iterator[Notice]:
    conditions = {
        name: None if (wanted := getattr(subscriber.filter, name)) is None else sorted(wanted)
        for name in ("kinds", "categories", "gsp_groups", "network_areas")
    }
    for change in log.state_now(connection, **conditions):
        if sight := subscriber.sight_of(change.audience_after):
            yield Telling(change, catalogue).snapshot(sight)
