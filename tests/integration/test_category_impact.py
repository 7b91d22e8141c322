"""What a version would do to what is stored and to those who send, on a registry that has both."""

import json
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from contracts.messages import Envelope
from registry_store.replay.stored import replay_stored
from router.cli import build_app
from router.impact.partners import replay_partners
from router.impact.report import Impact, impact_of
from tests.support.categories import new_reader
from tests.support.registry import LANGUAGE, Registry, heat_pump, rules

DOCUMENT = orjson.loads(
    (Path(__file__).parents[2] / "schemas/json/categories/heat_pump/1.0.json").read_bytes()
)
IN_FORCE = LANGUAGE.catalogue.get("heat_pump", "1.0")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
TABLE = """Template,heat_pump
Command,Accounting point scheme,Accounting point,GSP group,Network area,Connection status,Import capacity (kW)
register,mpan,{point},_C,LPN,connected,{kw}
"""


def stricter() -> dict[str, Any]:
    """A heat pump takes in 10 kW at most."""
    document = deepcopy(DOCUMENT)
    document["properties"]["import_capacity_kw"]["maximum"] = 10
    return {**document, "version": "1.1", "$id": "urn:fmar:category:heat_pump:1:1"}


def version() -> Any:
    return new_reader().read(stricter())


def pump(number: int, kw: float, **members: Any) -> dict[str, Any]:
    return heat_pump(f"S-{number}", number, attributes={"import_capacity_kw": kw}, **members)


@pytest.fixture
def registry(database: Any) -> Any:
    """`big` registers large heat pumps, `small` small ones; `other` has batteries."""
    registry = Registry(database.url)
    for slug in ("big", "small", "other"):
        registry.add_partner(slug, "fsp")
    for number in range(1, 4):
        registry.send("big", "asset.register", pump(number, 20))
    registry.send("big", "asset.register", pump(4, 8))
    registry.send("big", "asset.register", pump(5, 20, category_version="1.0"))
    registry.send("small", "asset.register", pump(10, 3.5))
    registry.send("small", "asset.register", pump(11, -1))  # refused by what is in force, too
    registry.send("other", "asset.register", {**pump(20, 5), "category": "demand_site"})
    yield registry
    registry.close()


def contents(registry: Registry) -> list[Any]:
    return registry.query(
        "SELECT r.id, v.content FROM record r JOIN record_version v ON v.record = r.row WHERE r.kind = 'asset'"
    )


def impact(
    registry: Registry, database: Any, new: Any = None, since: datetime = LONG_AGO
) -> Impact:
    return impact_of(
        new or version(),
        registry.spoken.catalogue.versions("heat_pump"),
        database.url,
        now=datetime.now(UTC),
        since=since,
        workers=1,
        progress=lambda *_: None,
    )


def test_what_is_stored_is_counted_with_ids_paths_and_rules(
    registry: Registry, database: Any
) -> None:
    stored = impact(registry, database).stored.as_json()
    (cause,) = stored["causes"]
    assert (stored["records"], stored["failing"]) == (6, 4)
    assert (cause["rule"], cause["path"], cause["count"]) == (
        "SCH-RANGE",
        "/attributes/import_capacity_kw",
        4,
    )
    assert stored["versions"] == {"1.0": 6}
    assert stored["ids"] == sorted(id for id, content in contents(registry) if ":20," in content)
    assert cause["id"] in stored["ids"]


def test_what_is_no_longer_live_does_not_count(registry: Registry, database: Any) -> None:
    (id,) = (registry.send("big", "asset.register", pump(6, 30))["items"][0]["id"],)
    assert impact(registry, database).stored.failing == 5
    receipt = registry.send("big", "asset.deregister", {"asset": id})
    assert receipt["status"] == "accepted", receipt
    assert impact(registry, database).stored.failing == 4


def test_a_version_that_breaks_nothing_breaks_nothing(registry: Registry, database: Any) -> None:
    wider = deepcopy(DOCUMENT) | {"version": "1.1", "$id": "urn:fmar:category:heat_pump:1:1"}
    wider["properties"]["make"] = {**wider["properties"]["make"], "title": "Maker"}
    found = impact(registry, database, new_reader().read(wider))
    assert not found.breaks
    assert (found.stored.records, found.stored.failing) == (6, 0)
    assert {p.refused for p in found.partners.partners.values()} == {0}


