"""What the AMQP door makes of properties, and how an inbox hands them out. No servers."""

import asyncio
import base64
import struct
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp.commands import Basic
from starlette.datastructures import Headers

from registry_store.partners import secret_hash
from router.broker import lenient_decoding, names
from router.broker.connection import Gate
from router.http.headers import read_headers
from router.http.problems import Problem
from router.onboarding import virtual_host_of
from router.worker.arrival import Arrival
from router.worker.inbox import Held, Inbox, Limits
from router.worker.reading import Unanswerable, read_arrival

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def arrival(
    *,
    queue="fmar.lane.normal.0",
    exchange=names.INTAKE,
    key="acme.normal",
    body=b"{}",
    tag=1,
    redelivered=False,
    **properties,
):
    return Arrival(tag, queue, exchange, key, redelivered, Basic.Properties(**properties), body)


def read(each: Arrival):
    return read_arrival(each, received_at=NOW, body_limit_bytes=1_000)


def test_sender_and_class_are_the_words_of_the_key():
    envelope = read(arrival(key="acme.urgent", message_id="m-1", content_type="text/csv"))
    assert (envelope.sender, envelope.message_class, envelope.message_id) == (
        "acme",
        "urgent",
        "m-1",
    )
    assert (envelope.door, envelope.media_type, envelope.reasons) == ("amqp", "text/csv", ())


@pytest.mark.parametrize(
    "key", ["", "acme", "acme.bulk", "Acme.normal", "acme.normal.x", ".normal", "a\u0000.normal"]
)
def test_a_key_that_is_no_partners_cannot_be_answered(key: str):
    assert isinstance(read(arrival(key=key)), Unanswerable)


def test_references_alone_are_believed_about_body_door_and_id():
    said = {
        "fmar-message-id": "m-1", "fmar-body-row": 7, "fmar-door": "http",
        "fmar-received-at": "2026-11-24T09:00:00+00:00", "fmar-statement-date": "2022-04-01",
    }  # fmt: skip
    forged = read(arrival(message_id="m-2", headers=said))
    genuine = read(arrival(exchange=names.REFERENCE, message_id="body-7", headers=said))
    assert (forged.body_row, forged.door, forged.message_id, forged.received_at) == (
        None,
        "amqp",
        "m-2",
        NOW,
    )
    assert (genuine.body_row, genuine.door, genuine.message_id) == (7, "http", "m-1")
    assert genuine.received_at == datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert genuine.statement_date == forged.statement_date == date(2022, 4, 1)


def test_a_body_over_the_limit_is_refused():
    assert [
        reason.rule.key for reason in read(arrival(message_id="m", body=b"x" * 1_001)).reasons
    ] == ["MSG-03"]


_values = st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.datetimes()
_headers = st.dictionaries(
    st.sampled_from(
        [
            "CC",
            "BCC",
            "cloudEvents:time",
            "cloudEvents_type",
            "fmar-statement-date",
            "x-death",
            "fmar-body-row",
        ]
    )
    | st.text(),
    st.recursive(
        _values, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
    ),
)


@given(
    headers=_headers,
    key=st.sampled_from(["acme.normal", "x"]) | st.text(),
    queue=st.sampled_from([names.EXPIRED, names.UNROUTABLE, "q"]),
    message_id=st.none() | st.text(),
    content_type=st.none() | st.text(),
    exchange=st.sampled_from([names.INTAKE, names.REFERENCE]),
)
def test_any_properties_give_a_value(headers, key, queue, message_id, content_type, exchange):
    result = read(
        arrival(
            headers=headers,
            key=key,
            queue=queue,
            message_id=message_id,
            content_type=content_type,
            exchange=exchange,
        )
    )
    if not isinstance(result, Unanswerable):
        assert result.message_id.isprintable()
        assert result.media_type.isprintable()


@given(st.binary(max_size=255))
def test_any_short_string_can_be_read(data: bytes):
    consumed, text = lenient_decoding.short_string(bytes([len(data)]) + data + b"rest")
    assert consumed == len(data) + 1
    assert isinstance(text, str)


@given(st.integers(0, 2**64 - 1))
def test_any_timestamp_can_be_read(seconds: int):
    consumed, moment = lenient_decoding.timestamp(struct.pack(">Q", seconds))
    assert consumed == 8
    assert moment.tzinfo is not None


@given(st.binary(max_size=200))
def test_any_table_is_skipped_by_its_own_length(data: bytes):
    lenient_decoding.install()
    consumed, _ = lenient_decoding.table(struct.pack(">I", len(data)) + data)
    assert consumed == len(data) + 4


