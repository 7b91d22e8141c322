"""Hub JSON: one event, a list of items, a batch, binary mode; and every wrong shape of them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters import adapters
from contracts.messages import Decoded, Limits
from tests.unit.adapters.reading import decode

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
PAYLOAD = {"category": "heat_pump", "attributes": {"export_capacity_kw": 0}}


def event(**changes: Any) -> dict[str, Any]:
    whole = {
        "specversion": "1.0",
        "id": "m-1",
        "source": "acme",
        "type": "fmar.asset.register.v1",
        "data": PAYLOAD,
        **changes,
    }
    return {name: value for name, value in whole.items() if value != "absent"}


def read(document: Any, media_type: str = STRUCTURED, **rest: Any) -> Decoded:
    return decode(json.dumps(document), media_type, **rest)


def test_one_event_is_one_item_with_the_envelope_of_the_event() -> None:
    decoded = read(event(subject="O-1", time="2026-11-24T10:30:00+01:00"))
    (item,) = decoded.items
    assert (item.number, item.place, item.command) == (1, "/data", "asset.register")
    assert item.payload == PAYLOAD
    assert (decoded.message_id, decoded.on_behalf_of) == ("m-1", "O-1")
    assert decoded.sent_at == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert not decoded.is_file


def test_items_of_a_list_are_numbered_from_one_and_placed_by_pointer() -> None:
    decoded = read(event(data={"items": [PAYLOAD, PAYLOAD]}))
    assert [(item.number, item.place) for item in decoded.items] == [
        (1, "/data/items/0"),
        (2, "/data/items/1"),
    ]


def test_mixed_commands_travel_under_the_type_for_items() -> None:
    items = [
        {"command": "asset.register", **PAYLOAD},
        {"command": "asset.deregister", "asset": {"ref": "a"}},
    ]
    decoded = read(event(type="fmar.items.v1", data={"items": items}))
    assert [item.command for item in decoded.items] == ["asset.register", "asset.deregister"]
    assert decoded.items[1].payload == {"asset": {"ref": "a"}}


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        (PAYLOAD, "ITEM-01"),
        ({"command": "asset.destroy"}, "MSG-10"),
        ({"command": 7}, "MSG-10"),
        ("text", "ITEM-03"),
    ],
)
def test_a_wrong_item_is_answered_and_its_neighbour_stands(entry: Any, rule: str) -> None:
    good = {"command": "asset.register", **PAYLOAD}
    wrong, right = read(event(type="fmar.items.v1", data={"items": [entry, good]})).items
    assert [reason.rule.key for reason in wrong.reasons] == [rule]
    assert not right.reasons


def test_an_item_that_contradicts_the_type_of_its_event_is_refused() -> None:
    decoded = read(event(data={"items": [{"command": "asset.deregister"}]}))
    assert [(r.rule.key, r.place) for r in decoded.items[0].reasons] == [
        ("ITEM-03", "/data/items/0/command")
    ]


@pytest.mark.parametrize(
    ("change", "rule", "place"),
    [
        ({"specversion": "0.3"}, "MSG-13", "/specversion"),
        ({"specversion": "absent"}, "MSG-13", "/specversion"),
        ({"id": ""}, "MSG-13", "/id"),
        ({"id": 7}, "MSG-13", "/id"),
        ({"source": "absent"}, "MSG-13", "/source"),
        ({"type": "absent"}, "MSG-13", "/type"),
        ({"type": "fmar.asset.register.v2"}, "MSG-10", "/type"),
        ({"time": "yesterday"}, "MSG-13", "/time"),
        ({"time": "2026-02-30T00:00:00Z"}, "MSG-13", "/time"),
        ({"time": "0001-01-01T00:00:00+23:59"}, "MSG-13", "/time"),
        ({"time": 5}, "MSG-13", "/time"),
        ({"subject": ["x"]}, "MSG-13", "/subject"),
        ({"datacontenttype": "text/xml"}, "MSG-13", "/datacontenttype"),
        ({"data_base64": "e30="}, "MSG-13", "/data_base64"),
        ({"Data": {}}, "MSG-13", "/Data"),
        ({"traceparent": {"a": 1}}, "MSG-13", "/traceparent"),
        ({"data": "absent"}, "MSG-11", "/data"),
        ({"data": [1]}, "MSG-13", "/data"),
        ({"data": {"items": []}}, "MSG-11", "/data/items"),
        ({"data": {"items": {}}}, "MSG-13", "/data/items"),
        ({"data": {"items": [PAYLOAD], "note": 1}}, "MSG-13", "/data/note"),
    ],
)
def test_a_wrong_envelope_is_refused_at_its_member(
    change: dict[str, Any], rule: str, place: str
) -> None:
    decoded = read(event(**change))
    assert not decoded.items
    assert [(reason.rule.key, reason.place) for reason in decoded.reasons] == [(rule, place)]


def test_all_that_is_wrong_with_an_envelope_is_said_at_once() -> None:
    decoded = read(event(id=7, time="x", type="nonsense", data=[]))
    assert [reason.place for reason in decoded.reasons] == ["/id", "/time", "/type", "/data"]


@pytest.mark.parametrize(
    "extra",
    [{"traceparent": "00-ab-cd-01"}, {"datacontenttype": "application/json; charset=utf-8"}],
)
def test_extension_attributes_pass(extra: dict[str, Any]) -> None:
    assert not read(event(**extra)).reasons


@pytest.mark.parametrize("document", [[], 1, "x", None, True])
def test_an_event_is_an_object(document: Any) -> None:
    assert [reason.rule.key for reason in read(document).reasons] == ["MSG-13"]


def test_more_items_than_the_limit_are_refused_as_a_whole() -> None:
    decoded = read(event(data={"items": [PAYLOAD] * 4}), limits=Limits(items=3))
    assert [reason.rule.key for reason in decoded.reasons] == ["MSG-03"]


class TestBinaryMode:
    def test_the_type_comes_with_the_transport(self) -> None:
        decoded = read(
            {"items": [PAYLOAD]}, "application/json", event_type="fmar.asset.register.v1"
        )
        assert [item.place for item in decoded.items] == ["/items/0"]
        assert decoded.message_id is None

    def test_without_a_type_it_is_refused_with_what_to_do(self) -> None:
        decoded = read(PAYLOAD, "application/json")
        assert [reason.rule.key for reason in decoded.reasons] == ["MSG-13"]
        assert "ce-type" in decoded.reasons[0].text


class TestBatch:
    def test_items_of_all_events_are_numbered_through_and_carry_the_id_of_their_event(self) -> None:
        decoded = read([event(), event(id="m-2", data={"items": [PAYLOAD, PAYLOAD]})], BATCH)
        assert [(item.number, item.place) for item in decoded.items] == [
            (1, "event 'm-1', /0/data"),
            (2, "event 'm-2', /1/data/items/0"),
            (3, "event 'm-2', /1/data/items/1"),
        ]
        assert decoded.message_id is None

    def test_an_event_that_is_wrong_in_itself_leaves_the_others_alone(self) -> None:
        wrong, right = read([event(type="x"), event(id="m-2")], BATCH).items
        assert [reason.place for reason in wrong.reasons] == ["event 'm-1', /0/type"]
        assert not right.reasons

    def test_an_id_that_stands_twice_is_refused_the_second_time(self) -> None:
        first, second = read([event(), event()], BATCH).items
        assert not first.reasons
        assert [reason.rule.key for reason in second.reasons] == ["MSG-13"]

    @pytest.mark.parametrize(
        ("document", "rule"), [([], "MSG-11"), ({}, "MSG-13"), (event(), "MSG-13")]
    )
    def test_a_batch_is_a_list_with_events(self, document: Any, rule: str) -> None:
        assert [reason.rule.key for reason in read(document, BATCH).reasons] == [rule]

    def test_a_batch_acts_for_one_organisation(self) -> None:
        decoded = read([event(subject="O-1"), event(id="m-2", subject="O-2")], BATCH)
        assert [reason.place for reason in decoded.reasons] == ["/subject"]

    def test_the_limit_counts_items_over_all_events(self) -> None:
        decoded = read([event(), event(id="m-2"), event(id="m-3")], BATCH, limits=Limits(items=2))
        assert [reason.rule.key for reason in decoded.reasons] == ["MSG-03"]


def test_a_receipt_is_an_event_and_always_the_same_bytes() -> None:
    receipt = {
        "receipt_id": "R-1",
        "received_at": "2026-11-24T09:30:00Z",
        "status": "accepted",
        "items": [],
    }
    media_type, body = adapters([])[0].encode_receipt(receipt)
    assert media_type == STRUCTURED
    assert body == adapters([])[0].encode_receipt(dict(reversed(receipt.items())))[1]
    document = json.loads(body)
    assert (document["type"], document["id"], document["data"]) == (
        "fmar.receipt.v1",
        "R-1",
        receipt,
    )
