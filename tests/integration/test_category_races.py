"""Two stewards at once, in every order that a seed draws: numbers and ordinals are given once all the same."""

from collections.abc import Iterator
from typing import Any

import pytest

from router.bootstrap import language
from tests.support.categories import Stewards, tidal_lagoon
from tests.support.racing import SEEDS, race, statuses
from tests.support.registry import Registry, event, rules


@pytest.fixture
def stewards(database: Any) -> Iterator[Stewards]:
    registry = Registry(database.url, language())
    yield Stewards(registry)
    assert registry.audit().is_clean, registry.audit().findings
    registry.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_two_first_drafts_of_one_version_are_one_record(stewards: Stewards, seed: int) -> None:
    drafts = [
        event(sender, "category.draft", {"document": tidal_lagoon("1.0", sluice_gates={"maximum": most})}, sender)
        for sender, most in (("author", 5), ("other", 6))
    ]  # fmt: skip
    results = race(stewards.registry, seed, [drafts[0]], [drafts[1]])
    assert statuses(results) == ["accepted", "accepted"]
    found = stewards.registry.query("SELECT version FROM record WHERE kind = 'category_version'")
    assert found == [(2,)], "the second replaces the draft of the first, and knows it"


@pytest.mark.parametrize("seed", SEEDS)
def test_two_categories_do_not_take_one_ordinal(stewards: Stewards, seed: int) -> None:
    stewards.approved("1.0")
    stewards.approved_other("wave_farm", "basin_area_km2", ordinal=777)
    publications = [
        event("author", "category.publish", {"category": name, "category_version": "1.0"}, name)
        for name in ("tidal_lagoon", "wave_farm")
    ]
    results = race(stewards.registry, seed, [publications[0]], [publications[1]])
    assert sorted(statuses(results)) == ["accepted", "rejected"]
    assert {rule for result in results for rule in rules(result[0])} == {"CAT-12"}
