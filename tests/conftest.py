"""Real servers for the tests that ask for them; a test that asks for none starts none.

`servers`       PostgreSQL and RabbitMQ for the whole session: those of HUB_DATABASE_URL, HUB_BROKER_URL
                and HUB_BROKER_MANAGEMENT_URL where given, else embedded ones in a home that is thrown away
`database`      a migrated database of the test's own (a clone: tens of milliseconds)
`module_database`  the same for a whole module
`own_names`     a name for a database and two roles that the test lets the hub make; dropped at its end
`throwaway_home`  a HUB_HOME in which a test starts servers of its own
`broker_vhost`  a RabbitMQ virtual host of the test's own
`module_broker_vhost`  the same for a whole module
`own_servers`   the same with both started, of one test alone, to be killed
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from registry_store.migrations import upgrade
from router.servers import ServerHost, Servers
from router.servers.provisioning import Role, provision, url_for
from router.settings import Settings

# No test may depend on the caller's settings, least of all on a hub that runs in the caller's HUB_HOME. Processes
# of one run share what was given: the first to start takes it out of the environment for the others.
GIVEN: dict[str, str] = json.loads(os.environ.get("FMAR_TEST_GIVEN", "{}"))
GIVEN |= {
    name: os.environ.pop(name)
    for name in list(os.environ)
    if name.startswith("HUB_") and not name.startswith("HUB_TEST_")
}
os.environ["FMAR_TEST_GIVEN"] = json.dumps(GIVEN)

GUARD = """
import pathlib, shutil, sys
from router.servers import ServerHost
from router.settings import Settings
home = pathlib.Path(sys.stdin.readline().rstrip())
sys.stdin.read()
ServerHost(Settings(home=home), print).discard()
shutil.rmtree(home)
"""


@dataclass(frozen=True, slots=True)
class FreshDatabase:
    """A migrated, empty database: `url` as the runtime role, `owner_url` as the owner."""

    name: str
    url: str = field(repr=False)
    owner_url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FreshVhost:
    """An empty virtual host; `management_url` is the server's, for `name`."""

    name: str
    url: str = field(repr=False)
    management_url: str = field(repr=False)


@pytest.fixture(scope="session")
def server_host() -> Iterator[ServerHost]:
    home = Path(tempfile.mkdtemp(prefix="fmar-hub-test-"))
    own_names = f"fmar_test_{secrets.token_hex(4)}"
    names = ("DATABASE_URL", "OWNER_DATABASE_URL", "BROKER_URL", "BROKER_MANAGEMENT_URL")
    host = ServerHost(
        Settings(
            home=home,
            postgresql_shared_buffers_megabytes=128,
            # On a server that was given: roles and databases of this run alone, dropped at its end.
            database_role_prefix=own_names,
            database_name=own_names,
            **{name.lower(): GIVEN[f"HUB_{name}"] for name in names if f"HUB_{name}" in GIVEN},
        ),
        say=_quiet,
    )
    with _guarded(home):
        yield host


@contextmanager
def _guarded(home: Path) -> Iterator[None]:
    """Ends the servers of the home and removes it, also when this process is killed.

    A process of its own reads from a pipe that ends when we end, however that comes.
    """
    guard = subprocess.Popen(
        [sys.executable, "-c", GUARD],
        stdin=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        start_new_session=True,
    )
    assert guard.stdin
    guard.stdin.write(f"{home}\n")
    guard.stdin.flush()
    yield
    guard.communicate()
    assert guard.returncode == 0, f"could not clear {home}"


@pytest.fixture
def throwaway_home() -> Iterator[Path]:
    """A HUB_HOME that nobody else may enter; whatever a test starts in it is ended."""
    home = Path(tempfile.mkdtemp(prefix="fmar-hub-test-"))
    with _guarded(home):
        yield home


@pytest.fixture(scope="session")
def admin_database_url(server_host: ServerHost, request: pytest.FixtureRequest) -> str:
    """A role that may make databases: the tests' own, never the hub's."""
    request.getfixturevalue("servers")
    if server_host.postgresql:
        return server_host.postgresql.admin_url()
    return url_for(GIVEN["HUB_DATABASE_URL"])


@pytest.fixture(scope="session")
def servers(server_host: ServerHost) -> Iterator[Servers]:
    if server_host.settings.owner_database_url:
        pytest.exit("the tests make databases: give one administrator's HUB_DATABASE_URL, alone")
    started = server_host.start()
    if server_host.postgresql:
        # These data need not outlive a power cut; that a killed server keeps them does not hang on it.
        admin_url = server_host.postgresql.admin_url()
        _as_admin(admin_url, sql.SQL("ALTER SYSTEM SET fsync = off"))
        _as_admin(admin_url, sql.SQL("SELECT pg_reload_conf()"))
    yield started
    if not server_host.postgresql:
        settings = server_host.settings
        _leave_as_it_was(
            url_for(GIVEN["HUB_DATABASE_URL"]),
            database=settings.database_name,
            role_prefix=settings.database_role_prefix,
        )


