"""One record, every form: what is sent in one format is recorded as in any other, and read back in all.

The formats are those that the hub has: a new adapter is tested here by standing in the tuple.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from adapters import Writer, adapter_for
from contracts.documents import Document, Entry, Header
from contracts.messages import Envelope, Limits
from registry_store.feed.filters import Filter
from registry_store.records import find
from registry_store.subscriptions import create
from router.http.subscriptions import subscription_routes
from router.record_forms import JSON, RecordForms
from tests.feed_running import cut_all
from tests.support.generated import plain
from tests.support.registry import LANGUAGE, Registry, heat_pump, mpan

NOW = datetime.now(UTC).replace(microsecond=0)
WRITERS = {each.name: each for each in LANGUAGE.adapters if isinstance(each, Writer)}
FORMS = LANGUAGE.forms
#: What differs between two records of the same statement.
_OF_THE_ACT = {"id", "recorded_at", "valid_from", "version"}


@pytest.fixture
def registry(database: Any) -> Iterator[Registry]:
    registry = Registry(database.url)
    registry.add_partner("acme", "fsp")
    yield registry
    assert registry.audit().is_clean
    registry.close()


def send(registry: Registry, format: str, *entries: Entry, id: str = "m1") -> dict[str, Any]:
    """The canonical receipt of a document written in that format."""
    header = Header(document_id=id, sender="acme", receiver="hub", created_at=NOW)
    media_type, body = WRITERS[format].encode(Document(header, entries))
    return registry.receipt_of(
        Envelope(
            message_id="", sender="acme", media_type=media_type, body=body,
            received_at=datetime.now(UTC), statement_date=NOW.date(),
        )
    )  # fmt: skip


def record(registry: Registry, id: str) -> dict[str, Any]:
    with registry.database.engine.connect() as connection:
        found = find(connection, id)
    assert found is not None
    return found.canonical


def stated(canonical: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in canonical.items() if name not in _OF_THE_ACT}


def read_back(media_type: str, body: bytes) -> list[dict[str, Any]]:
    """The records of a document of the hub, by its own adapter."""
    adapter = adapter_for(LANGUAGE.adapters, media_type)
    assert adapter is not None
    envelope = Envelope("", "hub", media_type, body, NOW, statement_date=NOW.date())
    decoded = adapter.decode(envelope, Limits())
    assert decoded.reasons == ()
    assert [item.reasons for item in decoded.items] == [()] * len(decoded.items)
    return [plain(item.payload) for item in decoded.items]


def an_asset(serial: str = "A8-1", **members: Any) -> Entry:
    attributes = {
        "connected_on": "2024-05-01", "site_name": "Flat 8, Ünder den Łinden", "latitude": 51.501234,
        "longitude": -0.142, "variable_speed": True, "scop": 4.125,
    }  # fmt: skip
    payload = heat_pump(serial, attributes=attributes, refs=[{"ref": f"HP {serial}"}], **members)
    return Entry("asset.register", payload)


@pytest.mark.parametrize("format", WRITERS)
def test_what_is_sent_in_one_format_is_recorded_as_in_json(registry: Registry, format: str) -> None:
    receipt = send(registry, format, an_asset())
    assert receipt["status"] == "accepted", receipt
    found = record(registry, receipt["items"][0]["id"])

    asked = an_asset().payload
    assert found["attributes"] == asked["attributes"]
    assert found["accounting_point"] == asked["accounting_point"]
    assert found["network"] == asked["network"]
    assert found["refs"] == [{"party": "acme", "ref": "HP A8-1"}]
    assert {key["scheme"] for key in found["keys"]} == {"device", "point"}


@pytest.mark.parametrize("format", WRITERS)
def test_a_unit_refers_to_assets_of_the_same_message(registry: Registry, format: str) -> None:
    unit = {
        "type": "spg",
        "name": "East heat pumps",
        "refs": [{"ref": "EAST"}],
        "members": [{"asset": {"ref": "HP one"}}, {"asset": {"ref": "HP two"}}],
    }
    entries = [an_asset("one"), an_asset("two", accounting_point={"scheme": "mpan", "id": mpan(2)})]
    if format in ("csv", "xlsx", "parquet"):
        # A table holds one layout: the assets are in a file of their own.
        assert send(registry, format, *entries)["status"] == "accepted"
        receipt = send(registry, format, Entry("market_unit.create", unit), id="m2")
    else:
        receipt = send(registry, format, *entries, Entry("market_unit.create", unit))
    assert receipt["status"] == "accepted", receipt
    found = record(registry, receipt["items"][-1]["id"])
    assert (found["name"], len(found["members"])) == ("East heat pumps", 2)
    assert found["totals"]["up_kw"] == 7


@pytest.mark.parametrize("format", FORMS.names)
def test_a_record_is_read_back_from_every_form(registry: Registry, format: str) -> None:
    assets = send(registry, JSON, an_asset("one"))
    unit = {"type": "spu", "name": "One", "members": [{"asset": {"ref": "HP one"}}]}
    units = send(registry, JSON, Entry("market_unit.create", unit), id="m2")
    for receipt in (assets, units):
        canonical = record(registry, receipt["items"][0]["id"])
        media_type, body = FORMS.record(canonical, format, reader="acme")
        (found,) = [orjson.loads(body)] if format == JSON else read_back(media_type, body)
        assert found == canonical
        assert FORMS.record(canonical, format, reader="acme") == (media_type, body)


@pytest.mark.parametrize("format", FORMS.bundle_names)
def test_a_subscriber_pulls_bundles_in_its_format(registry: Registry, format: str) -> None:
    made = create(
        registry.database, partner="acme", filter=Filter(kinds=frozenset({"asset"})), way="pull",
        format=format,
    )  # fmt: skip
    receipt = send(registry, JSON, an_asset("one"))
    id = receipt["items"][0]["id"]
    registry.send(
        "acme", "asset.amend", {"asset": id, "patch": {"attributes": {"import_capacity_kw": 5}}}
    )
    cut_all(registry.database)
    client = pulling(registry)

    first = client.get(f"/v1/subscriptions/{made.id}/bundles")
    assert first.status_code == 200
    if format == JSON:
        told = [each["record"] for b in first.json()["bundles"] for each in b["notifications"]]
        cursor = first.json()["cursor"]
    else:
        told = read_back(first.headers["content-type"], first.content)
        cursor = first.headers["fmar-cursor"]
    assert [each["version"] for each in told] == [1, 2]
    assert told[1] == record(registry, id)
    rest = client.get(f"/v1/subscriptions/{made.id}/bundles", params={"after": cursor})
    assert rest.status_code == 204 if format != JSON else rest.json()["bundles"] == []


def pulling(registry: Registry) -> TestClient:
    app = FastAPI()
    caller = SimpleNamespace(slug="acme", organisation=registry.organisations["acme"])
    app.include_router(
        subscription_routes(registry.database, FORMS, LANGUAGE.catalogue, lambda: caller)
    )
    return TestClient(app)


def test_what_only_json_carries_is_refused_by_name(registry: Registry) -> None:
    organisation = record(registry, registry.organisations["acme"])
    assert orjson.loads(FORMS.record(organisation, JSON, reader="acme")[1]) == organisation
    for format in set(FORMS.names) - {JSON}:
        with pytest.raises(ValueError, match="organisation is shown as JSON alone"):
            RecordForms(LANGUAGE.adapters).record(organisation, format, reader="acme")
