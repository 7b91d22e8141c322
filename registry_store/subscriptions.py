"""Subscriptions: who is told what, by which way. Made, listed, paused and resumed here.

What a subscriber may see is never part of it: that follows from the organisation's roles and areas.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from contracts.identifiers import public_id
from registry_store.database import Database
from registry_store.feed import log
from registry_store.feed.filters import Filter
from registry_store.feed.sight import principal_as_json
from registry_store.feed.standing import principal_now

WAYS = frozenset({"amqp", "webhook", "pull"})
STARTS = frozenset({"now", "snapshot"})

#: Before the snapshot is taken a subscription stands before the log.
_BEFORE_THE_LOG = -1


class PartnerUnknown(LookupError):
    """There is no active partner of this name, or its organisation is not active."""


class SubscriptionUnknown(LookupError):
    """There is no subscription of this id, or it is not in a state that allows this."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A row, without who looks: that is the cut's affair. `target` holds no secret."""

    id: str
    partner: str
    organisation: str
    filter: dict[str, Any]
    way: str
    target: dict[str, Any]
    format: str
    state: str
    epoch: int
    position: int
    next_sequence: int
    created_at: datetime

    @property
    def last_sequence(self) -> int:
        return self.next_sequence - 1


_COLUMNS = "id, partner, organisation, filter, way, target, format, state, epoch, position, next_sequence, created_at"


def create(
    database: Database,
    *,
    partner: str,
    filter: Filter,
    way: str,
    target: Mapping[str, Any] | None = None,
    format: str = "json",
    start: str = "now",
) -> Subscription:
    """A new subscription of this partner (slug), from the head of the log on.

    `start` snapshot: the relay first sends all visible records, then what changed after them.
    Raises PartnerUnknown.
    """
    assert way in WAYS
    assert start in STARTS
    id = public_id("subscription", secrets.randbits(60))
    if way == "amqp":
        target = {"queue": f"partner.{partner}.sub.{id}"}
    with database.dedicated() as connection:
        # Head of the log and standing of the organisation must be of one moment.
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        with connection.transaction():
            organisation = _organisation_of(connection, partner)
            principal = principal_now(connection, organisation)
            if not principal.roles:
                raise PartnerUnknown(f"the organisation of {partner} is not active")
            connection.execute(
                "INSERT INTO subscription (id, partner, organisation, filter, way, target, format, state, "
                "principal, epoch, position) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    id,
                    partner,
                    organisation,
                    Jsonb(filter.as_json()),
                    way,
                    Jsonb(dict(target or {})),
                    format,
                    "starting" if start == "snapshot" else "active",
                    Jsonb(principal_as_json(principal)),
                    log.epoch(connection),
                    _BEFORE_THE_LOG if start == "snapshot" else log.head(connection),
                ),
            )
        return get(connection, id)


def get(connection: psycopg.Connection, id: str) -> Subscription:
    """Raises SubscriptionUnknown."""
    found = _select(connection, "WHERE id = %s", id)
    if not found:
        raise SubscriptionUnknown(f"there is no subscription {id}")
    return found[0]


def of_partner(connection: psycopg.Connection, partner: str) -> list[Subscription]:
    return _select(connection, "WHERE partner = %s ORDER BY created_at, id", partner)


def everyone(connection: psycopg.Connection) -> list[Subscription]:
    return _select(connection, "ORDER BY partner, created_at, id")


def pause(connection: psycopg.Connection, id: str) -> None:
    """Nothing is cut or sent until it is resumed; nothing is lost, it goes on where it stood."""
    _set_state(connection, id, "state = 'paused'", ("active", "starting"))


def resume(connection: psycopg.Connection, id: str) -> None:
    """Also opens one again that its target had closed (410)."""
    _set_state(
        connection,
        id,
        f"state = CASE WHEN position = {_BEFORE_THE_LOG} THEN 'starting' ELSE 'active' END",
        ("paused", "closed"),
    )


def close(connection: psycopg.Connection, id: str) -> None:
    """Nothing more is sent; what was cut can still be pulled."""
    _set_state(connection, id, "state = 'closed'", ("active", "starting", "paused", "ended"))


def _set_state(
    connection: psycopg.Connection, id: str, change: str, allowed: tuple[str, ...]
) -> None:
    moved = connection.execute(
        f"UPDATE subscription SET {change} WHERE id = %s AND state = ANY(%s)",  # noqa: S608 - constants
        (id, list(allowed)),
    )
    if not moved.rowcount:
        raise SubscriptionUnknown(f"there is no subscription {id} that is {' or '.join(allowed)}")


def _organisation_of(connection: psycopg.Connection, partner: str) -> str:
    row = connection.execute(
        "SELECT organisation FROM partner WHERE slug = %s AND is_active", (partner,)
    ).fetchone()
    if row is None:
        raise PartnerUnknown(f"there is no active partner {partner}")
    return str(row[0])


def _select(connection: psycopg.Connection, rest: str, *parameters: str) -> list[Subscription]:
    with connection.cursor(row_factory=class_row(Subscription)) as cursor:
        query = f"SELECT {_COLUMNS} FROM subscription {rest}"  # noqa: S608 - constants
        return cursor.execute(query, parameters).fetchall()
