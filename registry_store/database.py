"""One database, two ways in: SQLAlchemy for queries, a bare psycopg connection for the hot path."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine, create_engine, event

#: A statement that waits longer than this for a lock is rolled back, and its group decided again.
LOCK_TIMEOUT_MILLISECONDS = 5_000


class Database:
    """Connections of the runtime role. `url` is a `postgresql://` URL.

    `engine` hands out pooled SQLAlchemy connections (READ COMMITTED). `dedicated()` opens one psycopg
    connection outside of the pool, for a writer that keeps it.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self._url = url
        self.engine: Engine = create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
        )
        event.listen(self.engine, "connect", _prepare)

    def dedicated(self) -> psycopg.Connection:
        connection = psycopg.connect(self._url, autocommit=True)
        _prepare(connection)
        return connection

    def deciding(self) -> psycopg.Connection:
        """As `dedicated`, for whoever decides groups: it looks up some of many rows by their keys, hundreds at a
        time. A plan that is made without looking at those keys is right for all of them, and made once; made anew
        for a thousand given keys it takes longer than the look-up. And it never reads a table from end to end,
        which would be the cheapest while the table is new, and is not noticed to be so no more until statistics
        are gathered.
        """
        connection = self.dedicated()
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.execute("SET enable_seqscan = off")
        return connection

    def only_reading(self) -> psycopg.Connection:
        """As `dedicated`, for a process that is to write nothing."""
        connection = self.dedicated()
        connection.execute("SET default_transaction_read_only = on")
        return connection

    @contextmanager
    def reading(self) -> Iterator[psycopg.Connection]:
        """A pooled connection as bare psycopg, in a read-only snapshot (REPEATABLE READ)."""
        with self.engine.connect().execution_options(
            isolation_level="REPEATABLE READ"
        ) as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            yield raw

    @contextmanager
    def writing(self) -> Iterator[psycopg.Connection]:
        """A pooled connection as bare psycopg, in one transaction: committed unless the block raises."""
        with self.engine.begin() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            yield raw

    def close(self) -> None:
        self.engine.dispose()


def _prepare(connection: psycopg.Connection, _record: object = None) -> None:
    autocommit = connection.autocommit
    connection.autocommit = True
    connection.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MILLISECONDS}")
    connection.execute("SET timezone = 'UTC'")
    connection.autocommit = autocommit
