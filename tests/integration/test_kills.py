"""Processes, broker and database killed under a fixed script of messages: nothing but times may differ.

Each run sends the same messages and is compared with one that nothing disturbed: the registry record by
record, receipts and notifications after de-duplication, the log by its own audit.
"""

import asyncio
import contextlib
import json
import random
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import make_url

from registry_store import subscriptions
from registry_store.feed.filters import Filter
from router.broker import names
from router.broker.connection import BROKER_FAULTS, close_quietly, connect, open_channel
from router.servers import Servers
from router.servers.ports import remembered_port
from tests.conftest import FreshDatabase, FreshVhost
from tests.integration.conftest import KilledServer
from tests.relay_running import notifications
from tests.support.doors import Doors, doors, until
from tests.support.patient_partners import (
    everything_in,
    queue_length,
    send_by_amqp,
    send_by_http,
    timeless,
)
from tests.support.registry import heat_pump
from tests.support.running_hub import RunningHub, running
from tests.webhook_target import WebhookTarget

pytestmark = pytest.mark.timeout(300)

POINTS = {
    "work": (
        "worker.before_process", "pipeline.before_commit", "pipeline.after_commit", "worker.after_commit",
        "worker.after_publish", "worker.before_ack", "worker.after_ack",
    ),
    "relay": (
        "relay.cut.before_commit", "relay.cut.after_commit", "relay.deliver.before_publish",
        "relay.deliver.after_publish", "relay.deliver.after_mark",
    ),
    "serve": ("http.after_archive", "http.after_publish"),
}  # fmt: skip
#: Seven runs go through all the points, each of them killing all three processes.
SEEDS, MORE_SEEDS = range(7), range(7, 40)
ASSETS = 8
RUN_SECONDS = 60.0


def script(partner: str, network: dict[str, str], first_point: int) -> list[tuple[str, bytes]]:
    """(message id, body) of one partner, in order: every kind of outcome, each depending on earlier ones."""
    messages: list[tuple[str, bytes]] = []

    def say(id: str, command: str, data: dict[str, Any]) -> None:
        kind = f"fmar.{command}.v1"
        body = {"specversion": "1.0", "id": id, "source": f"/{partner}", "type": kind, "data": data}
        messages.append((id, json.dumps(body, sort_keys=True).encode()))

    def pump(number: int, **attributes: Any) -> dict[str, Any]:
        return heat_pump(
            f"{partner}-{number}", first_point + number, network=network, refs=[{"ref": f"hp-{number}"}],
            attributes=attributes,
        )  # fmt: skip

    for number in range(ASSETS):
        say(f"register-{number}", "asset.register", pump(number))
        say(f"amend-{number}", "asset.amend", {
            "asset": {"ref": f"hp-{number}"}, "patch": {"attributes": {"import_capacity_kw": number + 4}},
        })  # fmt: skip
    say("double", "asset.register", pump(0))
    say("wrong", "asset.register", pump(90, import_capacity_kw=-1))
    say("several", "asset.register", {"items": [pump(91), pump(92, scop="warm"), pump(93)]})
    messages.append(messages[0])
    messages.append(("register-1", messages[4][1].replace(b'"register-2"', b'"register-1"')))
    messages.append(("unreadable", b'{"specversion": "1.0", '))
    say("deregister", "asset.deregister", {"asset": {"ref": "hp-0"}})
    say("too-late", "asset.amend", {"asset": {"ref": "hp-0"}, "patch": {"attributes": {"scop": 4}}})
    return messages


ACME = script("acme", {"gsp_group": "_C", "area": "LPN"}, 1_000)
OTHER = script("other", {"gsp_group": "_A", "area": "EPN"}, 2_000)


@dataclass(frozen=True)
class Ending:
    """What a run leaves behind, without its times, positions and random hashes."""

    records: dict[tuple[str, int], Any]
    stored_receipts: dict[tuple[str, str], Any]
    sent_receipts: frozenset[str]
    told: dict[str, dict[int, Any]]


