"""The kinds of trouble that are not the sender's: transient, or the world moved under a decision."""

import psycopg
from psycopg import errors


class Transient(Exception):
    """The group could not be decided for a passing reason: keep it, pause, try again."""


#: Another transaction was faster: load again, decide again.
WORLD_MOVED = (
    errors.UniqueViolation,
    errors.ExclusionViolation,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.LockNotAvailable,
)

#: The database is away, full or shutting down.
_PASSING = (
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
    errors.ConnectionException,
    errors.TooManyConnections,
    errors.DiskFull,
    errors.OutOfMemory,
    errors.QueryCanceled,
    errors.IdleInTransactionSessionTimeout,
    errors.ReadOnlySqlTransaction,
)


def is_passing(error: BaseException) -> bool:
    """Whether trying again later, unchanged, may help."""
    if isinstance(error, _PASSING):
        return True
    # A lost connection has no SQLSTATE of its own.
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and (
        getattr(error, "sqlstate", None) is None
    )
