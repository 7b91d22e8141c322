"""`hub audit verify` finds members of market units that are not those of the units' versions."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.support.market_units import compose, create, member, register, unit_of
from tests.support.registry import Registry

MUTATIONS = {
    "a member is taken away": "DELETE FROM market_unit_member WHERE asset = (SELECT min(asset) FROM market_unit_member)",
    "a member is added": "INSERT INTO market_unit_member SELECT unit, (SELECT row FROM record r JOIN record_ref f "
    "ON f.record = r.row WHERE f.ref = 'HP-4'), now() FROM market_unit_member LIMIT 1",
    "a membership ends earlier": "UPDATE market_unit_member SET valid_to = now() + interval '1 day' "
    "WHERE valid_to IS NULL AND valid_from < now()",
    "a member is no asset": "UPDATE market_unit_member SET asset = asset + 1000000",
    "a unit is none": "UPDATE market_unit_member SET unit = asset",
    "a unit that ended has members": "UPDATE market_unit_member SET valid_to = NULL WHERE valid_to < now()",
}


@pytest.fixture
def registry(database: Any) -> Iterator[Registry]:
    """One unit with a member that comes, two that stay and one that left; one that ended; one of the past."""
    registry = Registry(database.url)
    registry.add_partner("acme", "fsp")
    for ref in ("HP-1", "HP-2", "HP-3", "HP-4", "HP-5"):
        register(registry, ref)
    unit = unit_of(create(registry, "East", ["HP-1", "HP-2"]))
    coming = {**member("HP-3"), "valid_from": "2031-01-01T00:00:00Z"}
    compose(registry, unit, ["HP-1", coming])
    patch = {"attributes": {"import_capacity_kw": 5}}
    registry.send("acme", "asset.amend", {"asset": {"ref": "HP-1"}, "patch": patch})
    ended = unit_of(create(registry, "West", ["HP-5"]))
    registry.send("acme", "market_unit.deregister", {"market_unit": ended})
    spring = {"valid_from": "2026-03-01T00:00:00Z", "valid_to": "2026-06-01T00:00:00Z"}
    unit_of(create(registry, "Spring", [{**member("HP-4"), **spring}]))
    yield registry
    registry.close()


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_members_that_are_tampered_with_are_found(
    registry: Registry, database: Any, mutation: str
) -> None:
    assert registry.audit().is_clean, registry.audit().findings
    with psycopg.connect(database.owner_url) as intruder:
        assert intruder.execute(MUTATIONS[mutation]).rowcount > 0
    (finding,) = registry.audit().findings
    assert finding.problem.startswith("a market unit does not have the members")
