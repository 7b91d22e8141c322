"""Subscribers as they listen: a queue, a webhook's server, a pull; and what each must never see."""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
import orjson

from contracts.canonical import canonical_json
from contracts.categories import Catalogue
from registry_store import subscriptions
from registry_store.feed.filters import Filter
from registry_store.subscriptions import Subscription
from router.bootstrap import hub_key
from router.delivery.signing import webhook_secret
from router.demo.account import DemoFailed, Told
from router.demo.doors import Sender, bundles_in_queue
from router.demo.running import DemoHub
from router.servers.ports import remembered_port

RECEIVER = Path(__file__).parents[2] / "examples" / "services" / "webhook_receiver.py"
WAIT_SECONDS = 30.0
_POLL_SECONDS = 0.05
#: What anyone in the market may see of an asset: spelt out here, so that the hub's own rule is checked.
_MARKET_CLASSES = frozenset({"public", "market"})
_MARKET_MEMBERS = frozenset(
    {
        "kind",
        "id",
        "version",
        "status",
        "category",
        "category_version",
        "valid_from",
        "recorded_at",
        "network",
        "fsp",
        "registered_by",
        "attributes",
    }
)


class Listening(Protocol):
    """A subscription and how its owner hears of it."""

    told: Told

    def fetch(self) -> list[dict[str, Any]]:
        """Notifications that are new, in order."""
        ...

    def close(self) -> None: ...


def subscribe(
    hub: DemoHub, partner: Sender, way: str, *, target: dict[str, Any] | None = None, **filter: Any
) -> Subscription:
    return subscriptions.create(
        hub.database, partner=partner.slug, filter=Filter.from_json(filter), way=way, target=target
    )


@dataclass(slots=True)
class Queue:
    """A partner's own queue on the broker, read as the partner's own user."""

    partner: Sender
    told: Told
    queue: str

    def fetch(self) -> list[dict[str, Any]]:
        waiting = asyncio.run(bundles_in_queue(self.partner.broker_url(), self.queue))
        return _notifications([orjson.loads(body) for body in waiting])

    def close(self) -> None:
        """Nothing is held between two looks."""


@dataclass(slots=True)
class Pull:
    """The feed over HTTP: asking for what comes after a cursor says that all before it is taken."""

    hub: DemoHub
    partner: Sender
    told: Told
    cursor: str = "0"

    def fetch(self) -> list[dict[str, Any]]:
        answer = httpx.get(
            f"{self.hub.http_url}/v1/subscriptions/{self.told.subscription}/bundles",
            params={"after": self.cursor},
            auth=(self.partner.slug, self.partner.secret),
            trust_env=False,
        )
        if not answer.is_success:
            raise DemoFailed(
                f"{self.partner.slug} pulls", f"{answer.status_code} {answer.text[:500]}"
            )
        page = answer.json()
        self.cursor = page["cursor"]
        return _notifications(page["bundles"])

    def close(self) -> None:
        """Nothing is held between two pulls."""


@dataclass(slots=True)
class WebhookServer:
    """examples/services/webhook_receiver.py as a process of its own."""

    told: Told
    received: Path
    process: "subprocess.Popen[bytes]"
    lines_read: int = field(default=0)

    @classmethod
    def start(cls, hub: DemoHub, partner: Sender, asked_for: str, **filter: Any) -> "WebhookServer":
        home = hub.settings.home
        port = remembered_port(home / "ports.json", "webhook receiver")
        target = {"url": f"http://127.0.0.1:{port}/hub", "generation": 1}
        made = subscribe(hub, partner, "webhook", target=target, **filter)
        received = home / "received.jsonl"
        secret = webhook_secret(hub_key(hub.settings), made.id, 1)
        log = hub.settings.log_folder / "webhook-receiver.log"
        with received.open("wb") as out, log.open("wb") as errors:
            process = subprocess.Popen(
                (sys.executable, str(RECEIVER), "--port", str(port), "--json"),
                env=os.environ | {"HUB_WEBHOOK_SECRET": secret},
                stdout=out,
                stderr=errors,
            )
        return cls(Told(partner.slug, "webhook", asked_for, made.id), received, process)

    def fetch(self) -> list[dict[str, Any]]:
        if self.process.poll() is not None:
            raise DemoFailed(
                "the webhook's server runs", f"it ended with {self.process.returncode}"
            )
        whole = self.received.read_bytes().rpartition(b"\n")[0]
        lines = whole.splitlines()[self.lines_read :]
        self.lines_read += len(lines)
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()


def listen_until(listeners: list[Listening], enough: Callable[[], bool], step: str) -> None:
    """Fetch from all until it is enough. Raises DemoFailed after a bound of time."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        for listener in listeners:
            listener.told.notifications += listener.fetch()
        if enough():
            return
        if time.monotonic() > deadline:
            counts = ", ".join(
                f"{each.told.subscriber} {len(each.told.notifications)}" for each in listeners
            )
            raise DemoFailed(step, f"not within {WAIT_SECONDS:g} s; received so far: {counts}")
        time.sleep(_POLL_SECONDS)


def gapless(told: Told) -> bool:
    """Whether the notifications are numbered 1, 2, 3 ... in the order in which they came."""
    return [each["sequence"] for each in told.notifications] == list(
        range(1, len(told.notifications) + 1)
    )


def beyond_market(told: Told, catalogue: Catalogue) -> list[str]:
    """Members and attributes that a market participant must not see, and this one did."""
    found = []
    for notification in told.notifications:
        record = notification["record"]
        category = None
        if "category" in record:
            category = catalogue.get(record["category"], record["category_version"])
        for seen in (record, notification.get("previous", {})):
            found += [name for name in seen if name not in _MARKET_MEMBERS]
            for name in seen.get("attributes", {}):
                attribute = category.attribute(name) if category else None
                if attribute is None or attribute.visibility not in _MARKET_CLASSES:
                    found.append(f"attributes.{name}")
    return found


def _notifications(bundles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is in bundles whose hash is right. Raises DemoFailed for another."""
    for bundle in bundles:
        computed = hashlib.sha256(canonical_json(bundle["notifications"])).hexdigest()
        if (computed, len(bundle["notifications"])) != (bundle["hash"], bundle["count"]):
            where = f"bundle {bundle['first_sequence']} of {bundle['subscription']}"
            raise DemoFailed("a bundle is what it says", f"hash or count of {where} is wrong")
    return [notification for bundle in bundles for notification in bundle["notifications"]]
