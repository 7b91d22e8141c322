"""The state that a group is decided over: who holds a key."""

from datetime import UTC, datetime

from contracts.changes import Key, Record
from registry_store.rules.state import State

POINT = Key("point", "1200000000002|heat_pump", "weak")
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def state(*statuses: str) -> State:
    """A state in which as many assets hold the key, in this order."""
    found = State()
    for number, status in enumerate(statuses):
        found.records[f"A-{number}"] = Record("asset", f"A-{number}", 1, {"status": status}, BEGAN)
        found.keys.setdefault((POINT.scheme, POINT.value), {})[f"A-{number}"] = number
    return found


def test_holders_are_those_that_live() -> None:
    held = state("verified", "deregistered", "query").holders(POINT)
    assert [record.id for record in held] == ["A-0", "A-2"]


def test_no_more_holders_are_looked_at_than_asked_for() -> None:
    crowded = state(*["verified"] * 50)
    assert [record.id for record in crowded.holders(POINT, most=3)] == ["A-0", "A-1", "A-2"]
    assert len(crowded.holders(POINT)) == 50
