"""Subscribers that outlive the hub's servers: what comes twice must come alike, and nothing out of order."""

import asyncio
import contextlib
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pamqp.commands import Basic

from router.broker.connection import BROKER_FAULTS, open_channel
from tests.support.doors import Doors
from tests.support.patient_partners import timeless

_PAUSE_SECONDS = 0.05
#: What a notification says, apart from where and when it was sent.
_SAID = ("event", "material", "record", "previous")
_BUNDLES_A_PAGE = 20


@dataclass
class Told:
    """Notifications de-duplicated by sequence, each a line of a file of `folder`: `name`-OWNER.jsonl, for the order
    in which partners come is no promise.
    """

    folder: Path
    name: str
    again: int = 0
    _digests: list[bytes] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self._digests)

    def take(self, notifications: list[dict[str, Any]]) -> None:
        for notification in notifications:
            said = timeless({name: notification.get(name) for name in _SAID})
            line = json.dumps(said, sort_keys=True).encode()
            digest, sequence = hashlib.sha256(line).digest(), notification["sequence"]
            assert sequence <= self.count + 1, f"{sequence} follows {self.count}"
            if sequence <= self.count:
                assert digest == self._digests[sequence - 1], f"{sequence} came twice, not alike"
                self.again += 1
                continue
            self._digests.append(digest)
            with (self.folder / f"{self.name}-{said['record']['fsp']}.jsonl").open("ab") as file:
                file.write(line + b"\n")


async def by_queue(hub: Doors, slug: str, queue: str, told: Told) -> None:
    """Takes from its queue until cancelled; what it could not acknowledge comes again."""
    while True:
        with contextlib.suppress(*BROKER_FAULTS):
            async with hub.client(slug) as client:
                channel = await open_channel(client.connection)
                while True:
                    message = await channel.basic_get(queue)
                    if isinstance(message.delivery, Basic.GetEmpty):
                        await asyncio.sleep(_PAUSE_SECONDS)
                        continue
                    told.take(json.loads(message.body)["notifications"])
                    await channel.basic_ack(message.delivery_tag)
        await asyncio.sleep(_PAUSE_SECONDS)


async def by_pull(hub: Doors, slug: str, subscription: str, port: int, told: Told) -> None:
    """Pulls until cancelled, from where it stands."""
    url, auth, cursor = f"http://127.0.0.1:{port}", (slug, hub.secrets[slug]), "0"
    address = f"/v1/subscriptions/{subscription}/bundles"
    async with httpx.AsyncClient(base_url=url, auth=auth, trust_env=False, timeout=30) as client:
        while True:
            with contextlib.suppress(httpx.TransportError):
                asked = {"after": cursor, "limit": str(_BUNDLES_A_PAGE)}
                answer = await client.get(address, params=asked)
                assert answer.status_code == 200 or answer.status_code >= 500, answer.text
                if answer.status_code == 200 and (page := answer.json())["bundles"]:
                    for bundle in page["bundles"]:
                        told.take(bundle["notifications"])
                    cursor = page["cursor"]
                    continue
            await asyncio.sleep(_PAUSE_SECONDS)
