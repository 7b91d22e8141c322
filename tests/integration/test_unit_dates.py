"""The clock lets the dates of market units' members come: totals and sight follow, once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry_store.records import history
from router.clock import Scheduled
from router.unit_dates import MemberDates
from tests.feed_running import cut_all, in_short, subscribe, told
from tests.support.market_units import EAST, compose, create, member, recorded, register, unit_of
from tests.support.registry import HUB_KEY, LANGUAGE, Registry

COMES, GOES = datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 7, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def registry(database: Any) -> Iterator[Registry]:
    registry = Registry(database.url)
    registry.add_partner("acme", "fsp")
    registry.add_partner("east", "system_operator", areas={"network_areas": ["EPN"]})
    registry.add_partner("london", "system_operator", areas={"network_areas": ["LPN"]})
    register(registry, "HP-1")
    register(registry, "HP-2", network=EAST)
    yield registry
    report = registry.audit()
    assert report.is_clean, report.findings
    registry.close()


@pytest.fixture
def unit(registry: Registry) -> str:
    """HP-1 until July 2030, HP-2 from January 2030 on."""
    leaving = {**member("HP-1"), "valid_to": GOES.isoformat()}
    coming = {**member("HP-2"), "valid_from": COMES.isoformat()}
    return unit_of(create(registry, "East", [leaving, coming]))


def beat(registry: Registry, duty: MemberDates, now: datetime) -> int:
    with registry.database.dedicated() as connection:
        return duty(connection, now)


def power(registry: Registry, unit: str) -> Any:
    return recorded(registry, unit)["totals"]["up_kw"]


def test_who_comes_and_who_goes_changes_the_totals_at_its_date(
    registry: Registry, unit: str
) -> None:
    duty = MemberDates(LANGUAGE, HUB_KEY)
    assert beat(registry, duty, COMES - SECOND) == 0
    assert power(registry, unit) == 3.5
    assert beat(registry, duty, COMES) == 1
    assert (power(registry, unit), recorded(registry, unit)["valid_from"]) == (
        7,
        "2030-01-01T00:00:00Z",
    )
    assert [beat(registry, duty, COMES + SECOND * n) for n in (1, 2)] == [0, 0]
    assert beat(registry, duty, GOES + SECOND) == 1
    assert (power(registry, unit), recorded(registry, unit)["version"]) == (3.5, 3)
    with registry.database.engine.connect() as connection:
        *_, last = history(connection, unit)
    assert (last.change["event"], last.change["cause"], last.change["sender"]) == (
        "market_unit.updated",
        "dates",
        "hub",
    )


def test_a_clock_that_was_away_finds_what_is_due(registry: Registry, unit: str) -> None:
    assert beat(registry, MemberDates(LANGUAGE, HUB_KEY), GOES + SECOND) == 1
    assert (power(registry, unit), recorded(registry, unit)["valid_from"]) == (
        3.5,
        "2030-07-01T00:00:00Z",
    )
    assert beat(registry, MemberDates(LANGUAGE, HUB_KEY), GOES + SECOND) == 0


def test_an_operator_loses_sight_of_a_unit_whose_last_member_of_its_area_goes(
    registry: Registry, unit: str
) -> None:
    kinds = {"kinds": frozenset({"market_unit"})}
    london = subscribe(registry.database, "london", network_areas=frozenset({"LPN"}), **kinds)
    east = subscribe(registry.database, "east", network_areas=frozenset({"EPN"}), **kinds)
    beat(registry, MemberDates(LANGUAGE, HUB_KEY), GOES)
    cut_all(registry.database)
    assert in_short(told(registry.database, london)) == [(1, "record.withdrawn", unit)]
    # One of 3.5 kW went and one of 3.5 kW came: whoever sees it still sees no difference.
    assert in_short(told(registry.database, east)) == []


def test_a_unit_that_ended_meanwhile_is_left_alone(registry: Registry, unit: str) -> None:
    registry.send("acme", "market_unit.deregister", {"market_unit": unit})
    assert beat(registry, MemberDates(LANGUAGE, HUB_KEY), GOES) == 0


def test_a_composition_of_the_future_holds_from_its_hour(registry: Registry, unit: str) -> None:
    receipt = compose(registry, unit, ["HP-2"], valid_from=COMES.isoformat())
    assert receipt["status"] == "scheduled"
    pipeline = registry.new_pipeline(now=lambda: COMES + SECOND)
    with registry.database.dedicated() as connection:
        assert Scheduled(pipeline, LANGUAGE)(connection, COMES + SECOND) == 1
    pipeline.close()
    now = recorded(registry, unit)
    assert now["valid_from"] == "2030-01-01T00:00:00Z"
    assert [each["valid_from"] for each in now["members"]] == ["2030-01-01T00:00:00Z"]
    assert registry.query("SELECT count(*) FROM market_unit_member WHERE valid_to = %s", COMES) == [
        (1,)
    ]