def test_partners_are_told_by_what_they_would_have_been_refused(
    registry: Registry, database: Any
) -> None:
    found = impact(registry, database)
    big, small = (found.partners.partners[slug].as_json() for slug in ("big", "small"))
    assert "other" not in found.partners.partners
    assert (big["messages"], big["items"], big["pinned"], big["refused"]) == (5, 5, 1, 3)
    assert (small["items"], small["refused"]) == (2, 0)
    (reason,) = big["reasons"]
    assert (reason["rule"], reason["path"]) == ("SCH-RANGE", "/attributes/import_capacity_kw")
    assert reason["message_id"]
    assert found.breaks


def test_only_messages_of_the_last_days_count(registry: Registry, database: Any) -> None:
    to_come = datetime.now(UTC) + timedelta(hours=1)
    found = replay_partners(database.url, version(), since=to_come, workers=1)
    assert (found.messages, found.partners) == (0, {})


def test_a_table_is_read_again_as_the_pipeline_reads_it(registry: Registry, database: Any) -> None:
    body = TABLE.format(point=pump(40, 1)["accounting_point"]["id"], kw=33).encode()
    receipt = registry.receipt_of(
        Envelope(
            message_id="",
            sender="small",
            media_type="text/csv",
            body=body,
            received_at=datetime.now(UTC),
            statement_date=date(2026, 11, 1),
        )
    )
    assert rules(receipt) == [], receipt
    found = impact(registry, database).partners.partners["small"].as_json()
    assert found["refused"] == 1
    assert found["reasons"][0]["place"].startswith("row ")


def test_an_event_in_binary_mode_is_read_again(registry: Registry, database: Any) -> None:
    receipt = registry.receipt_of(
        Envelope(
            message_id="binary-1",
            sender="small",
            media_type="application/json",
            body=orjson.dumps(pump(50, 44)),
            received_at=datetime.now(UTC),
            event_type="fmar.asset.register.v1",
        )
    )
    assert receipt["status"] == "accepted", receipt
    assert impact(registry, database).partners.partners["small"].refused == 1


def test_progress_ends_with_everything(registry: Registry, database: Any) -> None:
    told: list[tuple[int, int]] = []
    replay_stored(
        database.url,
        version(),
        (IN_FORCE,),
        workers=1,
        progress=lambda done, every: told.append((done, every)),
    )
    assert told[-1] == (6, 6)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_several_processes_count_the_same(registry: Registry, database: Any) -> None:
    one, two = (
        replay_stored(database.url, version(), (IN_FORCE,), workers=workers) for workers in (1, 2)
    )
    assert one.as_json() == two.as_json()


def test_an_empty_registry_is_answered(database: Any) -> None:
    found = replay_stored(database.url, version(), (IN_FORCE,), workers=1)
    assert (found.records, found.failing) == (0, 0)


@pytest.mark.usefixtures("registry")
class TestTheCommand:
    def run(self, database: Any, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
        monkeypatch.setenv("HUB_HOME", str(Path(words[1]).parent))
        monkeypatch.setenv("HUB_DATABASE_URL", database.url)
        return CliRunner().invoke(build_app(), ["category", "impact", *words, "--workers", "1"])

    def test_says_what_would_break_and_ends_so(
        self, database: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        file = tmp_path / "draft.json"
        file.write_text(json.dumps(stricter()))
        result = self.run(database, monkeypatch, "heat_pump", str(file))
        assert result.exit_code == 1, result.output
        assert "4 of 6 live assets fail" in result.output
        assert "big: 3 of 5 items would have been refused, 1 name their version" in result.output
        assert "table: senders notice 1 changes" in result.output

    def test_says_it_to_machines(
        self, database: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        file = tmp_path / "draft.json"
        file.write_text(json.dumps(stricter()))
        result = self.run(database, monkeypatch, "heat_pump", str(file), "--json")
        told = json.loads(result.stdout)
        assert told["breaks"] is True
        assert [each["format"] for each in told["formats"]] == ["json", "xml", "flat", "table"]
        assert told["proof"]["backward"] == "refuted"

    @pytest.mark.parametrize(
        ("name", "text", "says"),
        [
            ("heat_pump", "{", "not readable as JSON"),
            ("heat_pump", "{}", "CAT-09"),
            ("marine", json.dumps(DOCUMENT), "is a version of heat_pump, not of marine"),
        ],
    )
    def test_refuses_a_file_that_is_no_version_of_it(
        self,
        name: str,
        text: str,
        says: str,
        database: Any,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        file = tmp_path / "draft.json"
        file.write_text(text)
        result = self.run(database, monkeypatch, name, str(file))
        assert result.exit_code == 2
        assert says in result.output
