"""Ending what another thread does with a database connection."""

import psycopg

from registry_store.database import Database


def interrupt(database: Database, connection: psycopg.Connection) -> None:
    """The server ends that connection: whatever runs on it fails there and then, and is undone.

    A cancel request would only end the statement that runs at this moment, if one does.
    """
    if not connection.closed:
        with database.writing() as other:
            other.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
