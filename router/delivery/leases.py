"""Which subscriptions are this relay's: an equal part of all, by the relays that live.

Two relays may disagree for a moment. Cutting is fenced by the subscription's row; a bundle may then be
delivered by both, which is the same bundle twice. A relay whose heartbeat fails lets go of all before
the others take them for free.
"""

import time

from registry_store import processes
from registry_store.database import Database

#: A relay lets go this much earlier than others take over.
_MARGIN_SECONDS = 1.5
_SUBSCRIPTIONS = "SELECT id FROM subscription WHERE state <> 'closed'"


class Lease:
    """Nothing is held before the first beat and after too long a silence."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._heartbeat = processes.Heartbeat(database, "relay")
        self._beaten_at = float("-inf")
        self._shared: tuple[frozenset[str], tuple[str, ...]] | None = None
        self._share: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        return self._heartbeat.id

    @property
    def mine(self) -> frozenset[str]:
        """The subscriptions of this relay, as of the last beat."""
        held = time.monotonic() - self._beaten_at < processes.LIVE_SECONDS - _MARGIN_SECONDS
        return self._share if held else frozenset()

    def beat(self, problem: str | None) -> None:
        """Says that this relay lives, reads which others do and what there is to share.

        `problem`: what keeps it from its work, for `hub status`.
        """
        began = time.monotonic()
        self._heartbeat.beat()
        members = processes.live(self._database, "relay")
        with self._database.writing() as connection:
            connection.execute("UPDATE process SET problem = %s WHERE id = %s", (problem, self.id))
            ids = frozenset(id for (id,) in connection.execute(_SUBSCRIPTIONS))
        if self._shared != (ids, members):
            self._share = processes.share(ids, members, self.id)
            self._shared = (ids, members)
        self._beaten_at = began

    def leave(self) -> None:
        """The others take over at once."""
        self._beaten_at = float("-inf")
        self._heartbeat.stop()
