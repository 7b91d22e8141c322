"""The clock decides scheduled commands at their hour, once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from router.clock import Scheduled, extend_change_log
from tests.support.registry import LANGUAGE, Registry, heat_pump


@pytest.fixture
def registry(database: Any) -> Iterator[Registry]:
    registry = Registry(database.url)
    registry.add_partner("acme", "fsp")
    yield registry
    assert registry.audit().is_clean
    registry.close()


DUE = datetime(2030, 1, 1, tzinfo=UTC)


def decide_due(registry: Registry, now: datetime) -> int:
    pipeline = registry.new_pipeline(now=lambda: now)
    with registry.database.dedicated() as connection:
        done = Scheduled(pipeline, LANGUAGE)(connection, now)
    pipeline.close()
    return done


@pytest.fixture
def asset(registry: Registry) -> str:
    asset = registry.send("acme", "asset.register", heat_pump())["items"][0]["id"]
    amend = {
        "asset": asset,
        "patch": {"attributes": {"import_capacity_kw": 8.115}},
        "valid_from": DUE.isoformat(),
    }
    assert registry.send("acme", "asset.amend", amend, "future-1")["status"] == "scheduled"
    return str(asset)


def test_nothing_happens_before_the_hour(registry: Registry, asset: str) -> None:
    assert decide_due(registry, DUE - timedelta(seconds=1)) == 0


def test_at_its_hour_a_command_is_decided_as_if_it_were_sent_then(
    registry: Registry, asset: str
) -> None:
    assert decide_due(registry, DUE) == 1
    ((event, cause, message_id, content),) = registry.query(
        "SELECT c.event, c.cause, m.message_id, v.content FROM change c JOIN message m ON m.row = c.message "
        "JOIN record_version v USING (record, version) WHERE c.version = 2"
    )
    assert (event, cause, message_id) == (
        "asset.updated",
        "scheduled:future-1",
        "future-1/scheduled/1",
    )
    assert orjson.loads(content)["attributes"]["import_capacity_kw"] == 8.115
    ((outcome,),) = registry.query("SELECT outcome FROM scheduled_command")
    assert orjson.loads(outcome)[0]["status"] == "accepted"


def test_a_command_is_decided_once(registry: Registry, asset: str) -> None:
    assert [decide_due(registry, DUE) for _ in range(3)] == [1, 0, 0]
    assert registry.query("SELECT version FROM record WHERE id = %s", asset) == [(2,)]


def test_its_receipt_is_left_to_the_relay(registry: Registry, asset: str) -> None:
    decide_due(registry, DUE)
    ((receipt,),) = registry.query(
        "SELECT m.receipt FROM receipt_due d JOIN message m ON m.row = d.message"
    )
    assert orjson.loads(receipt)["status"] == "accepted"


def test_what_moved_meanwhile_is_refused_at_the_hour(registry: Registry, asset: str) -> None:
    registry.send("acme", "asset.deregister", {"asset": asset})
    assert decide_due(registry, DUE) == 1
    ((outcome,),) = registry.query("SELECT outcome FROM scheduled_command")
    assert [reason["rule"] for reason in orjson.loads(outcome)[0]["reasons"]] == ["REC-04"]


def test_partitions_are_there_before_they_are_needed(registry: Registry) -> None:
    with registry.database.dedicated() as connection:
        assert extend_change_log(connection, DUE) == 0
        ((partitions,),) = connection.execute(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'change'::regclass"
        ).fetchall()
    assert partitions == 3
