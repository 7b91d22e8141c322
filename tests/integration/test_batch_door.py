"""The HTTP door for files: in one body or in parts, whole or not, and what is refused at the door."""

import asyncio
import base64
import hashlib
import os

import httpx
import pytest

from contracts.batches import PART_BYTES
from registry_store.batches.uploading import Bounds
from tests.support.doors import Doors, doors, until
from tests.support.serving import serving

LINES = b'{"command": "asset.register"}\n'
#: Two parts and a bit.
LARGE = LINES * (2 * PART_BYTES // len(LINES) + 1_000)


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme")
        yield opened


def sha256(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def post(client: httpx.AsyncClient, body=LINES, query: str = "", **headers: str):
    named = {"content-type": "application/jsonl", "ce-id": "f-1"}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(f"/v1/batches{query}", content=body, headers=named | given)


async def opened(client: httpx.AsyncClient, body: bytes = LARGE, **headers: str) -> str:
    answer = await post(
        client,
        b"",
        fmar_parts="true",
        fmar_size=str(len(body)),
        repr_digest=sha256(body),
        **headers,
    )
    assert answer.status_code in (200, 201), answer.text
    return answer.headers["location"]


def put(client: httpx.AsyncClient, address: str, number: int, piece: bytes, **headers: str):
    return client.put(
        f"{address}/parts/{number}",
        content=piece,
        headers={"content-digest": sha256(piece)} | headers,
    )


def complete(client: httpx.AsyncClient, address: str, body: bytes = LARGE):
    whole = {"sha256": hashlib.sha256(body).hexdigest(), "size_bytes": len(body)}
    return client.post(f"{address}/complete", json=whole)


async def test_a_file_goes_into_parts_as_it_comes(hub: Doors):
    async def slowly():
        for start in range(0, len(LARGE), 100_000):
            yield LARGE[start : start + 100_000]

    async with serving(hub) as client:
        answer = await post(client, slowly(), "?existing=update&dry_run=true")
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/batches/{answer.json()['id']}"
    sizes = hub.one("SELECT array_agg(size_bytes ORDER BY number) FROM batch_part")
    assert sizes == [PART_BYTES, PART_BYTES, len(LARGE) - 2 * PART_BYTES]
    assert bytes(hub.one("SELECT sha256 FROM batch")) == hashlib.sha256(LARGE).digest()
    header = hub.one("SELECT header FROM batch")
    assert header["policy"]["existing"] == "update"
    assert header["policy"]["dry_run"] is True
    assert hub.one("SELECT status FROM batch") == "waiting"


async def test_a_file_in_parts_is_whole_when_all_are_there(hub: Doors):
    pieces = [LARGE[:3_000_000], LARGE[3_000_000:6_000_000], LARGE[6_000_000:]]
    async with serving(hub) as client:
        address = await opened(client)
        for number in (3, 1):
            assert (await put(client, address, number, pieces[number - 1])).status_code == 200
        early = await complete(client, address)
        there = (await client.get(f"{address}/parts")).json()
        await put(client, address, 2, pieces[1])
        wrong = await complete(client, address, LARGE[:-1] + b" ")
        whole = [(await complete(client, address)).status_code for _ in range(2)]
        late = await put(client, address, 4, b"more")
    assert early.status_code == 409
    assert early.json()["type"].endswith("parts_missing")
    assert [part["number"] for part in there["parts"]] == [1, 3]
    assert wrong.json()["type"].endswith("digest_differs")
    assert whole == [202, 202]
    assert late.json()["type"].endswith("batch_not_receiving")


async def test_a_part_again_is_the_same_part_or_refused(hub: Doors):
    async with serving(hub) as client:
        address = await opened(client)
        answers = [await put(client, address, 1, b"one") for _ in range(2)]
        other = await put(client, address, 1, b"two")
        broken = await put(client, address, 2, b"two", **{"content-digest": sha256(b"one")})
        bare = await client.put(f"{address}/parts/2", content=b"two")
        large = await put(client, address, 2, bytes(PART_BYTES + 1))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert (other.status_code, other.json()["type"]) == (409, "urn:fmar:problem:part_differs")
    assert (broken.status_code, broken.json()["type"]) == (400, "urn:fmar:problem:digest_differs")
    assert (bare.status_code, bare.json()["type"]) == (400, "urn:fmar:problem:digest_missing")
    assert large.status_code == 413


async def test_a_connection_that_breaks_leaves_what_came_and_the_same_again_goes_on(hub: Doors):
    size = {"content-length": str(len(LARGE))}
    async with serving(hub) as client:

        async def breaking():
            yield LARGE[: PART_BYTES + 5]
            await until(lambda: hub.one("SELECT count(*) FROM batch_part") == 1)
            raise OSError("the cable is pulled")

        with pytest.raises(OSError, match="cable"):
            await post(client, breaking(), repr_digest=sha256(LARGE), **size)
        first = hub.one("SELECT id FROM batch")
        assert hub.one("SELECT status FROM batch") == "receiving"
        stored = hub.one("SELECT xmin::text FROM batch_part")
        answer = await post(client, LARGE, repr_digest=sha256(LARGE))
    assert answer.json() == {"id": first, "is_whole": True}
    assert hub.one("SELECT xmin::text FROM batch_part WHERE number = 1") == stored
    assert hub.one("SELECT count(*) FROM batch") == 1


async def test_a_body_that_is_not_what_its_digest_says_is_cancelled(hub: Doors):
    async with serving(hub) as client:
        answer = await post(client, LINES, repr_digest=sha256(LINES + b" "))
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("digest_differs")
    assert hub.one("SELECT status FROM batch") == "cancelled"


@pytest.mark.parametrize("status", ["failed", "running"])
async def test_a_batch_that_ends_while_its_file_comes_has_its_answer(hub: Doors, status):
    async with serving(hub) as client:

        async def ended_meanwhile():
            yield LARGE[:PART_BYTES]
            await until(lambda: hub.one("SELECT count(*) FROM batch_part") == 1)
            with hub.database.writing() as connection:
                connection.execute("UPDATE batch SET status = %s, wish = 'cancel'", (status,))
            yield LARGE[PART_BYTES:]

        answer = await post(
            client, ended_meanwhile(), repr_digest=sha256(LARGE), content_length=str(len(LARGE))
        )
    assert answer.status_code == (202 if status == "failed" else 409)
    assert hub.one("SELECT count(*) FROM batch_part") == 1


async def test_nobody_touches_the_upload_of_another(hub: Doors):
    await asyncio.to_thread(hub.admit, "zest")
    async with serving(hub) as client:
        address = await opened(client)
        client.auth = httpx.BasicAuth("zest", hub.secrets["zest"])
        answers = [
            await put(client, address, 1, b"one"),
            await client.get(f"{address}/parts"),
            await complete(client, address),
        ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.parametrize(
    ("status", "code", "query", "headers"),
    [
        (400, "request_invalid", "?accept=most", {}),
        (400, "request_invalid", "?unknown=1", {}),
        (400, "message_id_missing", "", {"ce_id": "x" * 201}),
        (400, "message_id_missing", "", {"ce_id": "", "content_type": "text/csv; profile=ecr"}),
        (
            400,
            "message_id_missing",
            "",
            {"ce_id": "", "content_type": "application/vnd.apache.parquet"},
        ),
        (400, "envelope_invalid", "", {"repr_digest": "sha-256=:AAAA:"}),
        (400, "envelope_invalid", "", {"repr_digest": "sha-256=what"}),
        (400, "envelope_invalid", "", {"fmar_statement_date": "soon"}),
        (400, "envelope_invalid", "", {"fmar_parts": "true", "fmar_size": "-1"}),
        (413, "batch_too_large", "", {"fmar_parts": "true", "fmar_size": "20000001"}),
        (415, "media_type_unknown", "", {"content_type": "image/png"}),
        (415, "content_encoding_refused", "", {"content_encoding": "br"}),
    ],
)
async def test_what_is_wrong_is_said_as_a_problem(hub: Doors, status, code, query, headers):
    async with serving(hub, batches=Bounds(file_bytes=20_000_000)) as client:
        answer = await post(client, LINES, query, **headers)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:fmar:problem:{code}")
    assert hub.one("SELECT count(*) FROM batch") == 0


async def test_limits_are_said(hub: Doors):
    async with serving(hub, batches=Bounds(file_bytes=1_000, open_uploads=2)) as client:
        unknown_size = await post(client, os.urandom(1_001))
        empty = await post(client, b"", ce_id="f-0")
        for number in (1, 2):
            await opened(client, b"x", ce_id=f"f-{number}")
        third = await post(client, LINES, ce_id="f-3")
    assert (unknown_size.status_code, empty.status_code) == (413, 400)
    assert (third.status_code, third.json()["type"]) == (429, "urn:fmar:problem:uploads_open")