def by_sequence(bodies: list[bytes]) -> dict[int, Any]:
    """Notifications by sequence: what came twice must have come alike."""
    told: dict[int, Any] = {}
    for notification in notifications(bodies):
        said = {name: notification.get(name) for name in ("event", "record", "previous")}
        assert told.setdefault(notification["sequence"], timeless(said)) == timeless(said)
    assert sorted(told) == list(range(1, len(told) + 1)), "a gap"
    return told


async def run(
    hub: Doors, folder: Path, kill_at: dict[str, str], disturb: Callable[[], None] | None = None
) -> Ending:
    """The whole script through a hub of processes; `disturb` is called on a thread in the midst of it."""
    port = remembered_port(folder / "port.json", "http")
    variables = {
        "HUB_HOME": str(hub.settings.home), "HUB_DATABASE_URL": hub.settings.database_url.get_secret_value(),
        "HUB_BROKER_URL": hub.broker_url, "HUB_HTTP_PORT": str(port), "HUB_LANES_PER_CLASS": "2",
        "HUB_GROUP_LIMIT_MESSAGES": "4", "HUB_WEBHOOK_PRIVATE_TARGETS": "true", "HUB_STOP_SECONDS": "10",
    }  # fmt: skip
    async with WebhookTarget() as target:
        queued = subscriptions.create(
            hub.database, partner="acme", filter=Filter(own=True), way="amqp"
        )
        hooked = subscriptions.create(
            hub.database, partner="watcher", way="webhook", target={"url": target.url, "generation": 1},
            filter=Filter(kinds=frozenset({"asset"}), gsp_groups=frozenset({"_A"})),
        )  # fmt: skip
        processes = RunningHub(variables, folder, kill_at)
        async with running(processes):
            sending = asyncio.gather(
                send_by_amqp(hub, "acme", ACME), send_by_http(hub, "other", port, OTHER)
            )
            if disturb is not None:
                await until(
                    lambda: quietly(lambda: len(hub.statuses("acme")) > ASSETS), RUN_SECONDS
                )
                await asyncio.to_thread(disturb)
            await sending
            await until(
                lambda: quietly(lambda: _is_settled(hub, queued.id, hooked.id)), RUN_SECONDS
            )
            await _receipts_are_out(hub)
            await until(lambda: processes.killed() >= kill_at.keys(), RUN_SECONDS)
        return await _ending(hub, queued.target["queue"], target.bodies)


def quietly(question: Callable[[], bool]) -> bool:
    """No, while the database is away."""
    try:
        return question()
    except Exception:  # noqa: BLE001 - whatever a connection that is gone raises
        return False


def _is_settled(hub: Doors, *ids: str) -> bool:
    """Every message is answered, and all that was cut is delivered."""
    if any(
        hub.statuses(s).keys() != {id for id, _ in m} for s, m in (("acme", ACME), ("other", OTHER))
    ):
        return False
    with hub.database.reading() as connection:
        behind = connection.execute(
            "SELECT 1 FROM subscription s WHERE s.id = ANY(%s) AND (s.position < (SELECT max(position) FROM change) "
            "OR EXISTS (SELECT 1 FROM bundle b WHERE b.subscription = s.id AND b.delivered_at IS NULL))",
            (list(ids),),
        ).fetchone()
    return behind is None


async def _receipts_are_out(hub: Doors) -> None:
    """Each message by AMQP has its receipt, and no lane holds any more."""
    deadline = time.monotonic() + RUN_SECONDS
    while True:
        assert time.monotonic() < deadline, "receipts are missing"
        with contextlib.suppress(*BROKER_FAULTS):
            connection = await connect(hub.broker_url, name="test")
            channel = await open_channel(connection)
            ready = await queue_length(channel, names.receipts("acme"))
            lanes = [await queue_length(channel, lane) for lane in names.lanes("normal", 2)]
            await close_quietly(connection)
            if ready >= len(ACME) and not any(lanes):
                return
        await asyncio.sleep(0.1)


