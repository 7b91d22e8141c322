"""What a batch's policy asks for at its end: what is missing is reported, a load is told by its marker."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zlib import crc32

import orjson
import pytest
from fastapi import FastAPI, Header
from starlette.testclient import TestClient

from contracts.batches import BatchHeader, Policy
from contracts.messages import Limits
from registry_store.batches import reconciling
from registry_store.batches.loading import load_id
from registry_store.batches.packing import unpacked
from registry_store.batches.running import OpenBatch
from registry_store.batches.showing import shown
from registry_store.batches.uploading import Bounds
from registry_store.feed.loads import cause_of
from router.batch_doors.missing import Deregistered, NotConfirmed
from router.batch_doors.uploads import Uploads
from router.batches.at_end import LoadCompleted, reconciled
from router.http.batch_missing import missing_routes
from router.http.problems import Problem, answer_problem
from router.pipeline.reading import read
from tests.support.registry import HUB_KEY, Registry, event, heat_pump, receipt

BATCH = "B-0000-0000-0000-0"


@pytest.fixture
def registry(database):
    registry = Registry(database.url)
    registry.add_partner("acme", "fsp")
    registry.add_partner("other", "fsp")
    yield registry
    registry.close()


def registered(registry: Registry, sender: str, *devices: tuple[str, str | None]) -> dict[str, str]:
    """Serial number -> id, of heat pumps that came from these sources."""
    items = []
    for number, (serial, system) in enumerate(devices):
        source = {"source": {"system": system, "revision": "2026-01-01"}} if system else {}
        items.append(
            heat_pump(serial, point=crc32(f"{sender} {serial}".encode()) + number, **source)
        )
    receipt = registry.send(sender, "asset.register", {"items": items})
    assert receipt["status"] == "accepted", receipt
    return {serial: each["id"] for (serial, _), each in zip(devices, receipt["items"], strict=True)}


def batch_of(
    registry: Registry, stated: list[str], policy: Policy, sender: str = "acme"
) -> OpenBatch:
    """A batch whose rows came to these records, all decided, as it stands before its end."""
    header = BatchHeader(sender=sender, media_type="text/csv; profile=heat_pump", policy=policy)
    with registry.database.dedicated() as connection:
        connection.execute(
            "INSERT INTO batch (row, id, sender, message_id, header, status, head) "
            "VALUES (77, %s, %s, 'm', %s, 'running', '{}')",
            (BATCH, sender, orjson.dumps(header.model_dump(mode="json")).decode()),
        )
        rows = connection.execute("SELECT row FROM record WHERE id = ANY(%s)", (stated,)).fetchall()
        connection.execute(
            "INSERT INTO batch_chunk (batch, number, first_item, rows, decided_at, records, versions) "
            "VALUES (77, 1, 1, %s, now(), %s, %s)",
            (len(rows), [row for (row,) in rows], [1] * len(rows)),
        )
    return OpenBatch(
        77, BATCH, sender, "m", 0, header, {}, "running", "run", True, b"", 0, len(rows),
        datetime.now(UTC),
    )  # fmt: skip


def ended(registry: Registry, batch: OpenBatch, status: Any = "done") -> dict[str, Any]:
    with registry.database.dedicated() as connection, connection.transaction():
        return {
            **reconciled(connection, batch, status),
            **LoadCompleted(HUB_KEY)(connection, batch, status),
        }


def missing(registry: Registry) -> list[reconciling.Missing]:
    with registry.database.dedicated() as connection:
        return reconciling.missing(connection, 77, limit=100)


RECONCILE = Policy(existing="update", reconcile=True)


def test_what_the_source_stated_before_and_the_file_does_not_is_missing(registry: Registry) -> None:
    ids = registered(registry, "acme", *((f"S-{n}", "file:acme") for n in range(5)))
    registered(registry, "acme", ("OWN", None), ("ELSE", "fleet"))
    registered(registry, "other", ("OTHER", "file:acme"))
    batch = batch_of(registry, [ids["S-0"], ids["S-2"], ids["S-4"]], RECONCILE)
    assert ended(registry, batch) == {"missing": 2, "missing_refused": 0}
    assert {each.id for each in missing(registry)} == {ids["S-1"], ids["S-3"]}
    assert all(each.is_same and each.version == 1 for each in missing(registry))
    status = registry.query("SELECT DISTINCT status FROM record WHERE kind = 'asset'")
    assert status == [("pending_validation",)]


def test_a_file_without_a_source_reconciles_nothing(registry: Registry) -> None:
    ids = registered(registry, "acme", ("S-1", None), ("S-2", None))
    assert ended(registry, batch_of(registry, [ids["S-1"]], RECONCILE)) == {}
    assert missing(registry) == []


@pytest.mark.parametrize(
    ("policy", "status"),
    [(Policy(existing="update"), "done"), (RECONCILE, "cancelled"),
     (Policy(existing="update", reconcile=True, dry_run=True), "done")],
)  # fmt: skip
def test_nothing_is_reported_unasked_or_of_half_a_file(
    registry: Registry, policy: Policy, status: str
) -> None:
    ids = registered(registry, "acme", ("S-1", "file:acme"), ("S-2", "file:acme"))
    assert ended(registry, batch_of(registry, [ids["S-1"]], policy), status) == {}
    assert missing(registry) == []


def test_what_is_missing_is_ended_only_by_a_confirmed_command(registry: Registry) -> None:
    ids = registered(registry, "acme", *((f"S-{n}", "file:acme") for n in range(4)))
    batch = batch_of(registry, [ids["S-0"]], RECONCILE)
    ended(registry, batch)
    uploads = Uploads(registry.database, Bounds())
    ending = Deregistered(registry.database, uploads)
    with registry.database.dedicated() as connection:
        found = shown(connection, id=BATCH, sender="acme")
    assert found is not None
    with pytest.raises(NotConfirmed, match="3 records were found missing, 2 are confirmed"):
        ending.of(found, confirmed=2, door="http")
    made = ending.of(found, confirmed=3, door="http")
    assert ending.of(found, confirmed=3, door="http") == made
    ((header, whole, body),) = registry.query(
        "SELECT b.header, b.is_whole, p.body FROM batch b JOIN batch_part p ON p.batch = b.row WHERE b.id = %s",
        made,
    )
    assert whole
    assert (header["media_type"], header["message_id"]) == ("application/jsonl", f"{BATCH}/missing")
    commands = [orjson.loads(line) for line in unpacked(body).splitlines()]
    assert {each["asset"] for each in commands} == {ids["S-1"], ids["S-2"], ids["S-3"]}
    assert {(each["command"], each["expected_version"]) for each in commands} == {
        ("asset.deregister", 1)
    }


def test_a_load_ends_with_a_record_of_its_own_and_the_log_still_verifies(
    registry: Registry,
) -> None:
    batch = batch_of(registry, [], Policy(notify="snapshot"))
    assert ended(registry, batch) == {}
    load = load_id(HUB_KEY, BATCH)
    answer = loaded(registry, load)
    assert answer["status"] == "accepted"
    assert ended(registry, batch) == {"load": load}
    ((name, content),) = registry.query(
        "SELECT c.event, v.content FROM change c JOIN record_version v ON v.record = c.record "
        "JOIN record r ON r.row = c.record WHERE r.id = %s",
        load,
    )
    told = orjson.loads(content)
    assert (name, told["records"], told["batch"]) == ("load.completed", 1, BATCH)
    report = registry.audit()
    assert report.is_clean, report.findings


def loaded(registry: Registry, load: str) -> dict[str, Any]:
    """One registration as a chunk of the load decides it: with the load as cause."""
    envelope = event("acme", "asset.register", heat_pump(), "m-load")
    reading = read(envelope, registry.spoken.adapters, Limits())
    (answer,) = registry.pipeline.decide([replace(reading, cause=cause_of(load))])
    return receipt(answer)


@pytest.fixture
def client(registry: Registry) -> TestClient:
    def caller(x_partner: str = Header()) -> SimpleNamespace:
        return SimpleNamespace(slug=x_partner)

    app = FastAPI()
    app.add_exception_handler(Problem, answer_problem)
    uploads = Uploads(registry.database, Bounds())
    app.include_router(missing_routes(registry.database, uploads, caller))
    return TestClient(app)


def test_a_partner_reads_what_is_missing_page_by_page_and_confirms_by_its_number(
    registry: Registry, client: TestClient
) -> None:
    ids = registered(registry, "acme", *((f"S-{n}", "file:acme") for n in range(4)))
    ended(registry, batch_of(registry, [ids["S-0"]], RECONCILE))
    address, acme = f"/v1/batches/{BATCH}/missing", {"x-partner": "acme"}
    first = client.get(address, params={"limit": 2}, headers=acme).json()
    last = client.get(address, params={"limit": 2, "after": first["after"]}, headers=acme).json()
    assert first["total"] == 3
    found = {each["id"] for each in (*first["missing"], *last["missing"])}
    assert found == {ids["S-1"], ids["S-2"], ids["S-3"]}
    assert "after" not in last
    wrong = client.post(f"{address}/deregister", json={"confirm": 2}, headers=acme)
    assert (wrong.status_code, wrong.json()["type"]) == (409, "urn:fmar:problem:not_confirmed")
    right = client.post(f"{address}/deregister", json={"confirm": 3}, headers=acme)
    assert right.status_code == 202
    assert right.headers["location"] == f"/v1/batches/{right.json()['id']}"
    assert client.get(address, headers={"x-partner": "other"}).status_code == 404
