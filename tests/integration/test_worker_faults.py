"""Crashes, outages and moving lanes: nothing is lost, nothing is done twice, order is kept."""

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
import time
from functools import partial

import httpx
import psycopg
import pytest
from aiormq.exceptions import AMQPError

from registry_store.faults import Transient
from router.broker import names
from router.broker.connection import close_quietly, connect, open_channel
from router.worker.leases import Leases
from tests.support.doors import Doors, Wrapped, doors, registration, until


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme")
        yield opened


class Crash(BaseException):
    """Ends a worker as a kill would: nothing is published or acknowledged after it."""


async def test_what_was_in_hand_comes_again_one_by_one_and_then_in_groups(hub: Doors):
    crashes = iter([Crash()])

    def before(_envelopes):
        with contextlib.suppress(StopIteration):
            raise next(crashes)

    async with hub.client("acme") as client:
        for n in range(6):
            await client.publish(b"x", f"m-{n}")
        first = Wrapped(hub.registry.new_pipeline(), before)
        with pytest.raises(Crash):
            async with hub.working(first, group_wait_milliseconds=200):
                await until(lambda: first.groups)
        for n in range(6, 12):
            await client.publish(b"x", f"m-{n}")
        second = Wrapped(hub.registry.new_pipeline(), lambda _: None)
        async with hub.working(second, group_wait_milliseconds=200):
            receipts = await client.receipts(12)
    assert [len(group) for group in first.groups] == [6]
    assert [len(group) for group in second.groups] == [1] * 6 + [6]
    assert [receipt["message_id"] for receipt in receipts] == [f"m-{n}" for n in range(12)]
    assert hub.one("SELECT count(*) FROM delivery_attempt") == 0


def worker_process(hub: Doors, **variables: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment |= {
        "HUB_HOME": str(hub.settings.home),
        "HUB_DATABASE_URL": hub.settings.database_url.get_secret_value(),
        "HUB_BROKER_URL": hub.broker_url,
        "HUB_LANES_PER_CLASS": "2",
        **variables,
    }
    return subprocess.Popen([sys.executable, "-P", "-m", "router.cli", "work"], env=environment)


async def test_a_poisonous_message_dies_alone(hub: Doors):
    """Every process dies at the first message that it touches: the first one is given up at last."""
    async with hub.client("acme") as client:
        for n in range(3):
            await client.publish(registration(f"m-{n}", point=n + 1), f"m-{n}")
        for _ in range(4):
            process = worker_process(
                hub, HUB_KILL_AT="worker.before_process", HUB_ATTEMPTS_LIMIT="2"
            )
            assert await asyncio.to_thread(process.wait, 60) == -9
        async with hub.working():
            receipts = await client.receipts(3)
    assert [receipt["status"] for receipt in receipts] == ["rejected", "accepted", "accepted"]
    assert [reason["rule"] for reason in receipts[0]["reasons"]] == ["MSG-14"]
    assert hub.one("SELECT detail FROM dead_letter") == "crashed the worker 2 times"


@pytest.mark.parametrize(
    "point",
    [
        "pipeline.before_commit",
        "worker.after_commit",
        "worker.after_publish",
        "worker.before_ack",
        "worker.after_ack",
    ],
)
async def test_a_worker_killed_anywhere_changes_nothing_in_the_end(hub: Doors, point: str):
    async with hub.client("acme") as client:
        for n in range(20):
            await client.publish(registration(f"m-{n}", point=n + 1), f"m-{n}")
        process = worker_process(hub, HUB_KILL_AT=point, HUB_GROUP_LIMIT_MESSAGES="8")
        assert await asyncio.to_thread(process.wait, 60) == -9
        async with hub.working():
            await until(lambda: len(hub.statuses("acme")) == 20)
            await until(lambda: hub.one("SELECT count(*) FROM delivery_attempt") == 0)
            receipts: dict[str, dict] = {}
            while len(receipts) < 20:  # some came twice
                (receipt,) = await client.receipts(1)
                assert receipts.setdefault(receipt["message_id"], receipt) == receipt
    assert set(hub.statuses("acme").values()) == {"accepted"}
    assert hub.one("SELECT count(*) FROM record WHERE kind = 'asset'") == 20
    assert {receipt["status"] for receipt in receipts.values()} == {"accepted"}
    assert hub.registry.audit().problems == 0


async def test_a_transient_fault_keeps_the_group_and_tries_again(hub: Doors):
    faults = iter([Transient("away"), Transient("still")])

    def before(_envelopes):
        with contextlib.suppress(StopIteration):
            raise next(faults)

    pipeline = Wrapped(hub.registry.new_pipeline(), before)
    async with hub.client("acme") as client, hub.working(pipeline):
        await client.publish(registration("m-1"), "m-1")
        (receipt,) = await client.receipts(1)
    assert receipt["status"] == "accepted"
    assert pipeline.groups == [["m-1"]] * 3


async def test_the_database_away_and_back(hub: Doors, admin_database_url: str):
    name = hub.one("SELECT current_database()")
    with psycopg.connect(admin_database_url, autocommit=True) as admin:
        async with hub.working(), hub.client("acme") as client:
            await client.publish(registration("m-1"), "m-1")
            await client.receipts(1)
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
            )
            for n in range(2, 20):
                await client.publish(registration(f"m-{n}", point=n), f"m-{n}")
            await asyncio.sleep(1)
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
            receipts = await client.receipts(18)
    assert [receipt["message_id"] for receipt in receipts] == [f"m-{n}" for n in range(2, 20)]
    assert {receipt["status"] for receipt in receipts} == {"accepted"}


