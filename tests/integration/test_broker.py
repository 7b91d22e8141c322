"""The broker's own walls around a partner, and what is declared behind them."""

import asyncio

import pytest
from aiormq.exceptions import AMQPError, ChannelAccessRefused
from pamqp.commands import Basic

from router.broker import names
from router.broker.connection import close_quietly, connect, open_channel
from router.broker.provisioning import Management
from router.broker.publisher import Fate, Publication, Publisher
from router.onboarding import Onboarding
from tests.support.doors import Doors, doors


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme")
        opened.admit("zest")
        yield opened


async def test_a_partner_publishes_under_its_own_key(hub: Doors):
    async with hub.client("acme") as client:
        for key in ("acme.normal", "acme.urgent"):
            assert await client.publish(b"{}", "m", key=key) is Fate.confirmed


@pytest.mark.parametrize(
    ("exchange", "key"),
    [
        (names.INTAKE, "zest.normal"),
        (names.INTAKE, "acme.bulk"),
        (names.INTAKE, "acme.normal.more"),
        ("", names.lane("normal", 0)),
        ("", names.receipts("zest")),
        (names.REFERENCE, "acme.normal"),
        (names.DEAD, "acme.normal"),
    ],
)
async def test_the_broker_refuses_every_other_way(hub: Doors, exchange: str, key: str):
    async with hub.client("acme") as client:
        assert await client.publish(b"{}", "m", exchange=exchange, key=key) is Fate.unknown
        assert hub.one("SELECT count(*) FROM dead_letter") == 0


@pytest.mark.parametrize(
    "queue", [names.receipts("zest"), names.lane("normal", 0), names.EXPIRED, names.UNROUTABLE]
)
async def test_a_partner_reads_no_queue_but_its_own(hub: Doors, queue: str):
    async with hub.client("acme") as client:
        channel = await open_channel(client.connection)
        with pytest.raises(ChannelAccessRefused):
            await channel.basic_get(queue)


async def test_a_partner_declares_nothing(hub: Doors):
    async with hub.client("acme") as client:
        channel = await open_channel(client.connection)
        with pytest.raises(ChannelAccessRefused):
            await channel.queue_declare("partner.acme.more", durable=True)


async def test_a_spoofed_user_id_is_refused(hub: Doors):
    async with hub.client("acme") as client:
        channel = await open_channel(client.connection, confirms=True)
        with pytest.raises(AMQPError):
            await channel.basic_publish(
                b"{}",
                exchange=names.INTAKE,
                routing_key="acme.normal",
                properties=Basic.Properties(user_id="zest", message_id="m"),
            )


async def test_a_renewed_secret_ends_the_old_one(hub: Doors):
    onboarding = Onboarding(hub.settings, hub.database, lambda: hub.registry.pipeline)
    renewed = await asyncio.to_thread(onboarding.rotate, "acme")
    with pytest.raises(AMQPError):
        async with hub.client("acme"):
            pass
    hub.secrets["acme"] = renewed.secret
    async with hub.client("acme") as client:
        assert await client.publish(b"{}", "m") is Fate.confirmed


async def test_a_broker_that_lost_its_users_gets_them_back_with_their_secrets(hub: Doors):
    management = Management(hub.settings.broker_management_url.get_secret_value())
    await asyncio.to_thread(management.expel, "acme")
    with pytest.raises(AMQPError):
        async with hub.client("acme"):
            pass
    onboarding = Onboarding(hub.settings, hub.database, lambda: hub.registry.pipeline)
    restored = await asyncio.to_thread(onboarding.restore)
    assert [(partner.slug, problem) for partner, problem in restored] == [
        ("acme", None),
        ("zest", None),
    ]
    async with hub.client("acme") as client:
        assert await client.publish(b"{}", "m") is Fate.confirmed


async def test_partners_are_spread_over_the_lanes(hub: Doors):
    await asyncio.to_thread(hub.admit, "third")
    lanes = [
        hub.one(f"SELECT lane FROM partner WHERE slug = '{slug}'")
        for slug in ("acme", "zest", "third")
    ]
    assert lanes == [0, 1, 0]


async def test_fates_come_in_the_order_of_the_messages(hub: Doors):
    connection = await connect(hub.broker_url, name="test")
    channel = await open_channel(connection, confirms=True)
    await channel.queue_declare(
        "small",
        durable=True,
        arguments={"x-max-length": 1, "x-overflow": "reject-publish"},
    )
    publisher = Publisher(channel, window=3)
    fates = await publisher.publish(
        [
            Publication(key, b"x" * 300_000, f"m{n}")
            for n, key in enumerate(["small", "nowhere", "small", "small", "nowhere"])
        ]
    )
    assert fates[0] is Fate.confirmed
    assert [fates[1], fates[4]] == [Fate.unroutable] * 2
    # Classic queues apply their limit with a small delay, but the last must see it.
    assert Fate.refused in (fates[2], fates[3])
    await close_quietly(connection)
    assert await publisher.publish([Publication("small", b"", "late")]) == [Fate.unknown]