async def _ending(hub: Doors, queue: str, hooks: list[bytes]) -> Ending:
    connection = await connect(hub.broker_url, name="test")
    channel = await open_channel(connection)
    receipts = await everything_in(channel, names.receipts("acme"))
    queued = await everything_in(channel, queue)
    await close_quietly(connection)
    with hub.database.reading() as reading:
        records = reading.execute(
            "SELECT r.id, v.version, v.content FROM record r JOIN record_version v ON v.record = r.row"
        ).fetchall()
        stored = reading.execute("SELECT sender, message_id, receipt FROM message").fetchall()
        dead = reading.execute("SELECT cause, detail FROM dead_letter").fetchall()
    assert not dead
    report = hub.registry.audit()
    assert report.is_clean, report.findings
    return Ending(
        records={(id, version): timeless(json.loads(content)) for id, version, content in records},
        stored_receipts={(sender, id): timeless(json.loads(text)) for sender, id, text in stored},
        sent_receipts=frozenset(json.dumps(timeless(json.loads(body)["data"]), sort_keys=True) for body in receipts),
        told={"queue": by_sequence(queued), "webhook": by_sequence(hooks)},
    )  # fmt: skip


def ending(
    folder: Path,
    database: Any,
    vhost: Any,
    kill_at: dict[str, str],
    disturb: Callable[[], None] | None = None,
) -> Ending:
    """One run on this database and virtual host."""
    with doors(folder, database, vhost) as hub:
        for slug in ("acme", "other"):
            hub.admit(slug)
        hub.admit("watcher", "platform")
        return asyncio.run(run(hub, folder, kill_at, disturb))


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory,
    module_database: FreshDatabase,
    module_vhost: FreshVhost,
) -> Ending:
    """What the script leaves behind when nothing happens."""
    return ending(tmp_path_factory.mktemp("undisturbed"), module_database, module_vhost, {})


@pytest.fixture(scope="module")
def module_vhost(servers: Servers) -> Iterator[FreshVhost]:
    """A virtual host for the run that nothing disturbs."""
    if servers.broker_management_url is None:
        pytest.skip("a virtual host of its own needs HUB_BROKER_MANAGEMENT_URL")
    url, name = make_url(servers.broker_url), f"test-{secrets.token_hex(6)}"
    with httpx.Client(base_url=servers.broker_management_url, trust_env=False) as management:
        management.put(f"/api/vhosts/{name}").raise_for_status()
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        management.put(
            f"/api/permissions/{name}/{url.username}", json=everything
        ).raise_for_status()
        here = url.set(database=name).render_as_string(hide_password=False)
        yield FreshVhost(name=name, url=here, management_url=servers.broker_management_url)
        management.delete(f"/api/vhosts/{name}").raise_for_status()


def kills(seed: int) -> dict[str, str]:
    """One point for each process, all of them in turn; and for the nth time."""
    order = random.Random(seed)
    return {
        process: f"{points[seed % len(points)]}:{order.randint(1, 3)}"
        for process, points in POINTS.items()
    }


def test_the_script_has_every_kind_of_outcome(undisturbed: Ending) -> None:
    receipts = undisturbed.stored_receipts
    assert len(undisturbed.records) > 2 * ASSETS
    assert receipts["acme", "several"]["status"] == "partially_accepted"
    assert {receipt["status"] for receipt in receipts.values()} >= {"accepted", "rejected"}
    assert any("MSG-05" in receipt for receipt in undisturbed.sent_receipts)
    assert len(undisturbed.told["queue"]) == len(undisturbed.told["webhook"]) == 2 * ASSETS + 3


@pytest.mark.parametrize("seed", SEEDS)
def test_processes_killed_at_their_points_change_nothing(
    seed: int,
    undisturbed: Ending,
    tmp_path: Path,
    database: FreshDatabase,
    broker_vhost: FreshVhost,
) -> None:
    assert ending(tmp_path, database, broker_vhost, kills(seed)) == undisturbed


@pytest.mark.slow
@pytest.mark.parametrize("seed", MORE_SEEDS)
def test_processes_killed_at_their_points_change_nothing_in_many_more_runs(
    seed: int,
    undisturbed: Ending,
    tmp_path: Path,
    database: FreshDatabase,
    broker_vhost: FreshVhost,
) -> None:
    assert ending(tmp_path, database, broker_vhost, kills(seed)) == undisturbed


def test_a_server_killed_in_the_midst_and_started_again_changes_nothing(
    undisturbed: Ending, tmp_path: Path, killed_server: KilledServer
) -> None:
    assert ending(tmp_path, *killed_server[:2], {}, killed_server.disturb) == undisturbed
