"""The catalogue gains versions while others read it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.categories import Catalogue
from registry_store.conformance import Conformance
from tests.support.categories import new_reader, tidal_lagoon

READER = new_reader()
NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def version(number, effective_from, **members):
    return replace(READER.read(tidal_lagoon(number)), effective_from=effective_from, **members)


@pytest.fixture
def catalogue():
    return Catalogue([version("1.0", NOON)])


def test_a_version_is_effective_from_its_date_on_and_not_before(catalogue):
    later = version("1.1", NOON + timedelta(days=1))
    catalogue.renew([*catalogue, later])
    assert catalogue.effective("tidal_lagoon", later.effective_from - MOMENT).version == "1.0"
    assert catalogue.effective("tidal_lagoon", later.effective_from) is later


def test_the_tenth_minor_version_is_newer_than_the_ninth(catalogue):
    catalogue.renew([version(f"1.{number}", NOON) for number in (10, 9, 0)])
    assert [each.version for each in catalogue.versions("tidal_lagoon")] == ["1.10", "1.9", "1.0"]


def test_a_version_at_its_end_is_found_and_not_effective(catalogue):
    catalogue.renew([version("1.0", NOON, retired_from=NOON + timedelta(days=9))])
    assert catalogue.effective("tidal_lagoon", NOON + timedelta(days=9)) is None
    assert catalogue.get("tidal_lagoon", "1.0") is not None


def test_whoever_iterates_meanwhile_sees_what_was(catalogue):
    reading = iter(catalogue)
    catalogue.renew([])
    assert [each.version for each in reading] == ["1.0"]


def test_conformance_follows_a_version_that_came_later_and_one_that_changed(catalogue):
    conformance = Conformance(catalogue)
    example = tidal_lagoon()["examples"][1]
    wide = version("1.1", NOON)
    assert conformance.conform(wide, example) == (example, ())
    narrow = READER.read(tidal_lagoon("1.1", basin_area_km2={"maximum": 1}))
    _, reasons = conformance.conform(narrow, example)
    assert [reason.rule.key for reason in reasons] == ["SCH-RANGE"]
