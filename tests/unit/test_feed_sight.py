"""Who is told what: audience before and after x principal x filter, without any server."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.canonical import canonical_json
from contracts.changes import Audience
from contracts.market import GSP_GROUPS, NETWORK_AREAS
from contracts.visibility import Principal, View
from registry_store.feed.filter_index import FilterIndex
from registry_store.feed.filters import Filter, FilterRefused
from registry_store.feed.logged_change import LoggedChange
from registry_store.feed.notices import Telling
from registry_store.feed.packing import FeedLimits
from registry_store.feed.sight import Sight, Subscriber, principal_as_json, principal_from_json
from registry_store.feed.telling import Audiences, tell
from registry_store.rules.audience import audience_of
from tests.feed_running import CATALOGUE
from tests.register_builder import asset

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FSP = Principal("O-FSP1", frozenset({"fsp"}))
OTHER = Principal("O-FSP2", frozenset({"fsp"}))
PLATFORM = Principal("O-PLAT", frozenset({"platform"}))
EPN = Principal("O-EPNO", frozenset({"system_operator"}), network_areas=frozenset({"EPN"}))
BY_GROUP = Principal("O-GRPA", frozenset({"system_operator"}), gsp_groups=frozenset({"_A"}))
REGULATOR = Principal("O-REGU", frozenset({"regulator"}))
FACILITATOR = Principal("O-FACI", frozenset({"facilitator"}))
INACTIVE = Principal("O-GONE")

IN_A, IN_C = asset(), asset(area="LPN", group="_C")
TAKEN = asset(fsp="O-FSP2")
HIDDEN = asset(status="suspended")
LARGER = asset(attributes={"export_capacity_kw": 70})
RENAMED = asset(refs=[{"party": "x", "ref": "1"}])
ALL = Filter()
GROUP_A, GROUP_C = Filter(gsp_groups=frozenset({"_A"})), Filter(gsp_groups=frozenset({"_C"}))
BATTERIES = Filter(categories=frozenset({"battery_storage"}))
HEAT_PUMPS = Filter(categories=frozenset({"heat_pump"}))

REGISTERED, UPDATED, ENTERED, WITHDRAWN, NOTHING = (
    "asset.registered",
    "asset.updated",
    "record.entered",
    "record.withdrawn",
    None,
)


def change(before, after, *, event=None, material=None, position=1, id="A-1"):
    return LoggedChange(
        position=position,
        record=1,
        id=id,
        kind="asset",
        version=2 if before else 1,
        event=event or (UPDATED if before else REGISTERED),
        material=material,
        recorded_at=NOW,
        valid_from=NOW,
        audience_before=None if before is None else audience_of("asset", id, before),
        audience_after=audience_of("asset", id, after),
        content_hash=bytes(32),
        content=canonical_json(after).decode(),
        previous=None if before is None else canonical_json(before).decode(),
    )


def told_of(changes, principal, filter):
    subscriber = Subscriber("S-1", principal.organisation, filter, 1, principal, 1)
    cut = tell(
        Audiences([subscriber]),
        changes,
        position=0,
        next_sequences={"S-1": 1},
        epoch=1,
        catalogue=CATALOGUE,
        limits=FeedLimits(),
    )
    return [n for bundle in cut.bundles for n in json.loads(bundle.content)["notifications"]]


@pytest.mark.parametrize(
    ("before", "after", "principal", "filter", "event"),
    [
        (None, IN_A, FSP, ALL, REGISTERED),
        (None, IN_A, PLATFORM, ALL, REGISTERED),
        (None, IN_A, INACTIVE, ALL, NOTHING),
        (None, IN_A, EPN, GROUP_C, NOTHING),
        (None, IN_A, EPN, BATTERIES, REGISTERED),
        (None, IN_A, EPN, HEAT_PUMPS, NOTHING),
        (None, HIDDEN, PLATFORM, ALL, NOTHING),
        (None, HIDDEN, FSP, ALL, REGISTERED),
        (None, HIDDEN, EPN, ALL, REGISTERED),
        (IN_A, IN_C, PLATFORM, GROUP_A, WITHDRAWN),
        (IN_A, IN_C, PLATFORM, GROUP_C, ENTERED),
        (IN_A, IN_C, PLATFORM, ALL, UPDATED),
        (IN_A, IN_C, EPN, ALL, UPDATED),
        (IN_A, HIDDEN, PLATFORM, ALL, WITHDRAWN),
        (HIDDEN, IN_A, PLATFORM, ALL, ENTERED),
        (IN_A, HIDDEN, FSP, ALL, UPDATED),
        (IN_A, RENAMED, FSP, ALL, UPDATED),
        (IN_A, RENAMED, PLATFORM, ALL, NOTHING),
        (IN_A, RENAMED, EPN, ALL, NOTHING),
        (IN_A, RENAMED, FACILITATOR, ALL, UPDATED),
        (IN_A, IN_A, FSP, ALL, NOTHING),
        (IN_A, LARGER, REGULATOR, ALL, UPDATED),
        (IN_A, TAKEN, FSP, Filter(own=True), WITHDRAWN),
        (IN_A, TAKEN, OTHER, Filter(own=True), ENTERED),
        (IN_A, LARGER, OTHER, Filter(own=True), NOTHING),
        (IN_A, LARGER, FSP, Filter(events=frozenset({REGISTERED})), NOTHING),
        (
            IN_A,
            IN_C,
            PLATFORM,
            Filter(events=frozenset({REGISTERED}), gsp_groups=frozenset({"_A"})),
            WITHDRAWN,
        ),
        (None, IN_A, FSP, Filter(kinds=frozenset({"organisation"})), NOTHING),
        (None, IN_A, BY_GROUP, Filter(network_areas=frozenset({"EPN"})), REGISTERED),
    ],
)
def test_what_is_told(before, after, principal, filter, event):
    told = told_of([change(before, after)], principal, filter)
    assert [n["event"] for n in told] == ([] if event is None else [event])


def test_a_withdrawal_holds_id_and_kind_alone():
    (withdrawn,) = told_of([change(IN_A, IN_C)], PLATFORM, GROUP_A)
    assert withdrawn["record"] == {"id": "A-1", "kind": "asset"}
    assert "previous" not in withdrawn


def test_who_loses_the_closer_view_is_not_told_what_it_held():
    (taken,) = told_of([change(RENAMED, TAKEN)], FSP, ALL)
    assert taken["record"]["fsp"] == "O-FSP2"
    assert taken["previous"] == {"fsp": "O-FSP1", "registered_by": "O-FSP1"}


def test_the_register_view_of_the_regulator_has_no_personal_data():
    (seen,) = told_of([change(None, IN_A)], REGULATOR, ALL)
    assert "accounting_point" in seen["record"]
    assert "customer_name" not in seen["record"]["attributes"]


def test_immaterial_updates_are_told_unless_material_ones_alone_are_asked_for():
    immaterial = change(IN_A, LARGER, material=False)
    assert len(told_of([immaterial], FSP, ALL)) == 1
    assert told_of([immaterial], FSP, Filter(material_only=True)) == []


def test_an_erased_record_is_told_as_redacted():
    (redacted,) = told_of([replace(change(None, IN_A), content=None)], FSP, ALL)
    assert (redacted["event"], redacted["record"]) == (
        "record.redacted",
        {"id": "A-1", "kind": "asset"},
    )


def test_a_notification_is_canonical_and_named_for_ever():
    notice = Telling(change(None, IN_A), CATALOGUE).notice(
        Sight(), Sight(View.owner, personal=True)
    )
    assert notice is not None
    written = notice.numbered("S-1", 1, 42)
    read = json.loads(written)
    assert written == canonical_json(read)
    assert read.keys() == {
        "subscription",
        "sequence",
        "event_id",
        "delivery_id",
        "replay",
        "event",
        "record",
        "recorded_at",
        "valid_from",
    }
    assert (read["delivery_id"], read["sequence"], read["replay"]) == ("S-1:1:42", 42, False)


_names = st.sampled_from(["O-FSP1", "O-FSP2", "O-PLAT", "O-EPNO"])
_areas = st.sampled_from(sorted(NETWORK_AREAS))
_groups = st.sampled_from(sorted(GSP_GROUPS))
_contents = st.builds(
    lambda area, group, fsp, status, kw, refs, name: asset(
        area=area,
        group=group,
        fsp=fsp,
        status=status,
        refs=[{"party": fsp, "ref": refs}],
        consent_reference="C-SECRET",
        attributes={"export_capacity_kw": kw, "customer_name": name},
    ),
    _areas,
    _groups,
    _names,
    st.sampled_from(["verified", "suspended", "planned", "deregistered"]),
    st.integers(1, 99),
    st.sampled_from(["R1", "R2"]),
    st.sampled_from(["P-ONE", "P-TWO"]),
)
_principals = st.builds(
    Principal,
    _names,
    st.frozensets(
        st.sampled_from(["fsp", "platform", "system_operator", "regulator", "installer"]),
        max_size=2,
    ),
    st.frozensets(_areas, max_size=2),
    st.frozensets(_groups, max_size=2),
    st.frozensets(_names, max_size=1),
)
_some = lambda names: st.none() | st.frozensets(names, min_size=1, max_size=3)  # noqa: E731
_filters = st.builds(
    Filter,
    kinds=_some(st.sampled_from(["asset", "organisation"])),
    categories=_some(st.sampled_from(["battery_storage", "hydro"])),
    gsp_groups=_some(_groups),
    network_areas=_some(_areas),
    own=st.booleans(),
    material_only=st.booleans(),
)
_OWNER_MEMBERS = ("refs", "consent_reference")
_OPERATOR_MEMBERS = ("accounting_point", "keys", "source", "owner")


@settings(max_examples=400, deadline=None)
@given(before=st.none() | _contents, after=_contents, principal=_principals, filter=_filters)
def test_no_view_ever_holds_more_than_it_may(before, after, principal, filter):
    """Whatever a record was and is: nothing of the owner's goes to whoever is no owner before and after."""
    owns = [
        audience is None
        or not (principal.delegated_by | {principal.organisation}).isdisjoint(
            audience.organisations
        )
        for audience in (
            None if before is None else audience_of("asset", "A-1", before),
            audience_of("asset", "A-1", after),
        )
    ]
    for notification in told_of([change(before, after)], principal, filter):
        for part, may in (
            (notification["record"], owns[1]),
            (notification.get("previous", {}), all(owns)),
        ):
            if not may:
                assert not set(_OWNER_MEMBERS) & part.keys()
                assert all(
                    CATALOGUE.get("battery_storage", "1.0").attribute(name).visibility != "owner"
                    for name in part.get("attributes", {})
                )
            if not may and not principal.roles & {"system_operator", "regulator"}:
                assert not set(_OPERATOR_MEMBERS) & part.keys()
                assert b"P-ONE" not in canonical_json(part)
            if principal.roles == {"regulator"}:
                assert b"P-ONE" not in canonical_json(part)


