"""From the lane to the receipt: whatever arrives is answered, in order, and nothing is lost."""

import asyncio
import struct

import pamqp.frame
import pytest
from aiormq.abc import ChannelFrame
from pamqp import commands
from pamqp.body import ContentBody
from pamqp.commands import Basic

from registry_store.dead_letters import bury, dead_letters
from router.broker import names
from router.broker.connection import close_quietly, connect, open_channel
from router.broker.publisher import Fate, Publication, Publisher
from router.pipeline.pipeline import _Failed
from router.redrive import NotRedrivable, redrive_letter
from tests.support.doors import Doors, Wrapped, doors, registration, until


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme")
        yield opened


def rules(receipt) -> set[str]:
    return {reason["rule"] for reason in receipt.get("reasons", ())}


async def test_a_message_is_decided_and_its_receipt_published(hub: Doors):
    async with hub.working(), hub.client("acme") as client:
        await client.publish(registration("m-1"), "m-1")
        (receipt,) = await client.receipts(1)
    assert receipt["status"] == "accepted"
    assert receipt["_correlation_id"] == "m-1"
    assert hub.statuses("acme") == {"m-1": "accepted"}


async def test_receipts_come_in_the_order_of_the_messages(hub: Doors):
    ids = [f"m-{n}" for n in range(700)]
    async with hub.client("acme") as client:
        for id in ids[:-100]:
            await client.publish(b"not json", id)
        async with hub.working(group_limit_messages=64):
            for id in ids[-100:]:
                await client.publish(b"not json", id)
            receipts = await client.receipts(len(ids))
    assert [receipt["message_id"] for receipt in receipts] == ids
    assert hub.one("SELECT count(*) FROM dead_letter") == 0


async def test_the_same_message_again_gets_the_first_receipt_again(hub: Doors):
    async with hub.working(), hub.client("acme") as client:
        for _ in range(3):
            await client.publish(registration("m-1"), "m-1")
        first, second, third = await client.receipts(3)
    assert first == second == third


@pytest.mark.parametrize(
    ("properties", "rule"),
    [
        ({"message_id": "m", "headers": {"CC": ["acme.urgent"]}}, "MSG-09"),
        ({"message_id": "m", "content_encoding": "gzip"}, "MSG-02"),
        ({"message_id": "m", "content_type": None}, "MSG-01"),
        ({"message_id": "m", "content_type": "image/png"}, "MSG-01"),
        ({"message_id": "m\n"}, "MSG-04"),
        ({"message_id": "m", "headers": {"cloudEvents:time": "2999-01-01T00:00:00Z"}}, "MSG-08"),
        ({"message_id": "m", "headers": {"cloudEvents_time": "yesterday"}}, "MSG-13"),
        ({"message_id": "m", "headers": {"fmar-statement-date": [1]}}, "MSG-13"),
    ],
)
async def test_what_the_door_finds_wrong_is_in_the_receipt(hub: Doors, properties, rule: str):
    properties = {"content_type": "application/cloudevents+json"} | properties
    async with hub.working(), hub.client("acme") as client:
        await client.publish_raw(registration("m"), Basic.Properties(**properties))
        (receipt,) = await client.receipts(1)
    assert receipt["status"] == "rejected"
    assert rule in rules(receipt)


async def test_a_message_without_an_id_is_answered(hub: Doors):
    async with hub.working(), hub.client("acme") as client:
        await publish_bytes(client, b"", registration("m"))
        (receipt,) = await client.receipts(1)
    assert rules(receipt) == {"MSG-04"}
    assert receipt["_correlation_id"] is None
    assert hub.statuses("acme") == {}


@pytest.mark.parametrize("id", [b"\xff\xfe", b"\x00", "ü".encode()])
async def test_property_bytes_that_are_no_text_stop_nobody(hub: Doors, id: bytes):
    async with hub.working(), hub.client("acme") as client:
        await publish_bytes(client, id, registration("m"))
        await client.publish(registration("m-2"), "m-2")
        receipts = await client.receipts(2)  # sent on two channels: in either order
    assert {receipt["status"] for receipt in receipts} == {"rejected", "accepted"}


async def test_a_time_out_of_range_stops_nobody(hub: Doors):
    async with hub.working(), hub.client("acme") as client:
        await publish_bytes(client, b"m-1", registration("m-1"), timestamp=2**63)
        await client.publish(registration("m-2"), "m-2")
        receipts = {receipt["message_id"]: receipt for receipt in await client.receipts(2)}
    assert rules(receipts["m-1"]) == {"MSG-08"}
    assert receipts["m-2"]["status"] == "accepted"


async def test_headers_nested_beyond_reason_stop_nobody(hub: Doors):
    table = b""
    for _ in range(5_000):
        table = b"\x01aF" + struct.pack(">I", len(table)) + table
    async with hub.working(), hub.client("acme") as client:
        await publish_bytes(client, b"m-1", registration("m-1"), headers=table)
        await client.publish(registration("m-2"), "m-2")
        receipts = {receipt["message_id"]: receipt for receipt in await client.receipts(2)}
    assert rules(receipts["m-1"]) == {"MSG-13"}
    assert receipts["m-2"]["status"] == "accepted"


async def test_what_expired_on_the_lane_is_answered(hub: Doors):
    async with hub.client("acme") as client:
        await client.publish_raw(
            registration("m-1"),
            Basic.Properties(
                message_id="m-1", content_type="application/cloudevents+json", expiration="1"
            ),
        )
        await asyncio.sleep(0.3)
        async with hub.working():
            (receipt,) = await client.receipts(1)
    assert rules(receipt) == {"MSG-07"}


