"""What subscribers are told, from the log to the stored bundle, on a real database."""

import hashlib
import json
from collections.abc import Iterator

import pytest

from registry_store.feed.packing import FeedLimits
from registry_store.subscriptions import get, pause, resume
from tests.feed_running import cut_all, in_short, subscribe, told
from tests.register_builder import Register, asset, organisation


@pytest.fixture
def register(database) -> Iterator[Register]:
    with Register(database.url) as register:
        register.write(
            {
                "O-FSP1": organisation("fsp"),
                "O-FSP2": organisation("fsp"),
                "O-PLAT": organisation("platform"),
                "O-EPNO": organisation("system_operator", network_areas=["EPN"]),
                "O-REGU": organisation("regulator"),
            }
        )
        for slug, id in {
            "fsp1": "O-FSP1",
            "fsp2": "O-FSP2",
            "platform": "O-PLAT",
            "epn": "O-EPNO",
            "ofgem": "O-REGU",
        }.items():
            register.partner(slug, id)
        yield register


def test_an_asset_that_moves_area_is_withdrawn_here_and_enters_there(store, register):
    a, c = (
        subscribe(store, "epn", gsp_groups=frozenset({"_A"})),
        subscribe(store, "platform", gsp_groups=frozenset({"_C"})),
    )
    register.write({"A-1": asset()})
    register.write({"A-1": asset(area="LPN", group="_C")})
    cut_all(store)
    assert in_short(told(store, a)) == [
        (1, "asset.registered", "A-1"),
        (2, "record.withdrawn", "A-1"),
    ]
    assert told(store, a)[1]["record"] == {"id": "A-1", "kind": "asset"}
    entered = told(store, c)
    assert in_short(entered) == [(1, "record.entered", "A-1")]
    assert entered[0]["record"]["network"] == {"area": "LPN", "gsp_group": "_C"}


def test_each_sees_its_own_view_and_the_same_event(store, register):
    names = ("fsp1", "platform", "epn", "ofgem")
    subscriptions = {name: subscribe(store, name) for name in names}
    register.write({"A-1": asset()})
    cut_all(store)
    seen = {name: told(store, id)[0] for name, id in subscriptions.items()}
    assert len({n["event_id"] for n in seen.values()}) == 1
    assert seen["fsp1"]["record"]["attributes"]["customer_name"] == "A Person"
    assert "customer_name" not in seen["platform"]["record"].get("attributes", {})
    assert "accounting_point" not in seen["platform"]["record"]
    assert "accounting_point" in seen["epn"]["record"]
    assert "customer_name" not in seen["ofgem"]["record"]["attributes"]


def test_an_update_tells_what_it_was_and_is_not_told_to_who_sees_no_difference(store, register):
    own, market = subscribe(store, "fsp1"), subscribe(store, "platform")
    register.write({"A-1": asset()})
    register.write({"A-1": asset(refs=[{"party": "x", "ref": "B"}])})
    register.write({"A-1": asset(status="verified", refs=[{"party": "x", "ref": "B"}])})
    cut_all(store)
    assert [n["event"] for n in told(store, own)] == [
        "asset.registered",
        "asset.updated",
        "asset.updated",
    ]
    assert [n["sequence"] for n in told(store, market)] == [1, 2]
    assert told(store, market)[1]["previous"] == {"status": "pending_validation"}


def test_immaterial_changes_are_left_out_where_material_ones_alone_are_asked_for(store, register):
    all_changes, material = subscribe(store, "fsp1"), subscribe(store, "fsp1", material_only=True)
    register.write({"A-1": asset()})
    register.write({"A-1": asset(attributes={"export_capacity_kw": 51})}, material=False)
    register.write({"A-1": asset(attributes={"export_capacity_kw": 99})}, material=True)
    cut_all(store)
    assert [n.get("material") for n in told(store, all_changes)] == [None, False, True]
    assert [n.get("material") for n in told(store, material)] == [None, True]


def test_own_records_alone(store, register):
    own = subscribe(store, "fsp1", own=True)
    register.write({"A-1": asset(), "A-2": asset(fsp="O-FSP2")})
    register.write({"A-2": asset(fsp="O-FSP1")})
    cut_all(store)
    assert in_short(told(store, own)) == [
        (1, "asset.registered", "A-1"),
        (2, "record.entered", "A-2"),
    ]


def test_a_hidden_record_leaves_the_market_and_comes_back(store, register):
    market = subscribe(store, "platform")
    register.write({"A-1": asset()})
    register.write({"A-1": asset(status="suspended")})
    register.write({"A-1": asset()})
    cut_all(store)
    assert [n["event"] for n in told(store, market)] == [
        "asset.registered",
        "record.withdrawn",
        "record.entered",
    ]