@settings(max_examples=300, deadline=None)
@given(filters=st.lists(st.tuples(_filters, _principals), max_size=8), content=_contents)
def test_the_index_finds_every_subscription_that_its_filter_would(filters, content):
    audience = audience_of("asset", "A-1", content)
    subscribers = {
        f"S-{number}": (filter, principal.delegated_by | {principal.organisation})
        for number, (filter, principal) in enumerate(filters)
    }
    holds = {id for id, (filter, own) in subscribers.items() if filter.holds(audience, own)}
    assert holds <= set(FilterIndex(subscribers).candidates(audience))


def test_the_index_leaves_out_what_cannot_match():
    index = FilterIndex(
        {"a": (GROUP_A, frozenset()), "c": (GROUP_C, frozenset()), "all": (ALL, frozenset())}
    )
    assert sorted(index.candidates(Audience("asset", gsp_group="_A"))) == ["a", "all"]
    assert sorted(index.candidates(Audience("asset"))) == ["all"]


@given(filter=_filters, principal=_principals)
def test_filters_and_principals_are_stored_and_read_again(filter, principal):
    assert Filter.from_json(json.loads(json.dumps(filter.as_json()))) == filter
    assert principal_from_json(json.loads(json.dumps(principal_as_json(principal)))) == principal