async def filled(*messages: Arrival, gate: Gate | None = None) -> Inbox:
    inbox = Inbox(None, Held(gate or Gate(), 1_000), asyncio.Event())
    for message in messages:
        inbox.put(message)
    return inbox


async def test_a_group_ends_before_what_was_delivered_before():
    seen = [("a", False), ("a", False), ("b", True), ("b", True), ("b", False)]
    inbox = await filled(
        *(arrival(queue=q, tag=tag, redelivered=flag) for tag, (q, flag) in enumerate(seen))
    )
    groups = []
    while group := inbox.take(Limits()):
        groups.append([each.tag for each in group])
    assert groups == [[0, 1], [2], [3], [4]]


async def test_what_was_delivered_before_goes_before_what_is_younger_in_its_lane():
    seen = [("a", 1, False), ("b", 2, False), ("a", 3, True), ("a", 4, True), ("a", 5, False)]
    inbox = await filled(*(arrival(queue=q, tag=tag, redelivered=flag) for q, tag, flag in seen))
    # 1 and 2 would be acknowledged with 3.
    assert [each.tag for each in inbox.take(Limits())] == [3, 1, 2]
    assert [each.tag for each in inbox.take(Limits())] == [4]
    assert [each.tag for each in inbox.take(Limits())] == [5]


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.booleans(), st.booleans()), max_size=30),
    st.integers(1, 4),
)
def test_an_acknowledgement_covers_nothing_that_still_waits(steps, most: int):
    """Steps: a delivery (lane, delivered before), and whether a group is taken after it."""
    inbox = asyncio.run(filled())
    taken: list[int] = []
    for tag, (queue, redelivered, takes) in enumerate(steps, 1):
        inbox.put(arrival(queue=queue, tag=tag, redelivered=redelivered))
        group = inbox.take(Limits(messages=most)) if takes else []
        taken += [each.tag for each in group]
        if group:
            assert set(range(1, max(each.tag for each in group) + 1)) <= set(taken)
    while group := inbox.take(Limits(messages=most)):
        taken += [each.tag for each in group]
        assert set(range(1, max(each.tag for each in group) + 1)) <= set(taken)
    assert sorted(taken) == list(range(1, len(steps) + 1))


async def test_a_group_keeps_its_limits_but_takes_at_least_one():
    inbox = await filled(
        *(arrival(tag=n, body=b"x" * size) for n, size in enumerate([900, 50, 60, 1, 1, 1]))
    )
    limits = Limits(messages=2, bytes=100)
    assert [[each.tag for each in inbox.take(limits)] for _ in range(4)] == [
        [0],
        [1],
        [2, 3],
        [4, 5],
    ]


async def test_the_gate_shuts_when_too_much_is_held_and_opens_below_half():
    gate = Gate()
    held = Held(gate, 1_000)
    states = []
    for change in (600, 600, -300, -500):
        held.add(change) if change > 0 else held.remove(-change)
        states.append(gate.is_open)
    assert states == [True, False, False, True]


def test_the_hash_of_a_secret_is_rabbitmqs_own():
    # Source: rabbitmq.com/docs/passwords, "this is the algorithm": salt 908DC60A, password test12.
    stored = secret_hash("test12", salt=bytes.fromhex("908DC60A"))
    assert base64.b64encode(stored) == b"kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"


@pytest.mark.parametrize(
    ("url", "host"),
    [("amqp://h", "/"), ("amqp://h/", "/"), ("amqp://h/%2Fa", "/a"), ("amqp://h/test-1", "test-1")],
)
def test_the_virtual_host_of_a_url(url: str, host: str):
    assert virtual_host_of(url) == host


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [("wait=5", 5), ("respond-async, wait=100", 30), ("wait=-1", 0), ("", 0), ('wait="7"', 7)],
)
def test_a_preferred_wait_is_bounded(prefer: str, seconds: float):
    headers = Headers({"ce-id": "m", "content-type": "application/json", "prefer": prefer})
    assert read_headers(headers, longest_wait_seconds=30).wait_seconds == seconds


@given(st.dictionaries(
    st.sampled_from(["ce-id", "idempotency-key", "content-type", "prefer", "ce-time", "ce-type",
        "ce-subject", "fmar-class", "fmar-statement-date",
    ]),
    st.text(st.characters(max_codepoint=255)),
))  # fmt: skip
def test_any_headers_give_a_reading_or_a_problem(headers):
    try:
        said = read_headers(Headers(headers), longest_wait_seconds=30)
    except Problem:
        return
    assert said.message_id.isprintable()