async def test_what_has_no_sender_becomes_a_dead_letter(hub: Doors):
    connection = await connect(hub.broker_url, name="test")
    publisher = Publisher(await open_channel(connection, confirms=True))
    async with hub.working():
        fates = await publisher.publish(
            [
                Publication("nobody", b"body", "m", exchange=names.INTAKE),
                Publication("stranger.normal", b"x", "m2", exchange=names.INTAKE),
            ]
        )
        assert fates == [Fate.confirmed] * 2
        await until(lambda: hub.one("SELECT count(*) FROM dead_letter") == 2)
    await close_quietly(connection)
    with hub.database.reading() as reading:
        causes = {(letter.cause, letter.body) for letter in dead_letters(reading)}
    assert causes == {("sender_unreadable", b"body"), ("unroutable", b"x")}


async def test_a_full_receipts_queue_leaves_receipts_to_the_relay_and_stalls_nobody(hub: Doors):
    await asyncio.to_thread(hub.admit, "zest")
    connection = await connect(hub.broker_url, name="test")
    channel = await open_channel(connection)
    await channel.queue_delete(names.receipts("acme"))
    async with hub.working(), hub.client("acme") as acme, hub.client("zest") as zest:
        await acme.publish(registration("m-1"), "m-1")
        await zest.publish(registration("m-2", "zest", point=2), "m-2")
        await zest.receipts(1)
        await until(lambda: hub.one("SELECT count(*) FROM receipt_due") == 1)
        await until(lambda: hub.statuses("acme") == {"m-1": "accepted"})
    await close_quietly(connection)
    assert hub.one("SELECT last_error FROM receipt_due") == "unroutable"


async def test_a_message_that_the_hub_fails_on_is_dead_and_its_neighbours_are_not(hub: Doors):
    pipeline = hub.registry.new_pipeline()
    async with hub.client("acme") as client:
        for n in range(5):
            await client.publish(registration(f"m-{n}", point=n + 1), f"m-{n}")
        reader = pipeline._read
        pipeline._read = lambda e: failing(e, reader)  # type: ignore[method-assign]
        async with hub.working(pipeline):
            receipts = await client.receipts(5)
    assert [receipt["status"] for receipt in receipts] == ["accepted"] * 2 + ["rejected"] + [
        "accepted"
    ] * 2
    assert rules(receipts[2]) == {"MSG-14"}
    assert hub.one("SELECT cause FROM dead_letter") == "Bug"
    pipeline.close()


async def test_a_dead_letter_goes_through_its_lane_again(hub: Doors):
    pipeline = hub.registry.new_pipeline()
    reader = pipeline._read
    pipeline._read = lambda e: failing(e, reader)  # type: ignore[method-assign]
    async with hub.working(pipeline), hub.client("acme") as client:
        await client.publish(registration("m-2"), "m-2")
        (first,) = await client.receipts(1)
        pipeline._read = reader  # type: ignore[method-assign] # mended
        await redrive_letter(hub.settings, hub.database, hub.one("SELECT row FROM dead_letter"))
        (second,) = await client.receipts(1)
    assert (first["status"], second["status"]) == ("rejected", "accepted")
    assert second["_correlation_id"] == "m-2"
    assert hub.one("SELECT redriven_at IS NOT NULL FROM dead_letter")
    pipeline.close()


async def test_what_names_no_sender_is_not_redriven(hub: Doors):
    with hub.database.writing() as connection:
        row = bury(
            connection,
            lane="q",
            sender=None,
            message_id=None,
            media_type=None,
            body=b"",
            cause="c",
            detail="d",
        )
    with pytest.raises(NotRedrivable):
        await redrive_letter(hub.settings, hub.database, row)


class Bug(Exception):
    pass


def failing(envelope, read):
    if envelope.message_id == "m-2":
        return _Failed(envelope, Bug("boom"))
    return read(envelope)


async def test_groups_are_as_large_as_what_waits_up_to_the_limit(hub: Doors):
    pipeline = Wrapped(hub.registry.new_pipeline(), lambda _: None)
    async with hub.client("acme") as client:
        for n in range(25):
            await client.publish(b"x", f"m-{n}")
        async with hub.working(pipeline, group_limit_messages=10, group_wait_milliseconds=100):
            await client.receipts(25)
    assert [len(group) for group in pipeline.groups] == [10, 10, 5]


async def publish_bytes(
    client,
    message_id: bytes,
    body: bytes,
    *,
    timestamp: int | None = None,
    headers: bytes | None = None,
) -> None:
    """A publish frame by hand, on a channel of its own: libraries do not let such properties out."""
    channel = await open_channel(client.connection)
    method = commands.Basic.Publish(
        exchange=names.INTAKE, routing_key=names.key(client.slug, "normal")
    )
    kind = b"application/cloudevents+json"
    flags, parts = 0x8000, bytes([len(kind)]) + kind
    if headers is not None:
        flags |= 0x2000
        parts += struct.pack(">I", len(headers)) + headers
    if message_id:
        flags |= 0x0080
        parts += bytes([len(message_id)]) + message_id
    if timestamp is not None:
        flags |= 0x0040
        parts += struct.pack(">Q", timestamp)
    payload = struct.pack(">HHQH", 60, 0, len(body), flags) + parts
    header = struct.pack(">BHI", 2, channel.number, len(payload)) + payload + b"\xce"
    frames = (
        pamqp.frame.marshal(method, channel.number)
        + header
        + pamqp.frame.marshal(ContentBody(body), channel.number)
    )
    await channel.write_queue.put(ChannelFrame(payload=frames, should_close=False))
