"""A category that nobody has seen is published while the hub runs, and is at once in every format.

The processes are those of a hub; none of them is started again. The formats are those that the hub has.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest

from adapters import Writer, adapter_for
from contracts.categories import Category
from contracts.documents import Document, Entry, Header
from contracts.messages import Envelope, Limits
from registry_store import subscriptions
from registry_store.feed.filters import Filter
from router.bootstrap import language
from router.servers.ports import is_free
from tests.support.categories import TIDAL_LAGOON, new_reader, tidal_lagoon
from tests.support.doors import WAIT_SECONDS, Doors, doors
from tests.support.generated import plain
from tests.support.registry import mpan
from tests.support.running_hub import RunningHub, running

pytestmark = pytest.mark.timeout(240)

_ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC).replace(microsecond=0)
ADDRESS = {"category": "tidal_lagoon", "category_version": "1.0"}
LAGOON = tidal_lagoon()["examples"][0]
#: A partner's own copy of the adapters, with the category that it read from the public API.
PARTNER = language()
WRITERS = {each.name: each for each in PARTNER.adapters if isinstance(each, Writer)}
MEDIA_TYPES = {format: media_type for media_type, format in PARTNER.forms.format_of.items()}


@pytest.fixture
def hub(tmp_path: Path, database: Any, broker_vhost: Any) -> Iterator[Doors]:
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("author", "steward")
        opened.admit("reviewer", "steward")
        opened.admit("acme", "fsp")
        yield opened


@dataclass
class Partners:
    """What partners say to a hub that runs, over HTTP."""

    hub: Doors
    client: httpx.AsyncClient

    async def send(self, slug: str, media_type: str, body: bytes, id: str) -> dict[str, Any]:
        """The canonical receipt, which the hub is asked for by the message's id."""
        headers = {"content-type": media_type, "ce-id": quote(id, safe=""), "prefer": "wait=20"}
        headers["fmar-statement-date"] = NOW.date().isoformat()
        auth = (slug, self.hub.secrets[slug])
        answer = await self.client.post("/v1/messages", content=body, headers=headers, auth=auth)
        assert answer.status_code == 200, answer.text
        with self.hub.database.reading() as connection:
            ((receipt,),) = connection.execute(
                "SELECT receipt FROM message WHERE sender = %s AND message_id = %s", (slug, id)
            ).fetchall()
        return dict(orjson.loads(receipt))

    async def say(self, slug: str, command: str, data: dict[str, Any]) -> dict[str, Any]:
        event = {
            "specversion": "1.0", "id": f"{slug}-{command}", "source": slug,
            "type": f"fmar.{command}.v1", "data": data,
        }  # fmt: skip
        body = orjson.dumps(event)
        return await self.send(slug, "application/cloudevents+json", body, event["id"])

    async def register(self, format: str, payload: dict[str, Any]) -> dict[str, Any]:
        """An asset.register as a document of that format."""
        header = Header(f"{format}-1", "acme", "hub", NOW)
        media_type, body = WRITERS[format].encode(
            Document(header, (Entry("asset.register", payload),))
        )
        (adapter,) = (each for each in PARTNER.adapters if each.name == format)
        unnamed = Envelope("", "acme", media_type, body, NOW, statement_date=NOW.date())
        id = adapter.decode(unnamed, Limits()).message_id
        return await self.send("acme", media_type, body, id or f"{format}-1")

    async def record(self, id: str, format: str) -> tuple[str, bytes]:
        auth = ("acme", self.hub.secrets["acme"])
        answer = await self.client.get(
            f"/v1/records/{id}", headers={"accept": MEDIA_TYPES[format]}, auth=auth
        )
        assert answer.status_code == 200, answer.text
        return answer.headers["content-type"], answer.content

    async def is_told(self, subscription: str, format: str, *, count: int) -> None:
        """Notifications of so many lagoons, in the subscription's format, within a bound."""
        auth = ("acme", self.hub.secrets["acme"])
        found: list[dict[str, Any]] = []
        cursor = None
        async with asyncio.timeout(WAIT_SECONDS):
            while len(found) < count:
                answer = await self.client.get(
                    f"/v1/subscriptions/{subscription}/bundles",
                    params={"after": cursor} if cursor else {},
                    auth=auth,
                )
                if answer.status_code == 200:
                    cursor, records = bundles_of(format, answer)
                    found += records
                await asyncio.sleep(0.05)
        assert [each["attributes"]["basin_area_km2"] for each in found] == [11.5] * count

    async def until(self, path: str, reached: Any) -> Any:
        """The public answer once it is as it should be, within a bound."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                answer = await self.client.get(path)
                if answer.status_code == 200 and reached(body := answer.json()):
                    return body
                await asyncio.sleep(0.05)


@pytest.fixture
async def processes(hub: Doors, tmp_path: Path) -> AsyncIterator[tuple[RunningHub, Partners]]:
    port = next(port for port in range(34_900, 36_000) if is_free(port))
    variables = {
        "HUB_HOME": str(hub.settings.home),
        "HUB_DATABASE_URL": hub.settings.database_url.get_secret_value(),
        "HUB_BROKER_URL": hub.broker_url,
        "HUB_HTTP_PORT": str(port),
        "HUB_LANES_PER_CLASS": "2",
        "HUB_STOP_SECONDS": "10",
    }
    base_url = f"http://127.0.0.1:{port}"
    async with (
        running(RunningHub(variables, tmp_path)) as hub_processes,
        httpx.AsyncClient(base_url=base_url, trust_env=False, timeout=30) as client,
    ):
        async with asyncio.timeout(60):
            while True:
                try:
                    ready = await client.get("/readyz")
                except httpx.HTTPError:
                    ready = None
                if ready is not None and ready.status_code == 200:
                    break
                await asyncio.sleep(0.1)
        yield hub_processes, Partners(hub, client)


async def by_command_line(hub: RunningHub, *arguments: str) -> str:
    """What a command says to the operator of the hub."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "router.cli", *arguments,
        env={**inherited, **hub.variables, "PYTHONPATH": str(_ROOT)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


def lagoon(number: int) -> dict[str, Any]:
    return {
        **ADDRESS,
        "accounting_point": {"scheme": "mpan", "id": mpan(number)},
        "network": {"gsp_group": "_K", "area": "SWALES"},
        "refs": [{"ref": f"LAGOON-{number}"}],
        "attributes": {**LAGOON, "serial_number": f"SL-{number}"},
    }


def bundles_of(format: str, answer: httpx.Response) -> tuple[str, list[dict[str, Any]]]:
    """The next cursor, and the records that are told of."""
    if format == "json":
        body = answer.json()
        return body["cursor"], [n["record"] for b in body["bundles"] for n in b["notifications"]]
    return answer.headers["fmar-cursor"], records_of(answer.headers["content-type"], answer.content)


def read_back(media_type: str, body: bytes) -> dict[str, Any]:
    (record,) = records_of(media_type, body)
    return record


def records_of(media_type: str, body: bytes) -> list[dict[str, Any]]:
    adapter = adapter_for(PARTNER.adapters, media_type)
    assert adapter is not None
    envelope = Envelope("", "hub", media_type, body, NOW, statement_date=NOW.date())
    items = adapter.decode(envelope, Limits()).items
    assert [item.reasons for item in items] == [()] * len(items)
    return [dict(plain(item.payload)) for item in items]


async def test_a_category_that_nobody_has_seen_is_in_every_format_without_a_restart(
    processes: tuple[RunningHub, Partners], hub: Doors
) -> None:
    running_hub, partners = processes
    subscribed = {
        format: subscriptions.create(
            hub.database, partner="acme", way="pull", format=format,
            filter=Filter(kinds=frozenset({"asset"})),
        )
        for format in PARTNER.forms.bundle_names
    }  # fmt: skip
    early = await partners.say("acme", "asset.register", lagoon(1))
    assert early["items"][0]["reasons"][0]["rule"] == "CAT-01"

    drafted = await by_command_line(
        running_hub, "category", "draft", str(TIDAL_LAGOON), "--as", "author"
    )
    assert ": accepted" in drafted
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("author", "category.submit", ADDRESS),
        ("reviewer", "category.approve", ADDRESS),
        ("author", "category.publish", ADDRESS),
    ]
    for slug, command, data in steps:
        receipt = await partners.say(slug, command, data)
        assert receipt["status"] == "accepted", receipt
    public = "/v1/categories/tidal_lagoon"
    await partners.until(public, lambda body: body["in_force"] == "1.0")
    document = (await partners.client.get(f"{public}/1.0")).json()
    category = new_reader().read(document)
    assert isinstance(category, Category)
    PARTNER.catalogue.renew([*PARTNER.catalogue, replace(category, effective_from=NOW)])

    for number, format in enumerate(WRITERS, 2):
        receipt = await partners.register(format, lagoon(number))
        assert receipt["status"] == "accepted", (format, receipt)
        id = receipt["items"][0]["id"]
        canonical = orjson.loads((await partners.record(id, "json"))[1])
        assert canonical["attributes"] == lagoon(number)["attributes"]
        assert canonical["category_version"] == "1.0"
        for shown in set(MEDIA_TYPES) - {"json"}:
            assert read_back(*await partners.record(id, shown)) == canonical, (format, shown)

    for format, subscription in subscribed.items():
        await partners.is_told(subscription.id, format, count=len(WRITERS))
    assert running_hub.deaths == {}, "no process was started again"
