"""Which lanes are this worker's: a share by rendezvous hash, and a lock on each lane while it is held.

The share says who should read a lane. The lock (a PostgreSQL advisory lock of the session) says who
does: it is let go of only after all that the lane delivered is acknowledged, so the next worker starts
behind the last message of this one, and order is kept. The broker's single active consumer would hand
over too, but while the messages of the one before are still in work. Where the lock's session is lost,
the single active consumer remains as the fence.
"""

import psycopg

from registry_store.database import Database
from registry_store.processes import Heartbeat, live, share
from router.worker.lanes import SINGLE, Reads, all_queues

_LOCK_SPACE = 7_305_100


class Leases:
    """Blocking; for one thread at a time."""

    def __init__(self, database: Database, *, lanes_per_class: int, reads: Reads = SINGLE) -> None:
        self._database = database
        self._lanes_per_class = lanes_per_class
        self._reads = reads
        self._heartbeat = Heartbeat(database, reads.role)
        self._connection: psycopg.Connection | None = None
        self.held: set[str] = set()

    @property
    def id(self) -> str:
        return self._heartbeat.id

    def beat(self) -> tuple[frozenset[str], frozenset[str]]:
        """(lanes gained and locked, lanes to give up), after saying that this worker lives.

        What is to be given up stays locked until `give_up`. Raises database errors.
        """
        self._heartbeat.beat()
        members = live(self._database, self._reads.role)
        wanted: frozenset[str] = frozenset().union(
            *(
                share(queues, members, self.id)
                for queues in all_queues(self._reads, self._lanes_per_class)
            )
        )
        lost = self._lost_with_the_session()
        connection = self._session()
        gained = frozenset(q for q in sorted(wanted - self.held) if _lock(connection, q))
        self.held |= gained
        return gained - lost, frozenset((self.held - wanted) | (lost - gained))

    def give_up(self, queue: str) -> None:
        """Let the next worker have the lane."""
        self.held.discard(queue)
        if self._connection is not None and not self._connection.closed:
            self._connection.execute(
                "SELECT pg_advisory_unlock(%s, hashtext(%s))", (_LOCK_SPACE, queue)
            )

    def give_up_all(self) -> None:
        """Let go of everything at once: the session's end frees its locks."""
        self.held.clear()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def stop(self) -> None:
        self.give_up_all()
        self._heartbeat.stop()

    def _session(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self._database.dedicated()
        return self._connection

    def _lost_with_the_session(self) -> frozenset[str]:
        """Lanes whose locks went with a session that is gone: locked again where still free."""
        if self._connection is not None:
            try:
                self._connection.execute("SELECT 1")
            except psycopg.OperationalError:
                self._connection.close()
        if self._connection is None or not self._connection.closed:
            return frozenset()
        lost = frozenset(self.held)
        self.held.clear()
        return lost


def _lock(connection: psycopg.Connection, queue: str) -> bool:
    row = connection.execute(
        "SELECT pg_try_advisory_lock(%s, hashtext(%s))", (_LOCK_SPACE, queue)
    ).fetchone()
    return bool(row and row[0])
