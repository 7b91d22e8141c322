"""A change of the subscriber's own organisation that alters what it may see, told record by record.

Roles and areas count from the position of that change on. What comes into sight there, or into another
view, is sent as `record.entered`, what leaves it as `record.withdrawn`, computed from the register as
it was at that position, so that the numbers are the same whenever this is done. It is one transaction
of its own, as large as what the grant opens or closes.
"""

from collections.abc import Iterator
from dataclasses import replace

import psycopg

from contracts.categories import Catalogue
from registry_store.feed import log, storing
from registry_store.feed.logged_change import LoggedChange
from registry_store.feed.notices import CLOSED, Notice, Telling
from registry_store.feed.packing import FeedLimits, Packer, pack
from registry_store.feed.sight import Subscriber
from registry_store.feed.telling import principal_after


def expand(
    connection: psycopg.Connection,
    subscription: str,
    grant: LoggedChange,
    *,
    catalogue: Catalogue,
    limits: FeedLimits,
) -> bool:
    """Tells the grant and moves on to its position; False when somebody else has or does.

    An organisation that is no longer active is told so in a last notification
    (`subscription.closed`), without withdrawals, and its subscription ends.
    """
    locked = storing.locked_at(connection, [subscription], grant.position - 1)
    if not locked:
        return False
    before = locked[0]
    after = replace(before, principal=principal_after(grant, before.principal))
    packer = Packer(
        subscription=subscription,
        filter_version=before.filter_version,
        epoch=log.epoch(connection),
        next_sequence=before.next_sequence,
        limits=limits,
    )
    has_ended = not after.principal.roles  # what an inactive organisation is left with
    notices = (
        iter((Telling(grant, catalogue).withdrawn(event=CLOSED),))
        if has_ended
        else _notices(connection, before, after, grant, catalogue)
    )
    storing.insert_streamed(connection, pack(packer, notices, grant.position))
    storing.move(connection, {subscription: storing.Move(grant.position, packer.next_sequence)})
    storing.become(
        connection, subscription, after.principal, state="ended" if has_ended else "active"
    )
    return True


def _notices(
    connection: psycopg.Connection,
    before: Subscriber,
    after: Subscriber,
    grant: LoggedChange,
    catalogue: Catalogue,
) -> Iterator[Notice]:
    if own := _own_change(before, after, grant, catalogue):
        yield own
    for change in log.state_at(connection, grant.position, without=grant.record):
        was, now = before.sight_of(change.audience_after), after.sight_of(change.audience_after)
        if was == now:
            continue
        telling = Telling(change, catalogue)
        yield telling.entered(now, caused_by=grant) if now else telling.withdrawn(caused_by=grant)


def _own_change(
    before: Subscriber, after: Subscriber, grant: LoggedChange, catalogue: Catalogue
) -> Notice | None:
    """The change as any subscriber is told it."""
    was, now = before.sight_of(grant.audience_before), after.sight_of(grant.audience_after)
    telling = Telling(grant, catalogue)
    if telling.is_event_of_the_log(was, now) and not after.filter.asks_for(
        grant.event, grant.material
    ):
        return None
    return telling.notice(was, now)
