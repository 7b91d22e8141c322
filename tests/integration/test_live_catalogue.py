"""Every process finds what was published by looking: cheaply, and only what has changed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from contracts.canonical import canonical_json
from registry_store.feed.filters import Filter
from registry_store.live_catalogue import _STAMP
from registry_store.partners import set_secret
from registry_store.subscriptions import create
from router.bootstrap import Language, language
from router.http.app import Limits, create_app
from router.http.broker_link import BrokerLink
from tests.feed_running import cut_all
from tests.support.categories import Stewards
from tests.support.registry import Registry, event, heat_pump, receipt, rules

LAGOON = {"category": "tidal_lagoon", "attributes": {
    "connection_status": "connected", "export_capacity_kw": 5, "basin_area_km2": 2,
}}  # fmt: skip


@pytest.fixture
def stewards(database: Any) -> Iterator[Stewards]:
    registry = Registry(database.url, language())
    yield Stewards(registry)
    registry.close()


@pytest.fixture
def other() -> Language:
    """What another process speaks."""
    return language()


def look(stewards: Stewards, spoken: Language) -> list[str]:
    """The statements that it took to look for new versions."""
    asked: list[str] = []
    with stewards.registry.database.dedicated() as connection:

        class Listening:
            def execute(self, query: str, *parameters: Any) -> Any:
                asked.append(query)
                return connection.execute(query, *parameters)

        spoken.live.renew(Listening())  # type: ignore[arg-type] # as much of a connection as it takes
    return asked


def test_another_process_has_a_version_once_it_has_looked(
    stewards: Stewards, other: Language
) -> None:
    stewards.published("1.0")
    assert other.catalogue.get("tidal_lagoon", "1.0") is None
    look(stewards, other)
    found = other.catalogue.get("tidal_lagoon", "1.0")
    assert found is not None
    assert found.effective_from > datetime.now(UTC) - timedelta(seconds=30)


def test_where_nothing_has_changed_one_query_says_so(stewards: Stewards, other: Language) -> None:
    stewards.published("1.0")
    assert len(look(stewards, other)) == 2
    assert look(stewards, other) == [_STAMP]


def test_that_query_reads_an_index_of_category_versions_alone(stewards: Stewards) -> None:
    with stewards.registry.database.dedicated() as connection:
        connection.execute("SET enable_seqscan = off")
        plan = "\n".join(row[0] for row in connection.execute(f"EXPLAIN {_STAMP}").fetchall())
    assert "record_category_versions" in plan


def test_what_has_not_changed_stays_the_same_object(stewards: Stewards, other: Language) -> None:
    stewards.published("1.0")
    look(stewards, other)
    before = {each.name: each for each in other.catalogue}
    stewards.say("deprecate", category="marine", sunset="2040-01-01T00:00:00Z")
    look(stewards, other)
    after = {each.name: each for each in other.catalogue}
    assert [name for name in after if after[name] is not before[name]] == ["marine"]
    assert after["marine"].retired_from == datetime(2040, 1, 1, tzinfo=UTC)
    assert after["marine"].attributes is before["marine"].attributes


def test_a_document_that_cannot_be_read_any_more_takes_no_other_along(
    stewards: Stewards, other: Language, capsys: pytest.CaptureFixture[str]
) -> None:
    stewards.published("1.0")
    stewards.approved_other("wave_farm", "basin_area_km2", ordinal=600)
    stewards.say("publish", category="wave_farm")

    class Worse:
        """The registry, with a document that an older hub let pass."""

        def __init__(self, connection: Any) -> None:
            self._connection = connection

        def execute(self, query: str, *parameters: Any) -> Any:
            return Worse(self._connection.execute(query, *parameters))

        def fetchone(self) -> Any:
            return self._connection.fetchone()

        def fetchall(self) -> Any:
            rows = self._connection.fetchall()
            return [
                (i, v, c.replace('"unit":"km2"', '"units":"km2"') if "wave_farm" in c else c)
                for i, v, c in rows
            ]

    with stewards.registry.database.dedicated() as connection:
        other.live.renew(Worse(connection))  # type: ignore[arg-type] # as much of a connection as it takes
    assert other.catalogue.get("tidal_lagoon", "1.0") is not None
    assert other.catalogue.get("wave_farm", "1.0") is None
    assert "catalogue.version_unreadable" in capsys.readouterr().out


async def test_the_first_request_after_a_publication_shows_records_of_it(
    stewards: Stewards, other: Language
) -> None:
    database = stewards.registry.database
    feed = create(
        database,
        partner="acme",
        way="pull",
        format="xml",
        filter=Filter(kinds=frozenset({"asset"})),
    )
    stewards.now = datetime.now(UTC) - timedelta(minutes=1)
    stewards.published("1.0")
    asset = stewards.record(stewards.send("acme", "asset.register", LAGOON))
    cut_all(database, catalogue=stewards.registry.spoken.catalogue)
    with database.writing() as connection:
        set_secret(connection, slug="acme", secret="secret")
    link = BrokerLink("amqp://nobody@localhost", lanes_per_class=1)
    for path in (f"/v1/subscriptions/{feed.id}/bundles", f"/v1/records/{asset['id']}"):
        app = create_app(database, link, language(), Limits(1_000, 1))
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://hub", auth=("acme", "secret")
        )
        answer = await client.get(path, headers={"accept": "application/xml"})
        assert answer.status_code == 200, answer.text
        assert "basinArea>2<" in answer.text
    assert other.catalogue.get("tidal_lagoon", "1.0") is None, "who does not look does not know"


class TestTheHourAtTheDoor:
    @pytest.fixture
    def begins(self, stewards: Stewards) -> datetime:
        stewards.approved("1.0")
        begins = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
        stewards.say("publish", effective_from=begins.isoformat())
        stewards.now = begins + timedelta(minutes=5)
        return begins

    def send(self, stewards: Stewards, received_at: datetime) -> dict[str, Any]:
        sent = event("acme", "asset.register", LAGOON, f"at {received_at.isoformat()}")
        (answer,) = stewards.registry.pipeline.process([replace(sent, received_at=received_at)])
        return receipt(answer)

    def test_decides_for_a_message_that_waited_over_midnight(
        self, stewards: Stewards, begins: datetime
    ) -> None:
        assert rules(self.send(stewards, begins - timedelta(microseconds=1))) == ["CAT-01"]
        assert self.send(stewards, begins)["status"] == "accepted"

    def test_decides_alike_in_every_process(
        self, stewards: Stewards, begins: datetime, other: Language
    ) -> None:
        registry = Registry.__new__(Registry)
        registry.database, registry.spoken = stewards.registry.database, other
        pipeline = registry.new_pipeline(now=lambda: begins - timedelta(minutes=5))
        sent = event("acme", "asset.register", LAGOON, "of a process whose clock is late")
        (answer,) = pipeline.process([replace(sent, received_at=begins)])
        pipeline.close()
        assert receipt(answer)["status"] == "accepted"


def test_a_version_that_is_named_is_held_to_while_a_newer_one_is_in_force(
    stewards: Stewards,
) -> None:
    stewards.now = datetime.now(UTC) - timedelta(minutes=1)
    stewards.published("1.0")
    stewards.published("1.1", basin_area_km2={"maximum": 2000})
    large = {**LAGOON["attributes"], "basin_area_km2": 1500}  # type: ignore[dict-item]
    old = stewards.send(
        "acme", "asset.register", {**LAGOON, "category_version": "1.0", "attributes": large}
    )
    new = stewards.send("acme", "asset.register", {**LAGOON, "attributes": large})
    assert rules(old) == ["SCH-RANGE"]
    assert stewards.record(new)["category_version"] == "1.1"


def test_records_of_other_kinds_move_nothing(stewards: Stewards, other: Language) -> None:
    look(stewards, other)
    stewards.send("acme", "asset.register", heat_pump())
    assert look(stewards, other) == [_STAMP]


def test_canonical_documents_are_what_the_registry_holds(
    stewards: Stewards, other: Language
) -> None:
    record = stewards.record(stewards.published("1.0"))
    look(stewards, other)
    found = other.catalogue.get("tidal_lagoon", "1.0")
    assert found is not None
    assert canonical_json(dict(found.document)) == canonical_json(record["document"])
