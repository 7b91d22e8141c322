"""A load is told once to whoever may see some of it; each fetches what it may see, as it is by then."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from fastapi import FastAPI, Header
from starlette.testclient import TestClient

from adapters import adapters
from contracts.identifiers import public_id
from registry_store.batches.loading import completed
from registry_store.feed.loads import cause_of
from router.http.problems import Problem, answer_problem
from router.http.subscriptions import subscription_routes
from router.record_forms import RecordForms
from tests.feed_running import CATALOGUE, cut_all, in_short, subscribe, told
from tests.register_builder import Register, asset, organisation

LOAD, BATCH = public_id("load", 1), public_id("batch", 1)


@pytest.fixture
def register(database):
    with Register(database.url) as register:
        organisations = {
            "O-FSP1": organisation("fsp"),
            "O-FSP2": organisation("fsp"),
            "O-DSO": organisation("system_operator", network_areas=["EPN"]),
        }
        register.write(organisations)
        for id in organisations:
            register.partner(id[2:].lower(), id)
        yield register


@pytest.fixture
def client(store):
    def caller(x_partner: str = Header()):
        return SimpleNamespace(slug=x_partner, organisation=f"O-{x_partner.upper()}")

    app = FastAPI()
    app.add_exception_handler(Problem, answer_problem)
    app.include_router(subscription_routes(store, RecordForms(adapters([])), CATALOGUE, caller))
    return TestClient(app)


def load(register, assets):
    """A first load of these assets: none of them told, then the marker."""
    began = datetime.now(UTC)
    for start in range(0, len(assets), 2):
        some = dict(list(assets.items())[start : start + 2])
        register.write(some, cause=cause_of(LOAD))
    with register.connection.transaction():
        change = completed(
            register.connection,
            load=LOAD, batch=BATCH, registered_by="O-FSP1", since=began, now=datetime.now(UTC),
        )  # fmt: skip
    assert change is not None
    register.write({LOAD: change.content}, kind="load", event=change.event)


def fetched(client, subscription, partner, limit=500):
    records, after = [], 0
    while after is not None:
        answer = client.get(
            f"/v1/subscriptions/{subscription}/loads/{LOAD}",
            params={"after": after, "limit": limit}, headers={"x-partner": partner},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        records += answer.json()["records"]
        after = answer.json().get("after")
    return records


@pytest.fixture
def subscriptions(store, register):
    return {
        "dso": subscribe(store, "dso", network_areas=frozenset({"EPN"})),
        "fsp2": subscribe(store, "fsp2", own=True),
        "only_units": subscribe(store, "dso", kinds=frozenset({"market_unit"})),
        "only_discrepancies": subscribe(store, "dso", events=frozenset({"asset.discrepancy"})),
    }


@pytest.fixture
def loaded(register, subscriptions):
    here = {f"A-{number}": asset(area="EPN") for number in range(5)}
    elsewhere = {f"A-{number}": asset(area="LPN", group="_C") for number in range(5, 8)}
    load(register, here | elsewhere)
    return subscriptions


def test_who_sees_some_of_it_is_told_once_and_the_others_nothing(store, loaded) -> None:
    cut_all(store)
    assert in_short(told(store, loaded["dso"])) == [(1, "load.completed", LOAD)]
    for name in ("fsp2", "only_units", "only_discrepancies"):
        assert told(store, loaded[name]) == []


def test_the_marker_tells_nothing_of_how_much_there_is_for_others(store, loaded) -> None:
    cut_all(store)
    (notification,) = told(store, loaded["dso"])
    assert notification["record"].keys() == {
        "kind", "id", "version", "status", "registered_by", "valid_from", "recorded_at",
    }  # fmt: skip


def test_each_fetches_what_it_may_see_in_its_own_view(client, loaded) -> None:
    records = fetched(client, loaded["dso"], "dso", limit=2)
    assert [record["id"] for record in records] == [f"A-{number}" for number in range(5)]
    assert all("accounting_point" in record for record in records)
    assert fetched(client, loaded["fsp2"], "fsp2") == []


def test_a_record_that_changed_before_the_marker_comes_as_it_is_at_the_marker(
    store, register, client, subscriptions
) -> None:
    began = datetime.now(UTC)
    register.write({"A-1": asset(), "A-2": asset()}, cause=cause_of(LOAD))
    register.write({"A-1": asset(attributes={"export_capacity_kw": 70})})
    change = completed(
        register.connection,
        load=LOAD, batch=BATCH, registered_by="O-FSP1", since=began, now=datetime.now(UTC),
    )  # fmt: skip
    register.write({LOAD: change.content}, kind="load", event=change.event)
    register.write({"A-2": asset(attributes={"export_capacity_kw": 90})})
    cut_all(store)
    events = [(n["event"], n["record"]["id"]) for n in told(store, subscriptions["dso"])]
    assert events == [("asset.updated", "A-1"), ("load.completed", LOAD), ("asset.updated", "A-2")]
    versions = {r["id"]: r["version"] for r in fetched(client, subscriptions["dso"], "dso")}
    assert versions == {"A-1": 2, "A-2": 1}


def test_a_load_that_nobody_knows_and_a_feed_of_somebody_else_are_refused(client, loaded) -> None:
    path = f"/v1/subscriptions/{loaded['dso']}/loads"
    unknown = client.get(f"{path}/{public_id('load', 2)}", headers={"x-partner": "dso"})
    foreign = client.get(f"{path}/{LOAD}", headers={"x-partner": "fsp2"})
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:fmar:problem:load_unknown")
    assert (foreign.status_code, foreign.json()["type"]) == (
        404,
        "urn:fmar:problem:subscription_unknown",
    )


def test_a_batch_that_changed_nothing_has_no_marker(register) -> None:
    now = datetime.now(UTC)
    asked = {"load": LOAD, "batch": BATCH, "registered_by": "O-FSP1", "since": now, "now": now}
    assert completed(register.connection, **asked) is None