@pytest.fixture(scope="session")
def template_database(servers: Servers, admin_database_url: str) -> Iterator[str]:
    """A migrated database that nobody is connected to: the others are clones of it."""
    name = f"fmar_template_{secrets.token_hex(4)}"
    owner, runtime = (_role(url) for url in (servers.owner_database_url, servers.database_url))
    provision(
        url_for(admin_database_url, database="postgres"),
        owner=owner,
        runtime=runtime,
        database=name,
    )
    owner_url = url_for(servers.owner_database_url, database=name)
    upgrade(owner_url, runtime_role=servers.runtime_role)
    yield name
    _drop_database(admin_database_url, name)


@pytest.fixture
def database(
    servers: Servers, admin_database_url: str, template_database: str
) -> Iterator[FreshDatabase]:
    with _clone(servers, admin_database_url, template_database) as clone:
        yield clone


@pytest.fixture(scope="module")
def module_database(
    servers: Servers, admin_database_url: str, template_database: str
) -> Iterator[FreshDatabase]:
    with _clone(servers, admin_database_url, template_database) as clone:
        yield clone


@pytest.fixture
def own_names(admin_database_url: str) -> Iterator[str]:
    names = f"fmar_test_{secrets.token_hex(4)}"
    yield names
    _leave_as_it_was(admin_database_url, database=names, role_prefix=names)


@pytest.fixture
def broker_vhost(servers: Servers) -> Iterator[FreshVhost]:
    with _vhost(servers) as vhost:
        yield vhost


@pytest.fixture(scope="module")
def module_broker_vhost(servers: Servers) -> Iterator[FreshVhost]:
    with _vhost(servers) as vhost:
        yield vhost


@contextmanager
def _vhost(servers: Servers) -> Iterator[FreshVhost]:
    if servers.broker_management_url is None:
        pytest.skip("a virtual host of its own needs HUB_BROKER_MANAGEMENT_URL")
    name = f"test-{secrets.token_hex(6)}"
    user = make_url(servers.broker_url).username
    management = httpx.Client(base_url=servers.broker_management_url, trust_env=False)
    with management:
        management.put(f"/api/vhosts/{name}").raise_for_status()
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        management.put(f"/api/permissions/{name}/{user}", json=everything).raise_for_status()
        url = make_url(servers.broker_url).set(database=name)
        yield FreshVhost(
            name=name,
            url=url.render_as_string(hide_password=False),
            management_url=servers.broker_management_url,
        )
        management.delete(f"/api/vhosts/{name}").raise_for_status()


@pytest.fixture
def own_servers(throwaway_home: Path) -> tuple[ServerHost, Servers]:
    """A database and a broker of this test alone, to be killed."""
    settings = Settings(home=throwaway_home, postgresql_shared_buffers_megabytes=64)
    host = ServerHost(settings, say=_quiet)
    servers = host.start()
    upgrade(servers.owner_database_url, runtime_role=servers.runtime_role)
    return host, servers


def _quiet(_line: str) -> None:
    pass


@contextmanager
def _clone(servers: Servers, admin_url: str, template: str) -> Iterator[FreshDatabase]:
    name = f"fmar_test_{secrets.token_hex(6)}"
    owner = _role(servers.owner_database_url).name
    _as_admin(
        admin_url,
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
            sql.Identifier(name), sql.Identifier(template), sql.Identifier(owner)
        ),
    )
    yield FreshDatabase(
        name=name,
        url=url_for(servers.database_url, database=name),
        owner_url=url_for(servers.owner_database_url, database=name),
    )
    _drop_database(admin_url, name)


def _role(url: str) -> Role:
    parsed = make_url(url)
    return Role(name=str(parsed.username), password=str(parsed.password))


def _drop_database(admin_url: str, name: str) -> None:
    _as_admin(admin_url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _leave_as_it_was(admin_url: str, *, database: str, role_prefix: str) -> None:
    """Drops the database and the two roles, where they are."""
    _as_admin(
        admin_url,
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)),
    )
    for suffix in ("hub", "owner"):
        role = sql.Identifier(f"{role_prefix}_{suffix}")
        if _exists(admin_url, f"{role_prefix}_{suffix}"):
            _as_admin(admin_url, sql.SQL("DROP OWNED BY {}").format(role))
            _as_admin(admin_url, sql.SQL("DROP ROLE {}").format(role))


def _exists(admin_url: str, role: str) -> bool:
    with psycopg.connect(admin_url) as admin:
        found = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    return found is not None


def _as_admin(admin_url: str, statement: sql.Composable) -> None:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(statement)