@pytest.mark.parametrize(
    "members",
    [
        {"kind": ["asset"]},
        {"kinds": "asset"},
        {"kinds": []},
        {"kinds": [1]},
        {"own": 1},
        {"events": None},
    ],
)
def test_a_filter_that_cannot_be_kept_is_refused(members):
    with pytest.raises(FilterRefused):
        Filter.from_json(members)


def test_a_name_that_does_not_exist_is_said():
    filter = Filter(gsp_groups=frozenset({"_I"}), categories=frozenset({"batteries"}))
    with pytest.raises(FilterRefused) as refused:
        filter.refuse_unknown_names(CATALOGUE.names())
    assert len(refused.value.problems) == 2


@given(cuts=st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_where_a_cut_ends_changes_no_notification(cuts):
    changes = [change(None, IN_A, position=n, id=f"A-{n}") for n in range(1, 21)]
    whole = told_of(changes, FSP, ALL)
    parts, position, sequence = [], 0, 1
    while position < len(changes):
        size = cuts[len(parts) % len(cuts)]
        cut = tell(
            Audiences([Subscriber("S-1", "O-FSP1", ALL, 1, FSP, sequence)]),
            changes[position : position + size],
            position=position,
            next_sequences={"S-1": sequence},
            epoch=1,
            catalogue=CATALOGUE,
            limits=FeedLimits(3),
        )
        parts += [n for bundle in cut.bundles for n in json.loads(bundle.content)["notifications"]]
        position, sequence = cut.to_position, cut.next_sequences["S-1"]
    assert parts == whole
