"""What several of these tests stand on.

`store`          the test's own database, as the hub's processes open it
`register`       writes into it past the pipeline; `fsp1` is a partner of the organisation O-FSP1
`hub`            doors for the batches of two partners, `acme` and `other`
`killed_server`  servers of the test alone, and what kills one of them and starts it again
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from registry_store.database import Database
from router.servers import ServerHost, Servers
from tests.conftest import FreshDatabase, FreshVhost
from tests.register_builder import Register, organisation
from tests.support.batching import Batching
from tests.support.doors import doors


class KilledServer(NamedTuple):
    """`disturb` returns when the server is up again."""

    database: FreshDatabase
    vhost: FreshVhost
    disturb: Callable[[], None]


@pytest.fixture
def store(database: FreshDatabase) -> Iterator[Database]:
    store = Database(database.url)
    yield store
    store.close()


@pytest.fixture
def register(database: FreshDatabase) -> Iterator[Register]:
    with Register(database.url) as register:
        register.write({"O-FSP1": organisation("fsp")})
        register.partner("fsp1", "O-FSP1")
        yield register


@pytest.fixture
def hub(tmp_path: Path, database: FreshDatabase, broker_vhost: FreshVhost) -> Iterator[Batching]:
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme")
        opened.admit("other")
        yield Batching(opened)


@pytest.fixture(params=["postgresql", "rabbitmq"])
def killed_server(
    request: pytest.FixtureRequest, own_servers: tuple[ServerHost, Servers]
) -> KilledServer:
    host, servers = own_servers
    killed = host.postgresql if request.param == "postgresql" else host.rabbitmq
    assert killed is not None

    def disturb() -> None:
        killed.kill()
        killed.start()

    return KilledServer(
        FreshDatabase("own", servers.database_url, servers.owner_database_url),
        FreshVhost("/", servers.broker_url, servers.broker_management_url or ""),
        disturb,
    )
