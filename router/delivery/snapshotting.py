"""Taking the snapshots that new subscriptions wait for, one at a time and beside everything else."""

from collections.abc import Callable

import psycopg
import structlog
from psycopg import IsolationLevel

from contracts.categories import Catalogue
from registry_store.database import Database
from registry_store.feed import snapshots
from registry_store.feed.packing import FeedLimits
from registry_store.live_catalogue import Renew, nothing_new
from router.delivery.interrupting import interrupt
from router.delivery.leases import Lease

_log = structlog.get_logger()


class Snapshotting:
    """A snapshot may take minutes: it has a connection of its own and holds nobody up."""

    def __init__(
        self,
        database: Database,
        lease: Lease,
        *,
        catalogue: Catalogue,
        limits: FeedLimits,
        on_cut: Callable[[frozenset[str]], None],
        renew: Renew = nothing_new,
    ) -> None:
        self._database = database
        self._lease = lease
        self._catalogue = catalogue
        self._limits = limits
        self._on_cut = on_cut
        self._renew = renew
        self._connection: psycopg.Connection | None = None

    def step(self) -> bool:
        """Takes one that is waiting and ours; whether there was one."""
        with self._database.writing() as connection:
            self._renew(connection)
            waiting = snapshots.waiting(connection)
        for subscription in waiting:
            if subscription in self._lease.mine:
                with self._database.dedicated() as self._connection:
                    self._take(self._connection, subscription)
                return True
        return False

    def interrupt(self) -> None:
        """From another thread: a snapshot under way fails and is undone; it begins anew later."""
        if self._connection is not None:
            interrupt(self._database, self._connection)

    def _take(self, connection: psycopg.Connection, subscription: str) -> None:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        try:
            with connection.transaction():
                position = snapshots.take(
                    connection, subscription, catalogue=self._catalogue, limits=self._limits
                )
        except psycopg.errors.SerializationFailure:
            return  # paused or closed meanwhile; if it still waits, the next step takes it
        if position is not None:
            self._on_cut(frozenset({subscription}))
            _log.info("relay.snapshot_taken", subscription=subscription, position=position)
