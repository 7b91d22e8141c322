"""Database or broker away: the relay says so, keeps running, and goes on where it stood."""

import asyncio

import pytest

from registry_store import subscriptions
from registry_store.database import Database
from registry_store.feed.filters import Filter
from tests.feed_running import told
from tests.register_builder import Register, asset, organisation
from tests.relay_running import running_relay, until
from tests.severable import SeverableWay


@pytest.fixture
def register(database):
    with Register(database.url) as register:
        register.write({"O-FSP1": organisation("fsp")})
        register.partner("fsp1", "O-FSP1")
        yield register


@pytest.fixture
def store(database):
    store = Database(database.url)
    yield store
    store.close()


def undelivered(store):
    with store.dedicated() as connection:
        return connection.execute(
            "SELECT count(*) FROM bundle WHERE delivered_at IS NULL"
        ).fetchone()[0]


async def test_the_broker_goes_away_and_comes_back(store, register, broker_vhost):
    id = subscriptions.create(store, partner="fsp1", filter=Filter(), way="amqp").id
    async with SeverableWay(broker_vhost.url) as way, running_relay(store, way.url) as relay:
        register.write({"A-1": asset()})
        await until(lambda: len(told(store, id)) == 1 and not undelivered(store))
        way.sever()
        register.write({"A-2": asset()})
        await until(lambda: "broker" in (relay.problem or ""))
        await until(lambda: undelivered(store) == 1)
        way.mend()
        await until(lambda: not undelivered(store))
        await until(lambda: relay.problem is None)
    with store.dedicated() as connection:
        assert connection.execute("SELECT max(attempts) FROM bundle").fetchone() == (1,)


async def test_the_database_goes_away_and_comes_back(store, register, database, broker_vhost):
    id = subscriptions.create(store, partner="fsp1", filter=Filter(), way="amqp").id
    async with SeverableWay(database.url) as way:
        severed = Database(way.url)
        async with running_relay(severed, broker_vhost.url) as relay:
            register.write({"A-1": asset()})
            await until(lambda: len(told(store, id)) == 1 and not undelivered(store))
            way.sever()
            register.write({"A-2": asset()})
            await until(lambda: "cut" in (relay.problem or ""))
            way.mend()
            await until(lambda: len(told(store, id)) == 2 and not undelivered(store), seconds=40)
            await until(lambda: relay.problem is None)
        severed.close()


async def test_a_relay_stops_while_the_database_is_away(store, register, database, broker_vhost):
    async with SeverableWay(database.url) as way:
        severed = Database(way.url)
        async with running_relay(severed, broker_vhost.url):
            with store.dedicated() as connection:
                await until(lambda: connection.execute("SELECT 1 FROM process").fetchone())
            way.sever()
            began = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began < 10
        severed.close()