def cut_connections(hub: Doors) -> int:
    """Has the broker close every connection of a worker; how many there were."""
    url = hub.settings.broker_management_url.get_secret_value()
    with httpx.Client(base_url=url, trust_env=False) as management:
        found = [
            each["name"]
            for each in management.get("/api/connections").json()
            if "fmar work" in str(each.get("client_properties", {}).get("connection_name", ""))
        ]
        for name in found:
            management.delete(f"/api/connections/{name}")
    return len(found)


async def test_lost_connections_are_made_anew(hub: Doors):
    async with hub.working(), hub.client("acme") as client:
        await client.publish(registration("m-1"), "m-1")
        await client.receipts(1)
        await until(partial(cut_connections, hub))
        await client.publish(registration("m-2", point=2), "m-2")
        (receipt,) = await client.receipts(1)
    assert receipt["status"] == "accepted"


async def test_connections_that_are_lost_while_a_group_is_decided_are_made_anew(hub: Doors):
    begun, go_on = threading.Event(), threading.Event()

    def before(_envelopes):
        begun.set()
        assert go_on.wait(60)

    pipeline = Wrapped(hub.registry.new_pipeline(), before)
    async with hub.client("acme") as client, hub.working(pipeline):
        await client.publish(registration("m-1"), "m-1")
        await until(begun.is_set)
        await until(partial(cut_connections, hub))
        await until(lambda: consumers(hub, names.lane("urgent", 1)) == 0)
        go_on.set()
        (receipt,) = await client.receipts(1)
    assert receipt["status"] == "accepted"
    assert pipeline.groups[:2] == [["m-1"], ["m-1"]]


async def test_a_consumer_that_the_broker_cancels_is_noticed(hub: Doors):
    connection = await connect(hub.broker_url, name="test")
    channel = await open_channel(connection)
    async with hub.working(), hub.client("acme") as client:
        await client.publish(registration("m-1"), "m-1")
        await client.receipts(1)
        await channel.queue_delete(names.lane("urgent", 1))
        await until(lambda: consumers(hub, names.lane("urgent", 1)) == 1)
    await close_quietly(connection)


def consumers(hub: Doors, queue: str) -> int:
    async def asked() -> int:
        connection = await connect(hub.broker_url, name="test")
        try:
            channel = await open_channel(connection)
            declared = await channel.queue_declare(queue, passive=True)
        except AMQPError:  # not there, or not again yet
            return 0
        else:
            return declared.consumer_count or 0
        finally:
            await close_quietly(connection)

    return asyncio.run(asked())


async def test_lanes_move_between_workers_without_loss_or_reordering(hub: Doors):
    await asyncio.to_thread(hub.admit, "zest")  # on the other lane
    stop = asyncio.Event()
    sent: dict[str, int] = {"acme": 0, "zest": 0}

    async def stream(client) -> None:
        while not stop.is_set():
            number = sent[client.slug]
            sent[client.slug] += 1
            await client.publish(b"x", f"{number:06}")
            await asyncio.sleep(0.001)

    first, second = (
        Wrapped(hub.registry.new_pipeline(), lambda _: time.sleep(0.01)) for _ in range(2)
    )
    async with (
        hub.client("acme") as acme,
        hub.client("zest") as zest,
        contextlib.AsyncExitStack() as later,
    ):
        async with hub.working(first):
            streams = [asyncio.create_task(stream(client)) for client in (acme, zest)]
            await until(lambda: len(first.groups) > 5)
            await later.enter_async_context(hub.working(second))
            await until(lambda: len(second.groups) > 5)
        count = len(second.groups)
        await until(lambda: len(second.groups) > count + 5)
        stop.set()
        await asyncio.gather(*streams)
        for client in (acme, zest):
            receipts = await client.receipts(sent[client.slug])
            assert [r["message_id"] for r in receipts] == [
                f"{n:06}" for n in range(sent[client.slug])
            ]


def test_a_lane_is_given_up_before_another_takes_it(hub: Doors):
    one, other = (Leases(hub.database, lanes_per_class=2) for _ in range(2))
    everything, _ = one.beat()
    assert len(everything) == 6
    assert other.beat() == (frozenset(), frozenset())
    _, lost = one.beat()
    assert len(lost) == 3
    assert other.beat()[0] == frozenset()
    for queue in lost:
        one.give_up(queue)
    assert other.beat()[0] == lost
    one.stop()
    assert other.beat()[0] == everything - lost
    other.stop()
    assert hub.one("SELECT count(*) FROM process") == 0


async def test_stopping_finishes_what_is_held(hub: Doors):
    pipeline = Wrapped(hub.registry.new_pipeline(), lambda _: time.sleep(0.05))
    async with hub.client("acme") as client:
        for n in range(200):
            await client.publish(b"x", f"m-{n}")
        async with hub.working(pipeline, group_limit_messages=20):
            await until(lambda: pipeline.groups)
        connection = await connect(hub.broker_url, name="test")
        channel = await open_channel(connection)
        for number in range(2):
            left = await channel.queue_declare(names.lane("normal", number), passive=True)
            assert left.message_count == 0
        await close_quietly(connection)
    assert len(pipeline.groups) >= 10
