"""Publishing beside the lanes: each fate, and a broker that is lost, silent or cut off in between."""

import asyncio
import contextlib

import aio_pika
import pytest

from router.broker.off_lane import BrokerAway, OffLane, broker_faults
from router.broker.publisher import Fate, Publication
from router.delivery.amqp import QUEUE_ARGUMENTS, Broker, QueueUnusable
from tests.severable import SeverableWay

QUEUE = "partner.fsp1.sub.S-1"
BUNDLE = Publication(QUEUE, b"{}", "S-1:1:1", content_type="application/json", type="bundle")


async def fetch(url, queue):
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        return await (await channel.get_queue(queue)).get(no_ack=True)


async def again(step, seconds=15):
    """What `step` gives when the broker is there again."""
    async with asyncio.timeout(seconds):
        while True:
            with contextlib.suppress(BrokerAway):
                return await step()
            await asyncio.sleep(0.05)


async def publish_on(broker):
    while True:
        await broker.publish(BUNDLE)
        await asyncio.sleep(0.01)


async def test_a_message_has_the_properties_of_the_publication_and_no_others(broker_vhost):
    async with Broker(broker_vhost.url) as broker:
        await broker.declare(QUEUE, QUEUE_ARGUMENTS)
        assert await broker.publish(BUNDLE) is Fate.confirmed
    message = await fetch(broker_vhost.url, QUEUE)
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert (message.message_id, message.content_type, message.type) == (
        "S-1:1:1",
        "application/json",
        "bundle",
    )
    assert (message.correlation_id, message.timestamp, message.app_id) == (None, None, None)


async def test_the_broker_says_what_became_of_a_message(broker_vhost):
    async with Broker(broker_vhost.url) as broker:
        assert await broker.publish(BUNDLE) is Fate.unroutable
        await broker.declare(QUEUE, QUEUE_ARGUMENTS | {"x-max-length": 1})
        assert await broker.publish(BUNDLE) is Fate.confirmed
        assert await broker.publish(BUNDLE) is Fate.refused


async def test_a_queue_of_another_kind_is_unusable_and_disturbs_no_publishing(broker_vhost):
    async with Broker(broker_vhost.url) as broker, Broker(broker_vhost.url) as other:
        await other.declare(QUEUE, QUEUE_ARGUMENTS | {"x-max-length": 1})
        for _ in range(3):
            with pytest.raises(QueueUnusable):
                await broker.declare(QUEUE, QUEUE_ARGUMENTS)
        assert await broker.publish(BUNDLE) is Fate.confirmed


async def test_a_lost_connection_comes_back_and_queues_are_declared_anew(broker_vhost):
    async with SeverableWay(broker_vhost.url) as way, Broker(way.url) as broker:
        await broker.declare(QUEUE, QUEUE_ARGUMENTS)
        way.sever()
        with pytest.raises(BrokerAway):
            await asyncio.wait_for(publish_on(broker), 15)
        async with Broker(broker_vhost.url) as meanwhile:
            connection = await meanwhile.connection()
            async with connection.channel() as channel:
                await channel.queue_delete(QUEUE)
        way.mend()
        await again(lambda: broker.declare(QUEUE, QUEUE_ARGUMENTS))
        assert await again(lambda: broker.publish(BUNDLE)) is Fate.confirmed


async def test_a_server_that_never_answers_is_given_up_and_leaves_nothing_behind(monkeypatch):
    monkeypatch.setattr("router.broker.off_lane.CONNECT_SECONDS", 0.3)

    async def say_nothing(reader, writer):
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    before = asyncio.all_tasks()
    url = f"amqp://x:x@127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with OffLane(url, name="test", on_close=lambda *_: None) as broker:
        with pytest.raises(BrokerAway):
            await broker.publish(BUNDLE)
        with pytest.raises(TimeoutError):  # who asks may lose patience, or be told to stop
            async with asyncio.timeout(0.1):
                await broker.publish(BUNDLE)
    server.close()
    left = {task for task in asyncio.all_tasks() - before if "aio_pika" in repr(task)}
    assert not left


async def test_being_cut_off_by_the_library_is_not_being_cancelled():
    cut_off = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(cut_off.cancel)
    with pytest.raises(BrokerAway), broker_faults():
        await cut_off

    async def waiting():
        with broker_faults():
            await asyncio.sleep(60)

    task = asyncio.create_task(waiting())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
