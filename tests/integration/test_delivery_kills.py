"""The relay killed at each of its named points: what arrives, de-duplicated, is what was cut."""

import asyncio
import signal

import pytest

from registry_store import subscriptions
from registry_store.database import Database
from registry_store.feed.filters import Filter
from tests.feed_running import told
from tests.register_builder import Register, asset, organisation
from tests.relay_running import HUB_KEY, notifications, relay_process, until
from tests.webhook_target import WebhookTarget


def wait_for_kill(process):
    return process.wait(timeout=30) == -signal.SIGKILL


@pytest.mark.parametrize(
    "point",
    [
        "relay.cut.before_commit",
        "relay.cut.after_commit:2",
        "relay.deliver.before_publish",
        "relay.deliver.after_publish:2",
        "relay.deliver.after_mark",
    ],
)
async def test_a_relay_killed_at_a_point_loses_nothing(point, database, broker_vhost, tmp_path):
    (tmp_path / "hub.key").write_text(HUB_KEY.hex())
    store = Database(database.url)
    with Register(database.url) as register:
        register.write({"O-FSP1": organisation("fsp")})
        register.partner("fsp1", "O-FSP1")
        async with WebhookTarget() as target:
            id = subscriptions.create(
                store,
                partner="fsp1",
                filter=Filter(),
                way="webhook",
                target={"url": target.url, "generation": 1},
            ).id
            doomed = relay_process(str(tmp_path), database.url, broker_vhost.url, kill_at=point)
            number = 0
            while doomed.poll() is None and number < 400:
                register.write({f"A-{number}": asset()})
                number += 1
                await asyncio.sleep(0.05)  # a writer's pace, not a wait for anything
            assert wait_for_kill(doomed)
            survivor = relay_process(str(tmp_path), database.url, broker_vhost.url)
            try:
                register.write({"A-last": asset()})
                await until(
                    lambda: len({n["sequence"] for n in notifications(target.bodies)}) == number + 1
                )
            finally:
                survivor.terminate()
                assert survivor.wait(timeout=15) == 0
    by_sequence = {}
    for notification in notifications(target.bodies):
        assert by_sequence.setdefault(notification["sequence"], notification) == notification
    assert [by_sequence[sequence] for sequence in sorted(by_sequence)] == told(store, id)
    assert [n["record"]["id"] for n in told(store, id)] == [
        *(f"A-{n}" for n in range(number)),
        "A-last",
    ]
    store.close()
