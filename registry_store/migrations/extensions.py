"""What of PostgreSQL's own extensions the tables need, named before anything is made if it is not there."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

#: Extension -> what it is for.
_NEEDED = {"btree_gist": "the constraint that no asset counts in two market units at one time"}
_STATE = text(
    "SELECT (SELECT true FROM pg_extension WHERE extname = :name) AS is_made, "
    "(SELECT true FROM pg_available_extensions WHERE name = :name) AS is_there, version() AS server"
)


class ExtensionMissing(Exception):
    """The server lacks an extension, or its owner role may not make it. Says what to do."""


def provide(connection: Connection) -> None:
    """Make the extensions that are not made yet, as the owner role. Raises ExtensionMissing."""
    for name, purpose in _NEEDED.items():
        state = connection.execute(_STATE, {"name": name}).one()
        if state.is_made:
            continue
        if not state.is_there:
            server = " ".join(state.server.split()[:2])
            raise ExtensionMissing(
                f"the database server ({server}) lacks the extension {name}, which is needed for {purpose}: "
                "install PostgreSQL's contrib package on it and start again"
            )
        try:
            with connection.begin_nested():
                connection.execute(text(f"CREATE EXTENSION {name}"))
        except DBAPIError as error:
            raise ExtensionMissing(
                f"the owner role may not make the extension {name}, which is needed for {purpose} ({error.orig}); "
                f"run this in the hub's database as an administrator: CREATE EXTENSION {name};"
            ) from error
