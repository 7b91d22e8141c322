"""Cutting, over and over: the subscriptions of this relay, grouped by where they stand.

Most stand at the head of the log and are fed together by one read. Those that lag behind read for
themselves, one bounded cut between two cuts of the others, up to where the next ones stand.
"""

from collections.abc import Callable
from itertools import groupby

import psycopg
import structlog

from contracts.categories import Catalogue
from registry_store.database import Database
from registry_store.feed import grants, log
from registry_store.feed.cut import CutReport, Cutter
from registry_store.feed.packing import FeedLimits
from registry_store.live_catalogue import Renew, nothing_new
from router.delivery.interrupting import interrupt
from router.delivery.leases import Lease
from router.killpoints import reached

_POSITIONS = "SELECT id, position FROM subscription WHERE state = 'active' ORDER BY position, id"

_log = structlog.get_logger()


class Cutting:
    """One database connection, used by one thread at a time."""

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
        """`on_cut` is told which subscriptions have new bundles; `renew` brings the catalogue up to date."""
        self._database = database
        self._lease = lease
        self._catalogue = catalogue
        self._limits = limits
        self._on_cut = on_cut
        self._renew = renew
        self._cutter = Cutter(catalogue, limits)
        self._connection: psycopg.Connection | None = None
        self._laggard_turn = 0

    def step(self) -> bool:
        """Cuts what can be cut now; whether there is more to cut at once. Raises what the database raises.

        At the head it is not busy however fast changes come: a cut costs something for each
        subscription, so that changes of one moment are better cut together.
        """
        if self._connection is None or self._connection.closed:
            self._connection = self._database.dedicated()
        try:
            return self._step(self._connection)
        except BaseException:
            self._connection.close()
            raise

    def interrupt(self) -> None:
        """From another thread: a step under way fails, its transaction is undone."""
        if self._connection is not None:
            interrupt(self._database, self._connection)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _step(self, connection: psycopg.Connection) -> bool:
        self._renew(connection)
        head = log.head(connection)
        standing = connection.execute(_POSITIONS).fetchall()
        mine = self._lease.mine
        groups = [
            (position, [id for id, _ in group])
            for position, group in groupby(
                ((id, position) for id, position in standing if id in mine), key=lambda row: row[1]
            )
            if position < head
        ]
        if not groups:
            return False
        *laggards, (position, ids) = groups
        more = False
        if laggards:
            report, ids_behind = self._cut_one_of(connection, laggards, up_to=position)
            more = report.locked > 0
            if report.to_position == position:
                ids = ids + ids_behind
        report = self._cut(connection, ids, position, ceiling=head)
        # Where nothing was ours to lock another relay is at work: that is waited for, not fought over.
        return more or (report.locked > 0 and report.to_position < head)

    def _cut_one_of(
        self, connection: psycopg.Connection, laggards: list[tuple[int, list[str]]], *, up_to: int
    ) -> tuple[CutReport, list[str]]:
        """One cut of one group, in turn, up to where the next group stands; and who is in it."""
        self._laggard_turn += 1
        turn = self._laggard_turn % len(laggards)
        position, ids = laggards[turn]
        ceiling = laggards[turn + 1][0] if turn + 1 < len(laggards) else up_to
        return self._cut(connection, ids, position, ceiling=ceiling), ids

    def _cut(
        self, connection: psycopg.Connection, ids: list[str], position: int, *, ceiling: int
    ) -> CutReport:
        with connection.transaction():
            report = self._cutter.cut(connection, ids, position, ceiling=ceiling)
            reached("relay.cut.before_commit")
        reached("relay.cut.after_commit")
        told = set(report.told)
        for subscription, grant in report.grants:
            with connection.transaction():
                expanded = grants.expand(
                    connection, subscription, grant, catalogue=self._catalogue, limits=self._limits
                )
            if expanded:
                told.add(subscription)
                _log.info("relay.grant_told", subscription=subscription, position=grant.position)
        if told:
            self._on_cut(frozenset(told))
        return report
