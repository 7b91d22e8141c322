"""The rules of market units, as tables of cases."""

from dataclasses import replace

import pytest

from contracts.identifiers import public_id
from contracts.reasons import Severity
from contracts.visibility import Principal
from registry_store.rules.decision import Rejected, Unchanged
from tests.unit.rules.deciding import FSP, OTHER, Deciding, accepted, asset, day, rejected

A, B, C = (public_id("asset", number) for number in (1, 2, 3))


@pytest.fixture
def registry() -> Deciding:
    return Deciding([asset(A), asset(B), asset(C, point=2)])


def create(registry: Deciding, *members: object, name: str = "East", **more: object):
    listed = [each if isinstance(each, dict) else {"asset": each} for each in members]
    return registry.decide("market_unit.create", type="spg", name=name, members=listed, **more)


@pytest.mark.parametrize(
    ("first", "second", "is_free"),
    [
        ((10, None), (20, None), False),
        ((10, 20), (20, None), True),
        ((10, 20), (19, 21), False),
        ((20, 30), (10, 20), True),
        ((10, 30), (15, 20), False),
        ((15, 20), (10, 30), False),
        ((10, 20), (10, 20), False),
        ((10, 20), (30, 40), True),
    ],
)
def test_half_open_periods_share_no_moment(registry, first, second, is_free):
    def member(begin, end):
        return {"asset": A, "valid_from": day(begin)} | (
            {} if end is None else {"valid_to": day(end)}
        )

    accepted(create(registry, member(*first)))
    decision = create(registry, member(*second), name="West")
    if is_free:
        accepted(decision)
    else:
        assert rejected(decision) == [("UNIT-02", "/members/0")]
    twice = Deciding([asset(A)])
    decision = create(twice, member(*first), member(*second))
    assert (
        not isinstance(decision, Rejected)
        if is_free
        else rejected(decision) == [("UNIT-02", "/members/1")]
    )


@pytest.mark.parametrize("hidden", [True, False])
def test_the_other_unit_is_named_to_those_alone_who_may_see_who_is_in_it(registry, hidden):
    """That there is such a unit the whole market may know, but not that this asset is in it."""
    unit = accepted(create(registry, A)).id
    taken = create(registry, A, name="West")
    assert unit in taken.reasons[0].text
    others = registry.state.records[unit].audience._replace(hidden=hidden, organisations=(OTHER,))
    registry.state.records[unit] = replace(registry.state.records[unit], audience=others)
    taken = create(registry, A, name="West")
    assert "another market unit" in taken.reasons[0].text
    assert unit not in taken.reasons[0].text


def test_of_anothers_asset_nothing_is_said_but_that_it_is_anothers(registry):
    accepted(create(registry, A))
    registry.principal = Principal(OTHER, frozenset({"fsp"}))
    taken = create(registry, A, name="West")
    assert rejected(taken) == [("UNIT-02", "/members/0")]
    assert "market unit" not in taken.reasons[0].text


def test_the_unit_that_holds_an_asset_in_the_register_is_named_likewise(registry):
    unit = accepted(create(registry, A)).id
    refused = registry.decide("asset.deregister", asset=A)
    assert rejected(refused) == [("ASSET-05", "/asset")]
    assert unit in refused.reasons[0].text


def test_all_reasons_come_at_once(registry):
    registry.state.records[B] = asset(B, fsp=OTHER)
    accepted(create(registry, A))
    decision = registry.decide(
        "market_unit.create",
        type="spu",
        name="East",
        refs=[{"ref": "R", "party": "someone"}],
        members=[
            {"asset": A},
            {"asset": B},
            {"asset": C},
            {"asset": C, "valid_from": day(9), "valid_to": day(8)},
            {"asset": public_id("asset", 9)},
        ],
    )
    assert rejected(decision) == [
        ("UNIT-04", "/name"),
        ("ITEM-03", "/members/3/valid_to"),
        ("UNIT-02", "/members/0"),
        ("UNIT-02", "/members/1"),
        ("REC-03", "/members/4/asset"),
        ("UNIT-03", "/members/2"),
        ("ITEM-03", "/refs/0/party"),
    ]


def test_an_asset_that_was_recorded_later_is_a_member_with_a_warning(registry):
    decision = create(registry, {"asset": A, "valid_from": "2019-06-01T00:00:00Z"})
    accepted(decision)
    assert [(w.rule.key, w.path, w.severity) for w in decision.warnings] == [
        ("REC-06", "/members/0/valid_from", Severity.warning)
    ]


def test_a_platform_names_the_fsp_that_it_acts_for():
    platform = Deciding([asset(A)], principal=Principal(OTHER, frozenset({"platform"})))
    assert rejected(create(platform, A)) == [("AUTH-03", "/fsp")]
    assert rejected(create(platform, A, fsp=FSP)) == [("AUTH-03", "/fsp")]


def test_the_facilitator_composes_and_ends_any_unit(registry):
    unit = accepted(create(registry, A)).id
    registry.principal = Principal(OTHER, frozenset({"facilitator"}))
    accepted(registry.decide("market_unit.compose", market_unit=unit, members=[{"asset": B}]))
    accepted(registry.decide("market_unit.deregister", market_unit=unit))


def test_a_list_in_another_order_is_the_same_composition(registry):
    unit = accepted(create(registry, A, B)).id
    decision = registry.decide(
        "market_unit.compose", market_unit=unit, members=[{"asset": B}, {"asset": A}]
    )
    assert isinstance(decision, Unchanged)


def test_a_composition_before_a_later_one_ends_where_that_begins(registry):
    unit = accepted(create(registry, A, valid_from=day(10))).id
    compose = {"command": "market_unit.compose", "market_unit": unit}
    accepted(registry.decide(**compose, members=[{"asset": B}], valid_from=day(50)))
    change = accepted(registry.decide(**compose, members=[{"asset": C}], valid_from=day(30)))
    assert not change.is_current
    assert [
        (m.asset, f"{m.valid_from:%j}", m.valid_to and f"{m.valid_to:%j}") for m in change.members
    ] == [(A, "011", "031"), (B, "051", None), (C, "031", "051")]
