"""A file sent as a batch comes to what it comes to as a message: items, places, rules, ids."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from contracts.messages import Envelope
from router.cli.media_types import media_type_of
from tests.support.batching import Batching
from tests.support.doors import doors
from tests.unit.adapters.reading import real_data

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted(
    file
    for kind in ("csv", "xlsx", "flat", "json", "jsonl", "xml")
    for file in (EXAMPLES / kind).iterdir()
    if ".register" in file.name or "portfolio" in file.name or "mixed" in file.name
)
STATED = date(2026, 11, 1)


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme", "fsp", "system_operator", "installer")
        yield Batching(opened)


def as_message(hub: Batching, body: bytes, media_type: str) -> dict[str, Any]:
    """The receipt of the file as one message."""
    envelope = Envelope(
        message_id="",
        sender="acme",
        media_type=media_type,
        body=body,
        received_at=datetime.now(UTC),
        statement_date=STATED,
        door="http",
    )
    (answer,) = hub.hub.registry.pipeline.process([envelope])
    receipt: dict[str, Any] = orjson.loads(answer.receipt)
    return receipt


async def as_tried(hub: Batching, body: bytes, media_type: str) -> tuple[str, dict[str, Any]]:
    """The id of the batch, and its receipt: a dry run, so that the registry is as before."""
    async with hub.running(batch_chunk_rows=1_000):
        id = hub.send(
            "acme", body, media_type=media_type, policy={"dry_run": True},
            statement_date=STATED.isoformat(),
        )  # fmt: skip
        await hub.ended(id, 60)
    return id, hub.receipt(id)


def said(outcome: dict[str, Any]) -> Any:
    reasons = [(reason["rule"], reason["place"], reason["text"]) for reason in outcome["reasons"]]
    return outcome["item"], outcome["place"], outcome["status"], outcome.get("id"), reasons


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
async def test_a_file_comes_to_the_same_as_a_batch_and_as_a_message(hub: Batching, file: Path):
    body = await asyncio.to_thread(file.read_bytes)
    media_type = media_type_of(file, body, None, None)
    id, tried = await as_tried(hub, body, media_type)
    message = as_message(hub, body, media_type)
    assert [said(each) for each in hub.outcomes(id)] == [said(each) for each in message["items"]]
    message.get("document", {}).pop("series", None)  # all names of a document: too many for a batch
    for name in ("message_id", "sender", "payload_sha256", "versions", "document"):
        assert tried.get(name) == message.get(name), name
    assert tried["status"] == message["status"]


async def test_the_real_register_comes_to_the_same_as_a_batch_and_as_a_message(hub: Batching):
    body = real_data("ecr/ukpn_ecr_2022-04.csv").read_bytes()
    media_type = "text/csv; profile=ecr"
    id, tried = await as_tried(hub, body, media_type)
    message = as_message(hub, body, media_type)
    assert len(message["items"]) > 500
    found, expected = hub.outcomes(id), message["items"]
    assert [said(each) for each in found] == [said(each) for each in expected]
    assert tried["counts"]["rows"] == len(expected)
