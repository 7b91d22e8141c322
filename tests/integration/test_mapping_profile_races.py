"""A partner that publishes from two places at once, in every order that a seed draws: a number is given once."""

from collections.abc import Iterator
from typing import Any

import pytest

from router.bootstrap import language
from tests.support.mapping import batteries
from tests.support.racing import SEEDS, race, statuses
from tests.support.registry import Registry, event, rules

COMMAND = "mapping_profile.publish"


@pytest.fixture
def registry(database: Any) -> Iterator[Registry]:
    registry = Registry(database.url, language())
    registry.add_partner("acme", "fsp")
    yield registry
    assert registry.audit().is_clean, registry.audit().findings
    registry.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_two_documents_under_one_number_are_not_both_taken(registry: Registry, seed: int) -> None:
    both = [
        event("acme", COMMAND, {"document": batteries(title=title)}, title)
        for title in ("First", "Second")
    ]
    results = race(registry, seed, [both[0]], [both[1]])
    assert sorted(statuses(results)) == ["accepted", "rejected"]
    assert {rule for result in results for rule in rules(result[0])} == {"MAP-03"}


@pytest.mark.parametrize("seed", SEEDS)
def test_one_document_sent_twice_is_one_version(registry: Registry, seed: int) -> None:
    both = [event("acme", COMMAND, {"document": batteries()}, id) for id in ("m-1", "m-2")]
    results = race(registry, seed, [both[0]], [both[1]])
    assert sorted(statuses(results)) == ["accepted", "unchanged"]
    found = registry.query("SELECT version FROM record WHERE kind = 'mapping_profile'")
    assert found == [(1,)]
