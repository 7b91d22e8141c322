"""Random sequences of create, compose and deregister, and of members that change: no asset's time is in two
active units, and what each unit states of itself is right.

Held against an oracle that reads the versions alone: who is in a unit at a time is what the version says
that holds then, the newest statement among those of the latest slice.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.changes import Membership, RecordChange
from contracts.identifiers import public_id
from registry_store.rules.decision import Accepted, Rejected
from registry_store.rules.market_unit_totals import instant
from registry_store.rules.memberships import replaced_between
from tests.unit.rules.deciding import NOW, Deciding, asset, day

ASSETS = [public_id("asset", number) for number in range(4)]
#: Days of the year at which something begins or ends, and the moments between them.
DAYS = range(0, 320, 40)
MOMENTS = [
    datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number - 20) for number in range(0, 360, 40)
]


def holding(versions: list[RecordChange], moment: datetime) -> RecordChange | None:
    begun = [version for version in versions if version.valid_from <= moment]
    return max(begun, key=lambda version: (version.valid_from, version.version), default=None)


def in_unit(versions: list[RecordChange], moment: datetime) -> set[str]:
    version = holding(versions, moment)
    if version is None or version.content["status"] != "active":
        return set()
    return {
        member["asset"]
        for member in version.content["members"]
        if instant(member["valid_from"]) <= moment
        and ("valid_to" not in member or moment < instant(member["valid_to"]))
    }


@st.composite
def members(draw: st.DrawFn) -> list[dict[str, Any]]:
    def one() -> dict[str, Any]:
        begin, end = sorted(draw(st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS))))
        member: dict[str, Any] = {"asset": draw(st.sampled_from(ASSETS))}
        if draw(st.booleans()):
            member["valid_from"] = day(begin)
        if draw(st.booleans()) and end > begin:
            member["valid_to"] = day(end)
        return member

    return [one() for _ in range(draw(st.integers(1, 3)))]


@st.composite
def commands(draw: st.DrawFn) -> tuple[str, int, dict[str, Any]]:
    """A command, the number of what it is about (among those there are), and the rest of its payload."""
    name = draw(st.sampled_from(["create", "compose", "compose", "deregister", "amend"]))
    payload = {"valid_from": day(draw(st.sampled_from(DAYS)))} if draw(st.booleans()) else {}
    if name in ("create", "compose"):
        payload["members"] = draw(members())
    elif name == "amend":
        payload["patch"] = {"attributes": {"import_capacity_kw": draw(st.integers(1, 9))}}
    return name, draw(st.integers(0, 5)), payload


def run(sequence: list[tuple[str, int, dict[str, Any]]]) -> Iterator[Deciding]:
    """The registry after each command."""
    registry, units = Deciding([asset(id) for id in ASSETS]), []
    for number, (name, which, payload) in enumerate(sequence):
        if name == "amend":
            registry.decide("asset.amend", asset=ASSETS[which % len(ASSETS)], **payload)
        elif name == "create":
            named = {"type": "spg", "name": f"unit {number}"}
            decision = registry.decide("market_unit.create", **named, **payload)
            if isinstance(decision, Accepted):
                units.append(decision.changes[0].id)
        elif units:
            unit = units[which % len(units)]
            registry.decide(f"market_unit.{name}", market_unit=unit, **payload)
        yield registry


def of_units(registry: Deciding) -> dict[str, list[RecordChange]]:
    return {id: found for id, found in registry.versions.items() if found[0].kind == "market_unit"}


@settings(max_examples=300, deadline=None)
@given(st.lists(commands(), min_size=1, max_size=12))
def test_no_asset_s_time_is_in_two_active_units(sequence):
    for registry in run(sequence):
        for moment in MOMENTS:
            counted = [
                id for versions in of_units(registry).values() for id in in_unit(versions, moment)
            ]
            assert len(counted) == len(set(counted)), moment


@settings(max_examples=300, deadline=None)
@given(st.lists(commands(), min_size=1, max_size=12))
def test_the_table_of_memberships_says_what_the_versions_say(sequence):
    for registry in run(sequence):
        for unit, versions in of_units(registry).items():
            held = registry.state.memberships.of_unit(unit)
            for moment in MOMENTS:
                stands = {m.asset for m in held if m.valid_from <= moment and m.holds_after(moment)}
                assert stands == in_unit(versions, moment), (unit, moment)


@settings(max_examples=200, deadline=None)
@given(st.lists(commands(), min_size=1, max_size=12))
def test_what_a_unit_states_of_itself_now_is_what_its_members_are_now(sequence):
    for registry in run(sequence):
        for versions in of_units(registry).values():
            current = holding(versions, NOW)
            assert current is not None
            if current.content["status"] == "active":
                powers = [
                    Decimal(
                        str(registry.state.records[id].content["attributes"]["import_capacity_kw"])
                    )
                    for id in in_unit(versions, NOW)
                ]
                stated = current.content.get("totals", {}).get("up_kw")
                assert (stated is None) == (not powers)
                assert Decimal(str(stated or 0)) == sum(powers)


@settings(max_examples=200, deadline=None)
@given(st.lists(commands(), min_size=1, max_size=12))
def test_a_unit_is_refused_for_another_only_if_they_would_share_a_time(sequence):
    """Half of a rule is that it refuses nothing else: a list for the present that nobody holds is accepted."""
    *_, registry = run(sequence)
    free = [
        id
        for id in ASSETS
        if all(
            m.valid_to is not None and m.valid_to <= NOW
            for m in registry.state.memberships.of_asset(id)
        )
    ]
    for id in ASSETS:
        decision = registry.decide(
            "market_unit.create", type="spg", name=f"last {id}", members=[{"asset": id}]
        )
        assert isinstance(decision, Accepted if id in free else Rejected)


periods = st.tuples(st.sampled_from(ASSETS[:2]), st.integers(0, 9), st.integers(1, 10)).filter(
    lambda period: period[1] < period[2]
)


def _memberships(drawn: list[tuple[str, int, int]]) -> list[Membership]:
    at = [NOW + timedelta(days=number) for number in range(11)]
    return [
        Membership("M", id, at[begin], None if end == 10 else at[end]) for id, begin, end in drawn
    ]


@given(
    st.lists(periods, max_size=5),
    st.lists(periods, max_size=5),
    st.integers(0, 9),
    st.integers(1, 10),
)
def test_a_stretch_of_time_is_replaced_and_the_rest_stays(before, new, begin, end):
    """Moment by moment: inside of the stretch the new list, outside of it the old one."""
    start = NOW + timedelta(days=begin)
    stop = None if end <= begin or end == 10 else NOW + timedelta(days=end)
    old_members, new_members = _memberships(before), _memberships(new)
    found = replaced_between(old_members, start, stop, new_members)
    for half_days in range(-1, 22):
        moment = NOW + timedelta(days=half_days / 2)
        inside = start <= moment and (stop is None or moment < stop)
        expected = new_members if inside else old_members
        holds = [m for m in found if m.valid_from <= moment and m.holds_after(moment)]
        assert {m.asset for m in holds} == {
            m.asset for m in expected if m.valid_from <= moment and m.holds_after(moment)
        }
    ends = {(membership.asset, membership.valid_to) for membership in found}
    assert not ends & {(membership.asset, membership.valid_from) for membership in found}
    assert len({(m.asset, m.valid_from) for m in found}) == len(found), (
        "joined where they touch or overlap"
    )
