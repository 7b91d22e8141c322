"""Who leads: of several processes with the same duty, one at a time, by an advisory lock of its session."""

import psycopg


def leads(connection: psycopg.Connection, lock: int) -> bool:
    """Whether this session holds the lock, or got it just now. It is held until the connection ends.

    Taking it again would add a count, so it is looked at first.
    """
    row = connection.execute(
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() "
        "AND objid = %(key)s AND classid = 0 AND objsubid = 1) THEN true ELSE pg_try_advisory_lock(%(key)s) END",
        {"key": lock},
    ).fetchone()
    return bool(row and row[0])
