"""Cutting without a relay: what the tests of the feed share."""

import json
from typing import Any

import psycopg
from psycopg import IsolationLevel

from contracts.categories import Catalogue
from registry_store.category_documents import load_catalogue
from registry_store.database import Database
from registry_store.feed import grants, log, snapshots
from registry_store.feed.cut import Cutter
from registry_store.feed.filters import Filter
from registry_store.feed.packing import FeedLimits
from registry_store.subscriptions import create
from router.bootstrap import SCHEMAS

CATALOGUE = load_catalogue(SCHEMAS)


def subscribe(
    database: Database, partner: str, start: str = "now", way: str = "pull", **filter: Any
) -> str:
    return create(database, partner=partner, filter=Filter(**filter), way=way, start=start).id


def cut_all(
    database: Database, limits: FeedLimits | None = None, catalogue: Catalogue = CATALOGUE
) -> None:
    """Cuts until every active subscription stands at the head, snapshots included."""
    limits = limits or FeedLimits()
    cutter = Cutter(catalogue, limits)
    with database.dedicated() as connection:
        for subscription in snapshots.waiting(connection):
            take_snapshot(connection, subscription, limits)
        head = log.head(connection)
        while behind := connection.execute(
            "SELECT id, position FROM subscription WHERE state = 'active' AND position < %s ORDER BY 2",
            (head,),
        ).fetchall():
            position = behind[0][1]
            ids = [id for id, at in behind if at == position]
            with connection.transaction():
                report = cutter.cut(connection, ids, position, ceiling=head)
            for subscription, grant in report.grants:
                with connection.transaction():
                    assert grants.expand(
                        connection, subscription, grant, catalogue=CATALOGUE, limits=limits
                    )


def take_snapshot(
    connection: psycopg.Connection, subscription: str, limits: FeedLimits | None = None
) -> None:
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    with connection.transaction():
        snapshots.take(connection, subscription, catalogue=CATALOGUE, limits=limits or FeedLimits())
    connection.isolation_level = None


def told(database: Database, subscription: str) -> list[dict[str, Any]]:
    """All notifications of the subscription as they stand in its bundles."""
    with database.dedicated() as connection:
        rows = connection.execute(
            "SELECT content FROM bundle WHERE subscription = %s ORDER BY first_sequence",
            (subscription,),
        ).fetchall()
    return [
        notification for (content,) in rows for notification in json.loads(content)["notifications"]
    ]


def in_short(notifications: list[dict[str, Any]]) -> list[tuple[int, str, str]]:
    return [(n["sequence"], n["event"], n["record"]["id"]) for n in notifications]
