"""Cutting: one read of the log tells all subscriptions that stand at one position.

The caller owns the transaction, so that bundles and positions are there together or not at all.
"""

from collections.abc import Collection
from dataclasses import dataclass

import psycopg

from contracts.categories import Catalogue
from registry_store.feed import log, storing
from registry_store.feed.logged_change import LoggedChange
from registry_store.feed.packing import FeedLimits
from registry_store.feed.sight import Subscriber
from registry_store.feed.telling import Audiences, tell


@dataclass(frozen=True, slots=True)
class CutReport:
    """`told`: subscriptions with new bundles; `grants` as in `telling.Cut`; `locked`: how many were ours."""

    to_position: int
    changes: int = 0
    locked: int = 0
    told: frozenset[str] = frozenset()
    grants: tuple[tuple[str, LoggedChange], ...] = ()


class Cutter:
    """Remembers the last index over filters: from cut to cut the same subscriptions stand together."""

    def __init__(self, catalogue: Catalogue, limits: FeedLimits) -> None:
        self._catalogue = catalogue
        self._limits = limits
        self._indexed: list[tuple[str, int, int]] = []
        self._audiences = Audiences(())

    def cut(
        self, connection: psycopg.Connection, ids: Collection[str], position: int, *, ceiling: int
    ) -> CutReport:
        """One bounded cut for those of `ids` that stand at `position`; not beyond `ceiling`."""
        subscribers = storing.locked_at(connection, ids, position)
        if not subscribers:
            return CutReport(position)
        limit = min(self._limits.changes_per_cut, ceiling - position)
        changes = log.changes_after(connection, position, limit=limit)
        cut = tell(
            self._index(subscribers),
            changes,
            position=position,
            next_sequences={subscriber.id: subscriber.next_sequence for subscriber in subscribers},
            epoch=log.epoch(connection),
            catalogue=self._catalogue,
            limits=self._limits,
        )
        storing.insert_bundles(connection, cut.bundles)
        storing.move(
            connection,
            {
                s.id: storing.Move(
                    cut.position_of(s.id), cut.next_sequences.get(s.id, s.next_sequence)
                )
                for s in subscribers
            },
        )
        return CutReport(
            to_position=cut.to_position,
            changes=len(changes),
            locked=len(subscribers),
            told=frozenset(cut.next_sequences),
            grants=tuple(cut.grants.items()),
        )

    def _index(self, subscribers: list[Subscriber]) -> Audiences:
        # Filters and principals are the same objects as long as they are the same (`storing`).
        same = [(s.id, id(s.filter), id(s.principal)) for s in subscribers]
        if same != self._indexed:
            self._indexed, self._audiences = same, Audiences(subscribers)
        return self._audiences
