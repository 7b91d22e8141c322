"""The relay with real database and broker: bundles arrive, in order, signed, and nobody waits for another."""

import asyncio
import json
from dataclasses import replace

import aio_pika
from standardwebhooks.webhooks import Webhook

from registry_store import subscriptions
from registry_store.feed.filters import Filter
from registry_store.feed.packing import FeedLimits
from router.delivery.signing import webhook_secret
from tests.feed_running import told
from tests.register_builder import asset
from tests.relay_running import HUB_KEY, QUICK, notifications, running_relay, until
from tests.webhook_target import WebhookTarget


def webhook(store, target, **filter):
    return subscriptions.create(
        store,
        partner="fsp1",
        filter=Filter(**filter),
        way="webhook",
        target={"url": target.url, "generation": 1},
    ).id


def undelivered(store, id):
    with store.dedicated() as connection:
        return connection.execute(
            "SELECT first_sequence, attempts, last_error FROM bundle WHERE subscription = %s "
            "AND delivered_at IS NULL ORDER BY 1",
            (id,),
        ).fetchall()


def all_delivered(store, id, count):
    return lambda: len(told(store, id)) == count and not undelivered(store, id)


async def fetch_all(broker_url, queue_name):
    connection = await aio_pika.connect(broker_url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.get_queue(queue_name)
        messages = []
        while (message := await queue.get(fail=False, no_ack=True)) is not None:
            messages.append(message)
        return messages


async def test_bundles_arrive_in_the_partners_queue(store, register, broker_vhost):
    subscription = subscriptions.create(store, partner="fsp1", filter=Filter(), way="amqp")
    async with running_relay(store, broker_vhost.url):
        for number in range(5):
            register.write({f"A-{number}": asset()})
        await until(all_delivered(store, subscription.id, 5))
    messages = await fetch_all(broker_vhost.url, subscription.target["queue"])
    assert subscription.target["queue"] == f"partner.fsp1.sub.{subscription.id}"
    assert [n["sequence"] for n in notifications([m.body for m in messages])] == [1, 2, 3, 4, 5]
    for message in messages:
        assert (
            message.message_id
            == f"{subscription.id}:1:{json.loads(message.body)['first_sequence']}"
        )
        assert message.content_type == "application/vnd.fmar.bundle+json"
        assert message.delivery_mode == 2


async def test_a_full_queue_keeps_bundles_here_until_there_is_room(store, register, broker_vhost):
    subscription = subscriptions.create(store, partner="fsp1", filter=Filter(), way="amqp")
    queue_name = subscription.target["queue"]
    connection = await aio_pika.connect(broker_vhost.url)
    async with connection:
        channel = await connection.channel()
        for _ in range(1_000):  # up to the queue's limit, before the relay has anything to send
            await channel.declare_queue(
                queue_name,
                durable=True,
                arguments={
                    "x-queue-type": "classic",
                    "x-max-length": 1_000,
                    "x-overflow": "reject-publish",
                },
            ) if _ == 0 else None
            await channel.default_exchange.publish(aio_pika.Message(b"x"), queue_name)
        async with running_relay(store, broker_vhost.url):
            register.write({"A-1": asset()})
            await until(
                lambda: any(attempts >= 2 for _, attempts, _ in undelivered(store, subscription.id))
            )
            assert undelivered(store, subscription.id)[0][2] == "the queue is full"
            queue = await channel.get_queue(queue_name)
            await queue.purge()
            await until(all_delivered(store, subscription.id, 1))


async def test_webhooks_are_signed_and_retried_with_the_same_bytes(store, register, broker_vhost):
    async with WebhookTarget(answers=[500, 302, 204]) as target:
        id = webhook(store, target)
        async with running_relay(store, broker_vhost.url):
            register.write({"A-1": asset()})
            await until(all_delivered(store, id, 1))
        assert len(target.requests) == 3
        assert len(set(target.bodies)) == 1
        for headers, body in target.requests:
            Webhook(webhook_secret(HUB_KEY, id, 1)).verify(body, headers)
            assert headers["webhook-id"] == f"{id}:1:1"


async def test_a_target_that_is_gone_closes_the_subscription(store, register, broker_vhost):
    async with WebhookTarget(answers=[410]) as target:
        id = webhook(store, target)
        async with running_relay(store, broker_vhost.url):
            register.write({"A-1": asset()})
            with store.dedicated() as connection:
                await until(lambda: subscriptions.get(connection, id).state == "closed")
        assert len(undelivered(store, id)) == 1


async def test_slow_subscribers_hold_nobody_up(store, register, broker_vhost):
    async with WebhookTarget(delay_seconds=1.5) as slow, WebhookTarget() as quick:
        late = [webhook(store, slow) for _ in range(8)]
        prompt = webhook(store, quick)
        async with running_relay(store, broker_vhost.url):
            for number in range(10):
                before = len(quick.requests)
                began = asyncio.get_running_loop().time()
                register.write({f"A-{number}": asset()})
                await until(lambda before=before: len(quick.requests) > before)
                assert asyncio.get_running_loop().time() - began < 1.2
            await until(all_delivered(store, prompt, 10))
            assert any(undelivered(store, id) for id in late)


async def test_a_snapshot_is_taken_and_delivered(store, register, broker_vhost):
    register.write({f"A-{number}": asset() for number in range(3)})
    async with WebhookTarget() as target:
        id = subscriptions.create(
            store,
            partner="fsp1",
            filter=Filter(kinds=frozenset({"asset"})),
            way="webhook",
            start="snapshot",
            target={"url": target.url, "generation": 1},
        ).id
        async with running_relay(store, broker_vhost.url):
            await until(all_delivered(store, id, 3))
            register.write({"A-9": asset()})
            await until(all_delivered(store, id, 4))
        assert [n["event"] for n in notifications(target.bodies)] == ["record.snapshot"] * 3 + [
            "asset.registered"
        ]


async def test_two_relays_share_and_cut_nothing_twice(store, register, broker_vhost):
    async with WebhookTarget() as target:
        ids = [webhook(store, target) for _ in range(20)]
        async with running_relay(store, broker_vhost.url), running_relay(store, broker_vhost.url):
            for number in range(30):
                register.write({f"A-{number}": asset()})
            for id in ids:
                await until(all_delivered(store, id, 30))
        for id in ids:
            assert [n["sequence"] for n in told(store, id)] == list(range(1, 31))


async def test_an_unusable_database_or_broker_is_named_and_waited_for(
    store, register, broker_vhost
):
    async with running_relay(store, "amqp://guest:guest@127.0.0.1:9/", QUICK) as relay:
        await until(lambda: "broker: BrokerAway" in (relay.problem or ""))
        with store.dedicated() as connection:
            await until(
                lambda: connection.execute(
                    "SELECT problem FROM process WHERE problem IS NOT NULL"
                ).fetchone()
            )
    with store.dedicated() as connection:
        assert connection.execute("SELECT count(*) FROM process").fetchone() == (0,)


async def test_receipts_left_over_are_published(store, register, broker_vhost):
    connection = await aio_pika.connect(broker_vhost.url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("partner.fsp1.receipts", durable=True)
        with store.dedicated() as database:
            database.execute(
                "INSERT INTO message (row, sender, message_id, content_hash, received_at, door, media_type, "
                "status, receipt) "
                "VALUES (77, 'fsp1', 'm-1', '', now(), 'amqp', 'application/json', 'accepted', "
                '\'{"receipt_id":"R-1"}\')'
            )
            database.execute("INSERT INTO receipt_due (message) VALUES (77)")
            async with running_relay(store, broker_vhost.url):
                await until(
                    lambda: database.execute("SELECT count(*) FROM receipt_due").fetchone() == (0,)
                )
        message = await queue.get(no_ack=True)
        assert message.body == b'{"receipt_id":"R-1"}'
        assert message.correlation_id == "m-1"
        assert message.message_id == "R-1"
        assert message.type == "fmar.receipt"


async def test_a_receipt_without_a_queue_is_kept_beside_anothers_for_the_same_message_id(
    store, register, broker_vhost
):
    connection = await aio_pika.connect(broker_vhost.url)
    async with connection:
        channel = await connection.channel()
        await channel.declare_queue("partner.zest.receipts", durable=True)
        with store.dedicated() as database:
            for row, sender in enumerate(["fsp1", "zest"] * 20):
                database.execute(
                    "INSERT INTO message (row, sender, message_id, content_hash, received_at, door, "
                    "media_type, status, receipt) "
                    "VALUES (%s, %s, %s, '', now(), 'amqp', 'application/json', 'accepted', %s)",
                    (row, sender, f"m-{row // 2}", json.dumps({"receipt_id": f"R-{row}"})),
                )
                database.execute("INSERT INTO receipt_due (message) VALUES (%s)", (row,))
            async with running_relay(store, broker_vhost.url):
                await until(
                    lambda: (
                        not database.execute(
                            "SELECT 1 FROM receipt_due d JOIN message m ON m.row = d.message "
                            "WHERE m.sender = 'zest' OR d.attempts = 0"
                        ).fetchone()
                    )
                )
            assert database.execute("SELECT count(*) FROM receipt_due").fetchone() == (20,)


async def test_those_who_lag_behind_catch_up_while_others_are_fed(store, register, broker_vhost):
    register.write({f"A-{number}": asset() for number in range(60)})
    small = replace(QUICK, feed=FeedLimits(changes_per_cut=7))
    async with WebhookTarget() as target:
        ids = [webhook(store, target) for _ in range(6)]
        with store.dedicated() as connection:
            for number, id in enumerate(
                ids[:5]
            ):  # as if paused since long ago, each since another moment
                connection.execute(
                    "UPDATE subscription SET position = %s WHERE id = %s", (10 * number, id)
                )
        async with running_relay(store, broker_vhost.url, small):
            register.write({"A-new": asset()})
            for number, id in enumerate(ids[:5]):
                await until(all_delivered(store, id, 62 - 10 * number))
            await until(all_delivered(store, ids[5], 1))
    for id in ids:
        assert told(store, id)[-1]["record"]["id"] == "A-new"
        assert [n["sequence"] for n in told(store, id)] == list(range(1, len(told(store, id)) + 1))
