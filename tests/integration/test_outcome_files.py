"""The outcome file of batches on real servers: in the layout of the file, as lists, while it runs, after a restart."""

import csv
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from lxml import etree

from bench.generate import Plan, generate
from registry_store.batches import chunks
from router.batches.outcome_files import BatchUnknown, render
from router.bootstrap import language
from tests.support.batching import Batching, lines, pumps
from tests.support.doors import doors, until

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/cloudevents+json",
    "json-batch": "application/cloudevents-batch+json",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
    "xml": "application/xml",
    "flat": "text/vnd.fmar.flat",
}
ROWS = 60
STATED = {"statement_date": "2026-11-01"}


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme")
        yield Batching(opened)


def portfolio(
    tmp_path: Path, format: str, *, rows: int = ROWS
) -> tuple[bytes, list[dict[str, Any]]]:
    """A file, and what is wrong in it."""
    plan = Plan(rows, format, faults=0.2, sender="acme", seed=5)
    made = generate(plan, tmp_path / f"portfolio.{format}", language().catalogue)
    return made.file.read_bytes(), [json.loads(line) for line in made.manifest.open()]


def rendered(hub: Batching, id: str, **asked: Any) -> bytes:
    return b"".join(render(hub.database, id, **asked).pieces)


@pytest.mark.parametrize("format", MEDIA_TYPES)
async def test_every_fault_that_was_sown_is_answered_where_it_stands(
    hub: Batching, tmp_path: Path, format: str
):
    body, sown = portfolio(tmp_path, format)
    async with hub.running():
        id = hub.send("acme", body, media_type=MEDIA_TYPES[format], **STATED)
        done = await hub.ended(id)
    assert (done.status, done.rejected, done.accepted) == ("done", len(sown), ROWS - len(sown))
    listed = [json.loads(line) for line in rendered(hub, id, format="jsonl").splitlines()]
    assert [each["item"] for each in listed if each["item"]] == list(range(1, ROWS + 1))
    refused = {each["item"]: each["reasons"] for each in listed if each["status"] == "rejected"}
    assert refused.keys() == {fault["item"] for fault in sown}
    for fault in sown:
        assert [reason["rule"] for reason in refused[fault["item"]]] == [fault["rule"]]
    only = rendered(hub, id, format="csv", only="rejected").decode()
    assert len(list(csv.reader(io.StringIO(only)))) == len(sown) + 1
    assert pq.read_table(io.BytesIO(rendered(hub, id, format="parquet"))).num_rows == ROWS


async def test_a_csv_file_comes_back_as_it_was_with_columns_added(hub: Batching, tmp_path: Path):
    body, sown = portfolio(tmp_path, "csv")
    async with hub.running():
        packed = gzip.compress(body)
        id = hub.send(
            "acme", packed, media_type="text/csv", content_encoding="gzip", file_name="My list.csv.gz", **STATED
        )  # fmt: skip
        await hub.ended(id)
    answer = render(hub.database, id)
    assert (answer.file_name, answer.media_type) == (
        "My-list.outcomes.csv",
        "text/csv; charset=utf-8; header=present",
    )
    came, goes = body.split(b"\r\n"), b"".join(answer.pieces).split(b"\r\n")
    assert len(goes) == len(came)
    assert all(new.startswith(old) for old, new in zip(came, goes, strict=True))
    assert goes[1].endswith(b",FMAR status,FMAR record id,FMAR version,FMAR codes,FMAR texts")
    refused = {n for n, line in enumerate(goes, 1) if b",rejected,,," in line}
    assert refused == {fault["row"] for fault in sown}
    ids = {outcome["id"] for outcome in hub.outcomes(id) if "id" in outcome}
    assert {line.split(b",")[-4].decode() for line in goes[2:] if b",accepted,A-" in line} == ids


async def test_a_document_is_answered_by_an_acknowledgement_of_all_its_refused_series(
    hub: Batching, tmp_path: Path
):
    body, sown = portfolio(tmp_path, "xml")
    body = body.replace(b"    <mRID>", b"    <mRID>series-")
    async with hub.running():
        id = hub.send("acme", body, media_type="application/xml")
        await hub.ended(id)
    root = etree.fromstring(rendered(hub, id))
    names = root.findall("{*}Rejected_TimeSeries/{*}mRID")
    assert [name.text for name in names] == [f"series-{fault['item']}" for fault in sown]
    assert root.findtext("{*}Reason/{*}code") == "A03"
    assert root.findtext("{*}received_MarketDocument.mRID", "").startswith("P")


async def test_a_flat_file_is_answered_by_the_flow_of_outcomes(hub: Batching, tmp_path: Path):
    body, sown = portfolio(tmp_path, "flat")
    async with hub.running():
        id = hub.send("acme", body, media_type="text/vnd.fmar.flat")
        await hub.ended(id)
    records = rendered(hub, id).decode().splitlines()
    assert records[0].split("|")[2] == "F0101001"
    items = [record.split("|") for record in records if record.startswith("FO1|")]
    assert [int(item[1]) for item in items] == list(range(ROWS + 1))
    assert {int(item[1]) for item in items if item[2] == "rejected"} == {f["item"] for f in sown}


