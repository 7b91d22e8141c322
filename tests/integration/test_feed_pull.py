"""Pulling a feed over HTTP: pages, acknowledgement, cursors of another epoch, and somebody else's feed."""

from types import SimpleNamespace

import psycopg
import pytest
from fastapi import FastAPI, Header
from starlette.testclient import TestClient

from adapters import adapters
from registry_store.feed.packing import FeedLimits
from router.http.problems import Problem, answer_problem
from router.http.subscriptions import subscription_routes
from router.record_forms import RecordForms
from tests.feed_running import CATALOGUE, cut_all, subscribe, told
from tests.register_builder import asset


@pytest.fixture
def client(store):
    def caller(x_partner: str = Header(default="fsp1")):
        return SimpleNamespace(slug=x_partner, organisation="O-FSP1")

    app = FastAPI()
    app.add_exception_handler(Problem, answer_problem)
    app.include_router(subscription_routes(store, RecordForms(adapters([])), CATALOGUE, caller))
    return TestClient(app)


@pytest.fixture
def subscription(store, register):
    id = subscribe(store, "fsp1")
    register.write({f"A-{number}": asset() for number in range(7)})
    cut_all(store, FeedLimits(bundle_notifications=2))
    return id


def delivered(store, id):
    with store.dedicated() as connection:
        rows = connection.execute(
            "SELECT delivered_at IS NOT NULL FROM bundle WHERE subscription = %s ORDER BY first_sequence",
            (id,),
        )
        return [row[0] for row in rows]


def test_pages_follow_each_other_to_the_end(client, store, subscription):
    taken, cursor = [], "0"
    for _ in range(5):
        page = client.get(
            f"/v1/subscriptions/{subscription}/bundles", params={"after": cursor, "limit": 1}
        ).json()
        taken += [n for bundle in page["bundles"] for n in bundle["notifications"]]
        cursor = page["cursor"]
    assert taken == told(store, subscription)
    assert len(taken) == 7


def test_a_later_pull_acknowledges_and_nothing_else_does(client, store, subscription):
    address = f"/v1/subscriptions/{subscription}/bundles"
    first = client.get(address, params={"limit": 2})
    assert delivered(store, subscription) == [False] * 4
    assert client.get(address, params={"limit": 2}).content == first.content
    client.get(address, params={"after": first.json()["cursor"]})
    assert delivered(store, subscription) == [True, True, False, False]


def test_bundles_come_byte_for_byte(client, store, subscription):
    body = client.get(f"/v1/subscriptions/{subscription}/bundles", params={"limit": 100}).content
    with store.dedicated() as connection:
        for (content,) in connection.execute(
            "SELECT content FROM bundle WHERE subscription = %s", (subscription,)
        ):
            assert content.encode() in body


def test_a_place_within_a_bundle_gives_that_bundle_again(client, subscription):
    page = client.get(
        f"/v1/subscriptions/{subscription}/bundles", params={"after": "3", "limit": 1}
    ).json()
    assert [n["sequence"] for n in page["bundles"][0]["notifications"]] == [3, 4]


def test_a_cursor_from_before_a_restore_is_told_where_to_go_on(
    client, store, database, subscription
):
    address = f"/v1/subscriptions/{subscription}/bundles"
    cursor = client.get(address, params={"limit": 100}).json()["cursor"]
    with psycopg.connect(
        database.owner_url
    ) as owner:  # the log loses what came last, as after a restore
        owner.execute("DELETE FROM bundle WHERE first_sequence >= 5")
        owner.execute("UPDATE subscription SET next_sequence = 5")
        owner.execute("INSERT INTO epoch (epoch, reason) VALUES (2, 'restored')")
    answer = client.get(address, params={"after": cursor})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert "up to 4" in answer.json()["detail"]
    assert client.get(address, params={"after": answer.json()["resume"]}).json()["bundles"] == []


@pytest.mark.parametrize("cursor", ["99", "MS45OQ"])
def test_a_cursor_ahead_of_the_log_is_a_conflict(client, subscription, cursor):
    assert (
        client.get(
            f"/v1/subscriptions/{subscription}/bundles", params={"after": cursor}
        ).status_code
        == 409
    )


@pytest.mark.parametrize("cursor", ["x", "-1", "", "MS4", "9" * 40, "\u0661"])
def test_what_is_no_cursor_is_refused(client, subscription, cursor):
    assert (
        client.get(
            f"/v1/subscriptions/{subscription}/bundles", params={"after": cursor}
        ).status_code
        == 400
    )


def test_somebody_elses_feed_does_not_exist(client, subscription):
    answer = client.get(f"/v1/subscriptions/{subscription}/bundles", headers={"x-partner": "other"})
    assert answer.status_code == 404
