"""Partners that send again what was not taken, and what is read from their queues."""

import asyncio
import contextlib
import time
from typing import Any

import httpx
from aiormq.abc import AbstractChannel
from pamqp.commands import Basic

from router.broker.connection import BROKER_FAULTS
from router.broker.publisher import Fate
from tests.support.doors import Doors

EVENT = "application/cloudevents+json"
PATIENCE_SECONDS = 60.0


async def send_by_amqp(hub: Doors, slug: str, messages: list[tuple[str, bytes]]) -> None:
    """(message id, body) in order; what is not confirmed is sent again, over a new connection."""
    left = list(messages)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left:
        assert time.monotonic() < deadline, f"{len(left)} messages not taken"
        with contextlib.suppress(*BROKER_FAULTS):
            async with hub.client(slug) as client:
                while left:
                    id, body = left[0]
                    if await client.publish(body, id, content_type=EVENT) is not Fate.confirmed:
                        break
                    left.pop(0)
        await asyncio.sleep(0.05)


async def send_by_http(hub: Doors, slug: str, port: int, messages: list[tuple[str, bytes]]) -> None:
    """In order; what is not answered is sent again."""
    url, auth = f"http://127.0.0.1:{port}", (slug, hub.secrets[slug])
    deadline = time.monotonic() + PATIENCE_SECONDS
    async with httpx.AsyncClient(base_url=url, auth=auth, trust_env=False, timeout=10) as client:
        for id, body in messages:
            headers = {"content-type": EVENT, "ce-id": id}
            while True:
                assert time.monotonic() < deadline, f"{id} not taken"
                with contextlib.suppress(httpx.HTTPError):
                    answer = await client.post("/v1/messages", content=body, headers=headers)
                    if answer.status_code in (200, 202):
                        break
                    assert answer.status_code >= 500, answer.text
                await asyncio.sleep(0.05)


async def queue_length(channel: AbstractChannel, queue: str) -> int:
    return (await channel.queue_declare(queue, passive=True)).message_count or 0


async def everything_in(channel: AbstractChannel, queue: str) -> list[bytes]:
    bodies: list[bytes] = []
    while True:
        message = await channel.basic_get(queue, no_ack=True)
        if isinstance(message.delivery, Basic.GetEmpty):
            return bodies
        bodies.append(message.body)


def timeless(value: Any) -> Any:
    """The same value without what may differ from run to run."""
    if isinstance(value, dict):
        moving = ("received_at", "recorded_at", "valid_from")
        return {name: timeless(member) for name, member in value.items() if name not in moving}
    return [timeless(member) for member in value] if isinstance(value, list) else value
