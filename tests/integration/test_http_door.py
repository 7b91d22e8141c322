"""The HTTP door: who may, what is refused at the door, and how a receipt comes back."""

import asyncio
import gzip
from pathlib import Path

import httpx
import psycopg
import pytest
from structlog.testing import capture_logs

from router.servers.ports import remembered_port
from tests.support.doors import Doors, doors, registration, until
from tests.support.serving import answers, server_process, serving

EVENT = "application/cloudevents+json"
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme")
        yield opened


def post(client: httpx.AsyncClient, body: bytes, id: str | None = "m-1", **headers: str):
    named = {"content-type": EVENT} | ({"ce-id": id} if id else {})
    return client.post(
        "/v1/messages",
        content=body,
        headers=named | {name.replace("_", "-"): value for name, value in headers.items()},
    )


async def test_wait_gives_the_receipt_itself(hub: Doors):
    async with hub.working(), serving(hub) as client:
        answer = await post(client, registration("m-1"), prefer="wait=10")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == EVENT
    assert answer.headers["preference-applied"] == "wait"
    assert answer.json()["data"]["status"] == "accepted"


async def test_without_wait_the_receipt_is_fetched(hub: Doors):
    async with serving(hub) as client:
        answer = await post(client, registration("m/1 ü"), "m%2F1%20%C3%BC")
        assert answer.status_code == 202
        address = answer.headers["location"]
        assert (await client.get(address)).status_code == 202
        async with hub.working():
            await until(lambda: hub.statuses("acme"))
        fetched = await client.get(address)
    assert fetched.status_code == 200
    assert fetched.json()["data"]["message_id"] == "m/1 ü"


async def test_a_refusal_that_is_stored_nowhere_reaches_the_one_who_waits(hub: Doors):
    async with hub.working(), serving(hub) as client:
        await post(client, registration("m-1"), prefer="wait=10")
        other = await post(client, registration("m-1", point=2), prefer="wait=10")
    assert [reason["rule"] for reason in other.json()["data"]["reasons"]] == ["MSG-05"]


async def test_a_message_repeated_by_http_and_amqp_is_one_message(hub: Doors):
    async with hub.working(), serving(hub) as client, hub.client("acme") as amqp:
        first = await post(client, registration("m-1"), prefer="wait=10")
        await amqp.publish(registration("m-1"), "m-1")
        (second,) = await amqp.receipts(1)
        third = await post(client, registration("m-1"), prefer="wait=10")
    assert first.content == third.content
    assert first.json()["data"]["receipt_id"] == second["receipt_id"]
    assert hub.one("SELECT count(*) FROM record WHERE kind = 'asset'") == 1