async def test_a_workbook_comes_back_with_columns_that_a_spreadsheet_reads(
    hub: Batching, tmp_path: Path
):
    body, sown = portfolio(tmp_path, "xlsx")
    async with hub.running():
        id = hub.send("acme", body, media_type=MEDIA_TYPES["xlsx"], **STATED)
        await hub.ended(id)
    answer = rendered(hub, id)
    with zipfile.ZipFile(io.BytesIO(answer)) as book:
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert len(sheet.findall(".//{*}row")) == ROWS + 2
    added = [[*row.itertext()] for row in sheet.iter("{*}row")]
    assert sum("rejected" in texts for texts in added) == len(sown)
    assert added[1][-5:-3] == ["FMAR status", "FMAR record id"]
    assert answer == rendered(hub, id)


async def test_a_parquet_file_comes_back_with_its_columns_and_five_more(
    hub: Batching, tmp_path: Path
):
    body, sown = portfolio(tmp_path, "parquet")
    async with hub.running():
        id = hub.send("acme", body, media_type=MEDIA_TYPES["parquet"], **STATED)
        await hub.ended(id)
    came, goes = (pq.read_table(io.BytesIO(file)) for file in (body, rendered(hub, id)))
    assert goes.select(came.column_names) == came
    status = goes.column("FMAR status").to_pylist()
    assert {n for n, each in enumerate(status, 1) if each == "rejected"} == {f["row"] for f in sown}
    only = pq.read_table(io.BytesIO(rendered(hub, id, only="rejected")))
    assert only.num_rows == len(sown)


async def test_while_it_runs_the_file_holds_what_is_decided_so_far(hub: Batching, tmp_path: Path):
    body, _ = portfolio(tmp_path, "csv", rows=400)
    async with hub.running():
        id = hub.send("acme", body, media_type="text/csv", **STATED)
        await until(lambda: hub.progress(id).answered >= 20)
        hub.wish(id, "pause")
        await until(lambda: hub.progress(id).status == "paused")
        decided, so_far = hub.progress(id).answered, rendered(hub, id)
        hub.wish(id, "run")
        await hub.ended(id)
    assert 20 <= so_far.count(b"\r\n") - 2 == decided < 400
    assert rendered(hub, id).startswith(so_far)


async def test_the_same_file_again_is_answered_by_the_first_outcomes(hub: Batching):
    body = lines(pumps(12))
    async with hub.running():
        first = hub.send("acme", body, message_id="load-1")
        await hub.ended(first)
        again = hub.send("acme", body, message_id="load-1")
        await hub.ended(again)
    assert first != again
    assert rendered(hub, again) == rendered(hub, first) != b""


async def test_a_file_that_cannot_be_used_is_answered_by_a_list_of_why(hub: Batching):
    async with hub.running():
        id = hub.send("acme", b"a,b\r\n1,2\r\n", media_type="text/csv; profile=nothing", **STATED)
        await hub.ended(id)
    (line,) = csv.DictReader(io.StringIO(rendered(hub, id).decode()))
    assert (line["item"], line["status"], line["codes"]) == ("0", "rejected", "media_type_unknown")


async def test_the_outcomes_of_a_large_batch_are_unpacked_one_chunk_at_a_time(
    hub: Batching, monkeypatch: pytest.MonkeyPatch
):
    async with hub.running():
        id = hub.send("acme", lines(pumps(50)))
        await hub.ended(id)
    unpacked = []

    def counted(outcomes: bytes) -> list[dict[str, Any]]:
        unpacked.append(len(outcomes))
        return chunks.unpack(outcomes)

    monkeypatch.setattr("registry_store.batches.answering.unpack", counted)
    pieces = render(hub.database, id).pieces
    assert not unpacked
    assert b"".join(pieces).count(b"\n") == 50
    assert len(unpacked) == 5


def test_a_batch_that_is_not_there_is_said_to_be_unknown(hub: Batching):
    with pytest.raises(BatchUnknown):
        render(hub.database, "B-0000-0000-0000-0")


async def test_the_file_is_the_same_however_often_the_batch_was_interrupted(
    hub: Batching, tmp_path: Path
):
    body, _ = portfolio(tmp_path, "csv", rows=300)
    # Tried and not kept, so that the same message can be decided twice.
    how = {"media_type": "text/csv", "message_id": "load", "policy": {"dry_run": True}, **STATED}
    async with hub.running():
        whole = hub.send("acme", body, **how)
        await hub.ended(whole)
    broken = hub.send("acme", body, **how)
    for answered in (20, 100):
        async with hub.running():
            await until(lambda: hub.progress(broken).answered >= answered)  # noqa: B023 - awaited within
    assert hub.progress(broken).status == "running"
    async with hub.running():
        await hub.ended(broken)
    assert rendered(hub, broken) == rendered(hub, whole)
    assert rendered(hub, whole).count(b",accepted,A-") > 200
