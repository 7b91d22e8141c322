"""The HTTP door's link: replies to those who wait, and all of it made anew when a part is lost."""

import asyncio
import contextlib
from datetime import UTC, datetime

import pytest

from router.broker import names, topology
from router.broker.connection import close_quietly, connect, open_channel
from router.broker.off_lane import BrokerAway
from router.broker.publisher import Publication, Publisher
from router.http.broker_link import BrokerLink
from router.references import Reference
from tests.severable import SeverableWay


@contextlib.asynccontextmanager
async def running(url):
    link = BrokerLink(url, lanes_per_class=1)
    task = asyncio.create_task(link.run())
    try:
        await connected(link)
        yield link
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=5)
        assert task.cancelled()


async def connected(link, *, is_so=True, no_longer_by=None):
    async with asyncio.timeout(15):
        while link.is_connected is not is_so or link._off_lane is no_longer_by is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def answering(url):
    """A worker, as far as the link can tell: each reference is answered with its own headers' row."""
    connection = await connect(url, name="answering")
    channel = await open_channel(connection)
    publisher = Publisher(await open_channel(connection, confirms=True))
    await topology.declare(channel, lanes_per_class=1)
    await topology.admit(channel, "acme", lane=0)

    async def answer(message):
        asked = message.header.properties
        await publisher.publish(
            [
                Publication(
                    asked.reply_to,
                    asked.message_id.encode(),
                    asked.correlation_id,
                    content_type="application/json",
                    correlation_id=asked.correlation_id,
                )
            ]
        )

    await channel.basic_consume(names.lane("normal", 0), answer, no_ack=True)
    try:
        yield channel
    finally:
        await close_quietly(connection)


def reference(row):
    return Reference(
        row, "acme", "normal", f"m-{row}", "application/json", datetime.now(UTC), "http"
    )


async def test_each_who_waits_gets_the_reply_to_its_own_message(broker_vhost):
    async with answering(broker_vhost.url), running(broker_vhost.url) as link:
        replies = await asyncio.gather(
            *(link.submit(reference(row), wait_seconds=10) for row in range(50))
        )
        assert [reply.body for reply in replies] == [b"body-%d" % row for row in range(50)]
        assert {reply.media_type for reply in replies} == {"application/json"}
        assert await link.submit(reference(99), wait_seconds=0) is None


async def test_a_lost_connection_is_noticed_and_made_anew(broker_vhost):
    async with (
        answering(broker_vhost.url),
        SeverableWay(broker_vhost.url) as way,
        running(way.url) as link,
    ):
        for row in range(3):
            way.sever()
            await connected(link, is_so=False)
            with pytest.raises(BrokerAway):
                await link.submit(reference(row), wait_seconds=1)
            way.mend()
            await connected(link)
            assert (await link.submit(reference(row), wait_seconds=10)).body == b"body-%d" % row


async def test_a_queue_of_replies_that_is_gone_is_noticed_and_made_anew(broker_vhost):
    async with answering(broker_vhost.url), running(broker_vhost.url) as link:
        lost = link._off_lane
        channel = await lost.underlay_channel()
        await channel.queue_delete(link._replies)  # the broker cancels its consumer
        await connected(link, no_longer_by=lost)
        assert (await link.submit(reference(1), wait_seconds=10)).body == b"body-1"


async def test_an_exchange_that_is_gone_is_declared_again(broker_vhost):
    async with answering(broker_vhost.url) as channel, running(broker_vhost.url) as link:
        lost = link._off_lane
        await channel.exchange_delete(names.REFERENCE)
        with pytest.raises(BrokerAway):
            await link.submit(reference(1), wait_seconds=1)
        await connected(link, no_longer_by=lost)
        await topology.admit(channel, "acme", lane=0)  # what the exchange took along
        assert (await link.submit(reference(1), wait_seconds=10)).body == b"body-1"


async def test_a_message_for_which_no_lane_is_bound_is_not_claimed(broker_vhost):
    async with answering(broker_vhost.url) as channel, running(broker_vhost.url) as link:
        await channel.queue_delete(names.UNROUTABLE)
        await channel.queue_unbind(
            names.lane("normal", 0), names.REFERENCE, names.key("acme", "normal")
        )
        with pytest.raises(BrokerAway, match="unroutable"):
            await link.submit(reference(1), wait_seconds=1)
