"""A relay for tests: in this process, or as a process of its own that can be killed."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from adapters import adapters
from registry_store.database import Database
from router.delivery.addresses import CallRules
from router.delivery.dispatch import DispatchLimits
from router.delivery.relay import Relay, RelaySettings
from router.delivery.webhook import WebhookLimits
from router.record_forms import RecordForms
from tests.feed_running import CATALOGUE

HUB_KEY = bytes(range(32))
QUICK = RelaySettings(
    calls=CallRules(private_targets=True),
    dispatch=DispatchLimits(
        scan_seconds=0.2,
        slow_seconds=0.3,
        slow_places=4,
        first_retry_seconds=0.05,
        longest_retry_seconds=0.5,
        unavailable_seconds=0.2,
    ),
    webhook=WebhookLimits(call_seconds=3.0),
    snapshot_poll_seconds=0.05,
    receipt_poll_seconds=0.05,
    stop_seconds=3.0,
)


@asynccontextmanager
async def running_relay(
    store: Database, broker_url: str, settings: RelaySettings = QUICK
) -> AsyncIterator[Relay]:
    relay = Relay(
        database=store,
        broker_url=broker_url,
        hub_key=HUB_KEY,
        catalogue=CATALOGUE,
        forms=RecordForms(adapters([], CATALOGUE)),
        settings=settings,
        encode_receipt=lambda due: ("application/json", due.receipt.encode()),
    )
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        relay.stop()
        await asyncio.wait_for(task, 20)


def relay_process(
    home: str, database_url: str, broker_url: str, kill_at: str = ""
) -> subprocess.Popen[bytes]:
    """`hub relay` as it is run. `home` holds the key."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment |= {
        "HUB_HOME": home,
        "HUB_DATABASE_URL": database_url,
        "HUB_BROKER_URL": broker_url,
        "HUB_WEBHOOK_PRIVATE_TARGETS": "true",
    }
    if kill_at:
        environment["HUB_KILL_AT"] = kill_at
    command = "from router.cli import relay; relay.relay()"
    return subprocess.Popen([sys.executable, "-c", command], env=environment)


async def until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """The first true value of the condition; fails after so long."""
    async with asyncio.timeout(seconds):
        while not (value := await asyncio.to_thread(condition)):  # noqa: ASYNC110 - asks a database
            await asyncio.sleep(0.05)
    return value


def notifications(bodies: list[bytes]) -> list[dict[str, Any]]:
    return [notification for body in bodies for notification in json.loads(body)["notifications"]]