async def test_receipts_are_shown_to_their_sender_alone(hub: Doors):
    await asyncio.to_thread(hub.admit, "zest")
    async with hub.working(), serving(hub) as client:
        await post(client, registration("m-1"), prefer="wait=10")
        own = await client.get("/v1/messages/m-1/receipt")
        others = await client.get("/v1/messages/m-1/receipt", auth=("zest", hub.secrets["zest"]))
        unknown = await client.get("/v1/messages/m-2/receipt")
    assert [each.status_code for each in (own, others, unknown)] == [200, 404, 404]


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer x",
        "Basic !!!",
        "Basic YWNtZTp3cm9uZw==",
        "Basic aHViOg==",
        "Basic /w==",
        "Basic YWNtZQ==",
    ],
)
async def test_without_the_right_secret_nobody_comes_in(hub: Doors, authorization: str):
    async with serving(hub) as client:
        client.auth = None
        for method, path in (
            ("POST", "/v1/messages"),
            ("GET", "/v1/messages/m/receipt"),
            ("GET", "/v1/records/x"),
        ):
            answer = await client.request(method, path, headers={"authorization": authorization})
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Basic")
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("status", "code", "headers"),
    [
        (400, "message_id_missing", {"ce_id": ""}),
        (400, "message_id_missing", {"ce_id": "%00"}),
        (400, "message_id_missing", {"ce_id": "x" * 201}),
        (400, "message_id_missing", {"ce_id": "", "content_type": "text/csv; profile=ecr"}),
        (400, "envelope_invalid", {"ce_time": "now"}),
        (400, "envelope_invalid", {"on_behalf_of": "O-1"}),
        (400, "envelope_invalid", {"fmar_statement_date": "1.4.2022"}),
        (400, "envelope_invalid", {"fmar_class": "bulk"}),
        (415, "media_type_unknown", {"content_type": "image/png"}),
        (415, "content_encoding_refused", {"content_encoding": "gzip"}),
    ],
)
async def test_what_is_wrong_with_the_request_is_said_as_a_problem(
    hub: Doors, status, code, headers
):
    async with serving(hub) as client:
        answer = await post(client, registration("m-1"), "m-1", **headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:fmar:problem:{code}"
    assert hub.one("SELECT count(*) FROM submission") == 0


async def test_a_body_is_cut_off_at_the_limit_announced_or_not(hub: Doors):
    async def chunks():
        for _ in range(1_000):
            yield b"x" * 10_000

    async with serving(hub) as client:
        announced = await post(client, b"x" * 300_000)
        streamed = await client.post(
            "/v1/messages", content=chunks(), headers={"content-type": EVENT, "ce-id": "m"}
        )
    assert [announced.status_code, streamed.status_code] == [413, 413]


async def test_a_gzip_bomb_is_answered_unexpanded(hub: Doors):
    bomb = gzip.compress(bytes(50_000_000))
    async with serving(hub) as client:
        answer = await post(client, bomb, content_encoding="gzip")
        assert answer.status_code == 415
        assert (await client.get("/healthz")).status_code == 200


async def test_while_the_broker_is_away_nothing_is_claimed(hub: Doors):
    async with serving(hub, broker_url="amqp://x:x@127.0.0.1:1/") as client:
        answer = await post(client, registration("m-1"))
        ready = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert ready.json()["checks"]["broker"] == "away"


async def test_a_database_that_is_away_is_said_once_however_many_ask(
    hub: Doors, admin_database_url: str
):
    name = hub.one("SELECT current_database()")

    def said(event: str) -> int:
        return [entry["event"] for entry in entries].count(event)

    async def status() -> int:
        return (await client.get("/v1/batches")).status_code

    with psycopg.connect(admin_database_url, autocommit=True) as admin, capture_logs() as entries:
        async with serving(hub) as client:
            assert await status() == 200
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
            )
            assert {await status() for _ in range(5)} == {503}
            assert (said("serve.database_away"), said("serve.database_back")) == (1, 0)
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
            await until(lambda: said("serve.database_back"))
            assert await status() == 200
    assert (said("serve.database_away"), said("serve.database_back")) == (1, 1)


async def test_readiness_needs_a_worker(hub: Doors):
    async with serving(hub) as client:
        assert (await client.get("/readyz")).status_code == 503
        async with hub.working():
            await until(lambda: hub.one("SELECT count(*) FROM process WHERE role = 'work'"))
            assert (await client.get("/readyz")).json()["ready"] is True


async def test_every_answer_is_hardened_and_names_no_server(hub: Doors):
    async with serving(hub) as client:
        for path in ("/healthz", "/nowhere", "/metrics", "/v1/messages"):
            answer = await client.get(path)
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "server" not in answer.headers


async def test_metrics_are_a_closed_list(hub: Doors):
    async with serving(hub) as client:
        for path in ("/a", "/b", "/healthz"):
            await client.get(path)
        text = (await client.get("/metrics")).text
    names = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    assert {name for name in names if not name.endswith("_created")} == {
        "fmar_http_requests_total", "fmar_http_request_seconds", "fmar_broker_connected",
        "fmar_processes_ready", "fmar_dead_letters_waiting", "fmar_receipts_due", "fmar_batches_open", "fmar_batch_rows",
        "fmar_broker_published_messages_total", "fmar_broker_published_messages_duration_seconds",
        "fmar_broker_published_messages_exceptions_total", "fmar_broker_received_messages_total",
        "fmar_broker_received_messages_size_bytes", "fmar_broker_received_messages_in_process",
        "fmar_broker_received_processed_messages_total",
        "fmar_broker_received_processed_messages_duration_seconds",
        "fmar_broker_received_processed_messages_exceptions_total",
    }  # fmt: skip
    assert 'route="/a"' not in text


