"""What the HTTP door shows of batches, and how it is asked to pause and cancel them."""

import asyncio

import httpx
import orjson
import pytest
from sqlalchemy import create_engine

from contracts.batches import BatchHeader
from contracts.reasons import Reason, Rule
from contracts.receipts import Outcome
from registry_store.batches import uploading
from registry_store.batches.chunks import DecidedChunk, add_chunk, write_decided
from registry_store.batches.uploading import Bounds, Upload
from tests.support.doors import Doors, doors, until
from tests.support.serving import serving

REFUSED = Outcome(
    3,
    "line 3",
    "rejected",
    "asset.register",
    reasons=(Reason(Rule.ITEM_01, "/make", "give the make"),),
)


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme")
        yield opened


def uploaded(hub: Doors, sender: str = "acme") -> Upload:
    """A whole file that runs, its first rows decided."""
    header = BatchHeader(sender=sender, media_type="application/jsonl", file_name="pumps.jsonl")
    with hub.database.writing() as connection:
        upload = uploading.open_upload(connection, header, Bounds())
        uploading.put_part(connection, upload.row, 1, b"{}\n" * 4, Bounds())
        uploading.make_whole(connection, upload.row, bytes(32))
        connection.execute("UPDATE batch SET status = 'running', started_at = now()")
    return upload


def decide(hub: Doors, upload: Upload, number: int, *outcomes: Outcome) -> None:
    with hub.database.writing() as connection:
        first = outcomes[0].item
        add_chunk(
            connection, upload.row, number, first_item=first, rows=len(outcomes), said={}, body=b""
        )
        write_decided(connection, [DecidedChunk(upload.row, number, outcomes, [], [])])


def end(hub: Doors, upload: Upload) -> None:
    receipt = {"receipt_id": "R-1", "message_id": "f-1", "status": "accepted", "items": []}
    with hub.database.writing() as connection:
        connection.execute(
            "INSERT INTO message (row, sender, message_id, content_hash, received_at, door, media_type, status, receipt) "
            "VALUES (%s, 'acme', 'f-1', '', now(), 'http', 'application/jsonl', 'accepted', %s)",
            (upload.row, orjson.dumps(receipt).decode()),
        )
        connection.execute("UPDATE batch SET status = 'done' WHERE row = %s", (upload.row,))


def accepted(item: int) -> Outcome:
    return Outcome(item, f"line {item}", "accepted", "asset.register")


async def test_a_batch_shows_its_progress_and_its_first_refusals_while_it_runs(hub: Doors):
    upload = uploaded(hub)
    decide(hub, upload, 1, accepted(1), accepted(2))
    decide(hub, upload, 2, REFUSED)
    async with serving(hub) as client:
        shown = (await client.get(f"/v1/batches/{upload.id}")).json()
    assert (shown["status"], shown["accepted"], shown["rejected"]) == ("running", 2, 1)
    assert shown["policy"]["accept"] == "right_rows"
    assert shown["file_name"] == "pumps.jsonl"
    (refused,) = shown["first_refusals"]
    assert refused["place"] == "line 3"
    assert refused["reasons"][0]["rule"] == "ITEM-01"


async def test_own_batches_are_listed_in_pages_newest_first(hub: Doors):
    await asyncio.to_thread(hub.admit, "zest")
    ids = [uploaded(hub).id for _ in range(3)]
    uploaded(hub, "zest")
    async with serving(hub) as client:
        first = (await client.get("/v1/batches?limit=2")).json()
        rest = (await client.get(f"/v1/batches?limit=2&before={first['next']}")).json()
    assert [each["id"] for each in first["batches"] + rest["batches"]] == ids[::-1]
    assert rest["next"] is None


async def test_the_batch_of_another_is_not_there(hub: Doors):
    await asyncio.to_thread(hub.admit, "zest")
    upload = uploaded(hub, "zest")
    async with serving(hub) as client:
        for method, path in (
            ("GET", ""), ("GET", "/receipt"), ("GET", "/events"), ("POST", "/cancel"), ("POST", "/resume"),
        ):  # fmt: skip
            answer = await client.request(method, f"/v1/batches/{upload.id}{path}")
            assert (answer.status_code, answer.json()["type"]) == (
                404,
                "urn:fmar:problem:batch_unknown",
            )
    assert hub.one("SELECT wish FROM batch") == "run"


async def test_a_receipt_is_there_once_the_batch_has_ended(hub: Doors):
    upload = uploaded(hub)
    address = f"/v1/batches/{upload.id}/receipt"
    async with serving(hub) as client:
        early = await client.get(address)
        await asyncio.to_thread(end, hub, upload)
        late = await client.get(address, headers={"accept": "application/json"})
    assert early.status_code == 202
    assert early.json()["status"] == "running"
    assert late.json()["receipt_id"] == "R-1"


async def test_what_is_wanted_is_noted_and_shown(hub: Doors):
    upload = uploaded(hub)
    address = f"/v1/batches/{upload.id}"
    async with serving(hub) as client:
        wishes = [
            (await client.post(f"{address}/{action}")).json().get("wish")
            for action in ("pause", "resume", "cancel")
        ]
        again = await client.post(f"{address}/resume")
        unknown = await client.post(f"{address}/explode")
        await asyncio.to_thread(end, hub, upload)
        late = await client.post(f"{address}/pause")
    assert wishes == ["pause", "run", "cancel"]
    assert (again.status_code, again.json()["type"]) == (409, "urn:fmar:problem:batch_cancelled")
    assert unknown.status_code == 400
    assert (late.status_code, late.json()["type"]) == (409, "urn:fmar:problem:batch_ended")


async def events_of(client: httpx.AsyncClient, address: str, told: list, **headers: str) -> None:
    async with client.stream("GET", address, headers=headers) as stream:
        name = ""
        async for line in stream.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            if line.startswith("data: "):
                told.append((name, orjson.loads(line.removeprefix("data: "))))


async def test_events_tell_progress_refusals_and_the_end(hub: Doors):
    upload = uploaded(hub)
    told: list = []
    async with serving(hub) as client:
        following = asyncio.create_task(events_of(client, f"/v1/batches/{upload.id}/events", told))
        await until(lambda: told)
        await asyncio.to_thread(decide, hub, upload, 1, accepted(1), accepted(2))
        await until(lambda: told[-1][1].get("accepted") == 2)
        await asyncio.to_thread(decide, hub, upload, 2, REFUSED)
        await until(lambda: "refused" in [name for name, _ in told])
        await asyncio.to_thread(end, hub, upload)
        await asyncio.wait_for(following, 20)
        again: list = []
        await events_of(client, f"/v1/batches/{upload.id}/events", again, **{"last-event-id": "3"})
    names = [name for name, _ in told]
    assert names[0] == "progress"
    assert names.count("refused") == 1
    assert told[-1][0] == "end"
    assert told[-1][1]["rejected"] == 1
    assert [name for name, _ in again] == ["end"]


async def test_while_the_database_is_away_the_door_says_so(hub: Doors, monkeypatch):
    async with serving(hub) as client:
        assert (await client.get("/v1/batches")).status_code == 200
        monkeypatch.setattr(hub.database, "engine", unreachable())
        answers = [
            await client.get("/v1/batches"),
            await client.post(
                "/v1/batches",
                content=b"{}",
                headers={"content-type": "application/jsonl", "ce-id": "f"},
            ),
        ]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert answers[0].headers["retry-after"]


def unreachable():
    return create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
