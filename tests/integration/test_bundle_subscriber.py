"""The example subscriber by AMQP, as a partner runs it: a process with the partner's own credentials."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import aio_pika
import pytest
from sqlalchemy.engine import make_url

from examples.services.bundle_subscriber import Taker
from registry_store import subscriptions
from registry_store.feed.filters import Filter
from tests.register_builder import Register, asset, organisation
from tests.relay_running import running_relay
from tests.support.doors import Doors, doors, until

PROGRAM = Path(__file__).parents[2] / "examples" / "services" / "bundle_subscriber.py"


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme")
        yield opened


@contextlib.contextmanager
def subscriber(hub: Doors, queue: str, out: Path):
    url = make_url(hub.broker_url).set(username="acme", password=hub.secrets["acme"])
    environment = os.environ | {"HUB_BROKER_URL": url.render_as_string(hide_password=False)}
    with out.open("ab") as taken:
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), queue, "--json"], env=environment, stdout=taken
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def taken(out: Path) -> list[int]:
    return [json.loads(line)["sequence"] for line in out.read_bytes().splitlines()]


async def test_a_partner_takes_each_notification_once_and_in_order(hub, database, tmp_path):
    made = subscriptions.create(
        hub.database, partner="acme", filter=Filter(kinds=frozenset({"asset"})), way="amqp"
    )
    queue, out = made.target["queue"], tmp_path / "taken.jsonl"
    bundle = {"subscription": "S-copy", "epoch": 1, "first_sequence": 1}
    twice = json.dumps(bundle | {"notifications": [{"sequence": 1}, {"sequence": 2}]}).encode()
    with Register(database.url) as register, subscriber(hub, queue, out) as process:
        register.write({"O-FSP1": organisation("fsp")})  # meanwhile there is no queue, and it waits
        async with running_relay(hub.database, hub.broker_url):
            for number in range(3):
                register.write({f"A-{number}": asset()})
            await until(lambda: len(taken(out)) >= 3)
        connection = await aio_pika.connect(hub.broker_url)
        async with connection:
            channel = await connection.channel()
            for _ in range(2):
                await channel.default_exchange.publish(aio_pika.Message(twice), queue)
            await until(lambda: len(taken(out)) >= 5)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 20) == 0
            left = await channel.declare_queue(queue, passive=True)
            assert left.declaration_result.message_count == 0
    assert taken(out) == [1, 2, 3, 1, 2]


async def test_what_cannot_be_taken_stays_in_the_queue(hub, tmp_path):
    queue = "partner.acme.sub.S-1"
    connection = await aio_pika.connect(hub.broker_url)
    async with connection:
        channel = await connection.channel()
        await channel.declare_queue(queue, durable=True)
        for body in (b"not JSON", b"{}"):
            await channel.default_exchange.publish(aio_pika.Message(body), queue)
        with subscriber(hub, queue, tmp_path / "taken.jsonl") as process:
            assert await asyncio.to_thread(process.wait, 20) == 1
        left = await channel.get_queue(queue)
        assert left.declaration_result.message_count == 2
        assert (await left.get(no_ack=True)).body == b"not JSON"


def test_numbers_start_anew_with_an_epoch():
    sequences = []
    taker = Taker(lambda notification: sequences.append(notification["sequence"]))
    for epoch, first in ((1, 1), (1, 2), (1, 1), (2, 2), (1, 3), (2, 2), (2, 3)):
        bundle = {
            "subscription": "S-1",
            "epoch": epoch,
            "notifications": [{"sequence": first}, {"sequence": first + 1}],
        }
        taker.receive(json.dumps(bundle).encode())
    assert sequences == [1, 2, 3, 2, 3, 4]