async def test_messages_are_counted_by_exchange_and_name_no_partner_and_no_queue(hub: Doors):
    async with hub.working(), serving(hub) as client:
        for number in (1, 2):
            await post(
                client, registration(f"m-{number}", point=number), f"m-{number}", prefer="wait=10"
            )
        counted = (await client.get("/metrics")).text.splitlines()
    of_broker = [line for line in counted if line.startswith("fmar_broker_")]
    labels = 'app_name="serve",broker="rabbitmq"'
    assert (
        f'fmar_broker_published_messages_total{{{labels},destination="fmar.reference",status="success"}} 2.0'
        in of_broker
    )
    assert f'fmar_broker_received_messages_total{{{labels},handler="replies"}} 2.0' in of_broker
    assert not [line for line in of_broker if "acme" in line or "fmar.replies" in line]


async def test_a_record_is_shown_as_the_caller_may_see_it(hub: Doors):
    await asyncio.to_thread(hub.admit, "zest", "platform")
    async with hub.working(), serving(hub) as client:
        receipt = (await post(client, registration("m-1"), prefer="wait=10")).json()["data"]
        path = f"/v1/records/{receipt['items'][0]['id']}"
        own = (await client.get(path)).json()
        others = (await client.get(path, auth=("zest", hub.secrets["zest"]))).json()
        absent = await client.get("/v1/records/A-0000-0000-0000-0")
    assert own["accounting_point"]["id"]
    assert "accounting_point" not in others
    assert others["category"] == "heat_pump"
    assert absent.status_code == 404


async def test_a_record_is_shown_in_the_format_that_is_asked_for(hub: Doors):
    async with hub.working(), serving(hub) as client:
        receipt = (await post(client, registration("m-1"), prefer="wait=10")).json()["data"]
        path = f"/v1/records/{receipt['items'][0]['id']}"
        plain = await client.get(path, headers={"accept": "*/*"})
        preferred = await client.get(
            path, headers={"accept": "text/html, application/xml;q=0.9, application/json;q=0.1"}
        )
        unknown = await client.get(path, headers={"accept": "text/html"})
        broken = await client.get(path, headers={"accept": ";;;"})
    assert plain.headers["content-type"] == "application/json"
    assert preferred.headers["content-type"] == "application/xml"
    assert preferred.headers["vary"] == "Accept"
    assert receipt["items"][0]["id"] in preferred.text
    assert unknown.status_code == broken.status_code == 406
    assert unknown.json()["type"].endswith("not_acceptable")


@pytest.mark.parametrize("point", ["http.after_archive", "http.after_publish"])
async def test_a_server_killed_before_its_answer_and_the_message_sent_again(
    hub: Doors, point: str, tmp_path: Path
):
    port = remembered_port(tmp_path / "port.json", "http")
    auth = ("acme", hub.secrets["acme"])
    url = f"http://127.0.0.1:{port}"
    async with (
        hub.working(),
        httpx.AsyncClient(base_url=url, auth=auth, trust_env=False, timeout=30) as client,
    ):
        with server_process(hub, port, HUB_KILL_AT=point) as process:
            await until(lambda: answers(url))
            with pytest.raises(httpx.HTTPError):
                await post(client, registration("m-1"))
            assert await asyncio.to_thread(process.wait, 30) == -9
        with server_process(hub, port):
            await until(lambda: answers(url))
            answer = await post(client, registration("m-1"), prefer="wait=10")
    assert answer.json()["data"]["status"] == "accepted"
    assert hub.statuses("acme") == {"m-1": "accepted"}
    assert hub.one("SELECT count(*) FROM record WHERE kind = 'asset'") == 1


async def test_an_xml_document_is_acknowledged_and_its_receipt_is_there_as_json_too(hub: Doors):
    body = (EXAMPLES / "xml" / "asset.register.battery_storage.xml").read_bytes()
    async with serving(hub) as client, hub.working():
        answer = await post(
            client, body, "acme-1:1", prefer="wait=10", content_type="application/xml"
        )
        address = answer.headers["content-location"]
        again = await client.get(address)
        full = await client.get(address, headers={"accept": "application/json"})
    assert answer.headers["content-type"] == "application/xml"
    assert b"<code>A01</code>" in answer.content
    assert again.content == answer.content
    (item,) = full.json()["items"]
    assert item["status"] == "accepted"
    assert item["id"].encode() in answer.content
