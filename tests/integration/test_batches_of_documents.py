"""XML documents, flat files and hub JSON as batches: numbers and places are those of the whole file."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from adapters import adapter_for
from contracts.documents import Document, Entry, Header
from tests.support.batching import Batching, pumps
from tests.support.doors import doors, until
from tests.support.registry import LANGUAGE, event

#: Media type -> where the importCapacityKw of item 13 stands, and where item 29 does.
PLACES = {
    "application/xml": (
        "/AssetRegistration_MarketDocument/TimeSeries[13]/Attributes/importCapacityKw",
        "/AssetRegistration_MarketDocument/TimeSeries[29]",
    ),
    "text/vnd.fmar.flat": ("line {13}, field 4", "line {29}"),
    "application/cloudevents+json": (
        "/data/items/12/attributes/import_capacity_kw",
        "/data/items/28",
    ),
}
MEDIA_TYPES = list(PLACES)


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme")
        yield Batching(opened)


def written(media_type: str, items: list[dict[str, Any]]) -> bytes:
    writer: Any = adapter_for(LANGUAGE.adapters, media_type)
    header = Header("doc-1", "acme", "hub", datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
    body: bytes = writer.encode(
        Document(header, tuple(Entry("asset.register", item) for item in items))
    )[1]
    return body


def place(body: bytes, template: str) -> str:
    """`{13}` is the line of item 13, or of its import capacity where a field is asked for."""
    if "{" not in template:
        return template
    number = template[template.index("{") + 1 : template.index("}")]
    lines = body.decode().split("\n")
    line = next(n for n, text in enumerate(lines) if text.startswith(f"FA1|{number}|"))
    if "field" in template:
        line = next(n for n in range(line, len(lines)) if "import_capacity_kw" in lines[n])
    return template.replace(f"{{{number}}}", str(line + 1))


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
async def test_a_document_is_decided_chunk_by_chunk_as_in_the_whole(
    hub: Batching, media_type: str
) -> None:
    items = pumps(30)
    items[12]["attributes"]["import_capacity_kw"] = -1
    items[28] = {**items[3]}
    body = written(media_type, items)
    async with hub.running(batch_chunk_rows=10):
        id = hub.send("acme", body, media_type=media_type)
        done = await hub.ended(id)
    assert (done.status, done.accepted, done.rejected) == ("done", 28, 2)
    receipt = hub.receipt(id)
    assert receipt["message_id"] == {"application/xml": "doc-1:1"}.get(media_type, "doc-1")
    wrong, double = receipt["items"]
    at_value, at_item = (place(body, template) for template in PLACES[media_type])
    assert (wrong["item"], wrong["reasons"][0]["place"]) == (13, at_value)
    assert (double["item"], double["place"]) == (29, at_item)


async def test_an_xml_document_that_is_cut_off_keeps_what_came_before(hub: Batching) -> None:
    body = written("application/xml", pumps(30))
    body = body[: body.index(b"<mRID>21<")]
    async with hub.running(batch_chunk_rows=10):
        id = hub.send("acme", body, media_type="application/xml")
        done = await hub.ended(id)
    assert (done.accepted, len(hub.records())) == (20, 20)
    (reason,), lines = hub.receipt(id)["reasons"], body.count(b"\n") + 1
    assert (reason["rule"], reason["place"].split(",")[0]) == (
        "MSG-02",
        f"line {lines}",
    )


async def test_a_flat_file_that_is_cut_off_is_refused_before_its_first_item(hub: Batching) -> None:
    body = written("text/vnd.fmar.flat", pumps(30))
    async with hub.running(batch_chunk_rows=10):
        id = hub.send("acme", body[:-30], media_type="text/vnd.fmar.flat")
        done = await hub.ended(id)
    assert (done.rows_read, len(hub.records())) == (0, 0)
    assert {"FLAT-02"} <= {reason["rule"] for reason in hub.receipt(id)["reasons"]}


BATCH = "application/cloudevents-batch+json"


def events(count: int) -> list[dict[str, Any]]:
    sent = (
        event("acme", "asset.register", pump, f"e-{n}") for n, pump in enumerate(pumps(count), 1)
    )
    return [orjson.loads(each.body) for each in sent]


async def test_a_batch_of_events_is_decided_while_it_still_comes(hub: Batching) -> None:
    body = orjson.dumps(events(40))
    half = len(body) * 3 // 4
    async with hub.running(batch_chunk_rows=10):
        id = hub.announce("acme", body, media_type=BATCH, message_id="b-1")
        hub.put(id, "acme", 1, body[:half])
        await until(lambda: hub.progress(id).accepted >= 20)
        assert hub.progress(id).rows is None
        hub.put(id, "acme", 2, body[half:])
        hub.complete(id, "acme", body)
        done = await hub.ended(id)
    assert (done.status, done.accepted, done.rows) == ("done", 40, 40)


async def test_a_batch_of_events_that_is_cut_off_keeps_what_came_before(hub: Batching) -> None:
    body = orjson.dumps(events(30))
    body = body[: body.index(b'"e-21"')]
    async with hub.running(batch_chunk_rows=10):
        id = hub.send("acme", body, media_type=BATCH, message_id="b-1")
        done = await hub.ended(id)
    assert (done.accepted, len(hub.records())) == (20, 20)
    (reason,) = hub.receipt(id)["reasons"]
    assert (reason["rule"], reason["place"].split(",")[0]) == ("MSG-02", "line 1")


async def test_items_of_an_event_in_binary_mode_are_a_file_too(hub: Batching) -> None:
    body = orjson.dumps({"items": pumps(25)})
    sent = {"media_type": "application/json", "event_type": "fmar.asset.register.v1"}
    async with hub.running(batch_chunk_rows=10):
        id = hub.send("acme", body, message_id="b-1", **sent)
        one = hub.send("acme", orjson.dumps(pumps(1, first=30)[0]), message_id="b-2", **sent)
        nameless = hub.send("acme", body, message_id="b-3", media_type="application/json")
        assert ((await hub.ended(id)).accepted, (await hub.ended(one)).accepted) == (25, 1)
        assert (await hub.ended(nameless)).status == "failed"
    assert hub.receipt(nameless)["reasons"][0]["rule"] == "MSG-13"