def test_bundles_are_bounded_hashed_and_gapless(store, register):
    id = subscribe(store, "fsp1")
    register.write({f"A-{n}": asset() for n in range(25)})
    cut_all(store, FeedLimits(bundle_notifications=4, changes_per_cut=10))
    with store.dedicated() as connection:
        rows = connection.execute(
            "SELECT first_sequence, count, hash, content FROM bundle WHERE subscription = %s ORDER BY 1",
            (id,),
        ).fetchall()
    assert [(first, count) for first, count, *_ in rows] == [
        (1, 4),
        (5, 4),
        (9, 2),
        (11, 4),
        (15, 4),
        (19, 2),
        (21, 4),
        (25, 1),
    ]
    for _, count, hash, content in rows:
        bundle = json.loads(content)
        plain = json.dumps(
            bundle["notifications"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        assert hashlib.sha256(plain.encode()).digest() == hash == bytes.fromhex(bundle["hash"])
        assert bundle["count"] == count == len(bundle["notifications"])
        assert content == json.dumps(
            bundle, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )


def test_a_new_area_is_told_record_by_record_as_of_its_position(store, register):
    id = subscribe(store, "epn", network_areas=frozenset({"EPN", "LPN", "SPN"}))
    register.write(
        {"A-1": asset(), "A-2": asset(area="LPN", group="_C"), "A-3": asset(area="SPN", group="_J")}
    )
    register.write({"O-EPNO": organisation("system_operator", network_areas=["LPN"])})
    register.write({"A-2": asset(area="LPN", group="_C", attributes={"export_capacity_kw": 70})})
    cut_all(store)
    notifications = told(store, id)
    assert in_short(notifications) == [
        (1, "asset.registered", "A-1"),
        (2, "asset.registered", "A-2"),
        (3, "asset.registered", "A-3"),
        (4, "record.entered", "A-1"),
        (5, "record.entered", "A-2"),
        (6, "asset.updated", "A-2"),
    ]
    assert "accounting_point" not in notifications[3]["record"]
    assert notifications[4]["record"]["attributes"]["export_capacity_kw"] == 50
    assert "accounting_point" in notifications[4]["record"]
    assert notifications[5]["previous"] == {"attributes": {"export_capacity_kw": 50}}


def test_a_lost_role_withdraws_all_but_the_own_records(store, register):
    id = subscribe(store, "fsp1", kinds=frozenset({"asset"}))
    register.write({"A-1": asset(), "A-2": asset(fsp="O-FSP2")})
    register.write({"O-FSP1": organisation("fsp", "regulator")})
    register.write({"O-FSP1": organisation("fsp")})
    cut_all(store)
    assert in_short(told(store, id))[2:] == [
        (3, "record.entered", "A-2"),
        (4, "record.entered", "A-2"),
    ]
    assert "accounting_point" in told(store, id)[2]["record"]
    assert "accounting_point" not in told(store, id)[3]["record"]


def test_an_inactive_organisation_is_told_so_and_nothing_more(store, register):
    id = subscribe(store, "fsp1", kinds=frozenset({"asset"}))
    register.write({"A-1": asset()})
    register.write({"O-FSP1": organisation("fsp", status="inactive")})
    register.write({"A-1": asset(status="verified")})
    cut_all(store)
    assert in_short(told(store, id)) == [
        (1, "asset.registered", "A-1"),
        (2, "subscription.closed", "O-FSP1"),
    ]
    with store.dedicated() as connection:
        assert get(connection, id).state == "ended"


def test_a_paused_subscription_goes_on_where_it_stood(store, register):
    id = subscribe(store, "fsp1")
    with store.dedicated() as connection:
        pause(connection, id)
        register.write({"A-1": asset()})
        cut_all(store)
        assert told(store, id) == []
        resume(connection, id)
    cut_all(store)
    assert in_short(told(store, id)) == [(1, "asset.registered", "A-1")]


def test_a_snapshot_comes_first_and_then_what_changed_after_it(store, register):
    register.write({"A-1": asset(), "A-2": asset(area="LPN", group="_C")})
    id = subscribe(store, "platform", start="snapshot", gsp_groups=frozenset({"_A"}))
    cut_all(store)
    register.write({"A-1": asset(status="verified")})
    cut_all(store)
    assert in_short(told(store, id)) == [(1, "record.snapshot", "A-1"), (2, "asset.updated", "A-1")]
