"""Two database roles and one database: what the hub needs of a PostgreSQL, made where it is missing.

The owner runs migrations; the runtime role only works in what the owner made. "Revoked" means nothing
to an owner, so the hub must never run as one.
"""

from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from router.servers.failures import ServerUnavailable


@dataclass(frozen=True, slots=True)
class Role:
    """A role that may log in."""

    name: str
    password: str = field(repr=False)


def provision(admin_url: str, *, owner: Role, runtime: Role, database: str) -> str:
    """Makes the roles, and the database when the URL names none but `postgres`.

    Returns the name of the hub's database. Safe to run at every start.
    """
    given = make_url(admin_url).database or "postgres"
    try:
        with _connection(admin_url) as admin:
            for role in (owner, runtime):
                _provide_role(admin, role, admin_url)
            if given == "postgres":
                _provide_database(admin, database, owner=owner, runtime=runtime)
                return database
            _open_database(admin, given, owner=owner, runtime=runtime)
            return given
    except psycopg.errors.InsufficientPrivilege as error:
        raise ServerUnavailable(
            _what_is_missing(
                error,
                owner=owner,
                runtime=runtime,
                database=database if given == "postgres" else given,
            )
        ) from error
    except psycopg.OperationalError as error:
        raise ServerUnavailable(
            f"the database of HUB_DATABASE_URL cannot be used: {error}"
        ) from error


def url_for(url: str, *, role: Role | None = None, database: str | None = None) -> str:
    """The same server with another role or database, as a `postgresql://` URL."""
    parsed = make_url(url).set(drivername="postgresql")
    if role:
        parsed = parsed.set(username=role.name, password=role.password)
    if database:
        parsed = parsed.set(database=database)
    return parsed.render_as_string(hide_password=False)


def _connection(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(url_for(url), autocommit=True, connect_timeout=10)


def _exists(admin: "psycopg.Connection[tuple[object, ...]]", query: sql.SQL, name: str) -> bool:
    return admin.execute(query, [name]).fetchone() is not None


def _provide_role(
    admin: "psycopg.Connection[tuple[object, ...]]", role: Role, admin_url: str
) -> None:
    clauses = sql.SQL("LOGIN PASSWORD {}").format(sql.Literal(role.password))
    name = sql.Identifier(role.name)
    if not _exists(admin, sql.SQL("SELECT 1 FROM pg_roles WHERE rolname = %s"), role.name):
        admin.execute(sql.SQL("CREATE ROLE {} {}").format(name, clauses))
        # Since PostgreSQL 16 who creates a role, unless a superuser, may not act for it by itself.
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
    elif not _may_log_in(url_for(admin_url, role=role, database="postgres")):
        admin.execute(sql.SQL("ALTER ROLE {} {}").format(name, clauses))


def _may_log_in(url: str) -> bool:
    try:
        _connection(url).close()
    except psycopg.OperationalError:
        return False
    return True


def _provide_database(
    admin: "psycopg.Connection[tuple[object, ...]]", database: str, *, owner: Role, runtime: Role
) -> None:
    if not _exists(admin, sql.SQL("SELECT 1 FROM pg_database WHERE datname = %s"), database):
        admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                sql.Identifier(database), sql.Identifier(owner.name)
            )
        )
        admin.execute(
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database))
        )
    _open_database(admin, database, owner=owner, runtime=runtime)


def _open_database(
    admin: "psycopg.Connection[tuple[object, ...]]", database: str, *, owner: Role, runtime: Role
) -> None:
    """What the owner needs to make schemas and trusted extensions, and the runtime role to work."""
    admin.execute(
        sql.SQL("GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {} TO {}").format(
            sql.Identifier(database), sql.Identifier(owner.name)
        )
    )
    admin.execute(
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
            sql.Identifier(database), sql.Identifier(runtime.name)
        )
    )
    if admin.info.dbname == database:
        admin.execute(
            sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(sql.Identifier(owner.name))
        )


def _what_is_missing(error: psycopg.Error, *, owner: Role, runtime: Role, database: str) -> str:
    return (
        f"the role of HUB_DATABASE_URL may not set up the hub's database ({error}).\n"
        "Run this as an administrator, with passwords of your own:\n"
        f"  CREATE ROLE {owner.name} LOGIN PASSWORD '...';\n"
        f"  CREATE ROLE {runtime.name} LOGIN PASSWORD '...';\n"
        f"  CREATE DATABASE {database} OWNER {owner.name};\n"
        f"then give HUB_OWNER_DATABASE_URL (as {owner.name}) and HUB_DATABASE_URL (as {runtime.name})."
    )
