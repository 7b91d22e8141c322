"""Hub JSON of any size: cut between the elements of its list, each read and answered as in the whole."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cutting import CutLimits, Cutter
from adapters.hub_json import BATCH, BINARY, STRUCTURED, HubJson
from contracts.canonical import canonical_json
from contracts.commands import COMMANDS
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason

ADAPTER = HubJson(COMMANDS)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
DEFAULT = Limits()
PAYLOAD = {"asset": {"ref": "HP-4"}}
ITEM = {"command": "asset.deregister", **PAYLOAD}
ATTRIBUTES = {"specversion": "1.0", "id": "m-1", "source": "/acme", "type": "fmar.items.v1"}


def event(number: int, **changed: Any) -> dict[str, Any]:
    own = {"id": f"e-{number}", "type": "fmar.asset.deregister.v1", "data": PAYLOAD}
    return ATTRIBUTES | own | changed


def text(value: Any) -> bytes:
    return value if isinstance(value, bytes) else orjson.dumps(value)


def listed(*elements: Any, between: bytes = b",\n ") -> bytes:
    return b"[%b]" % between.join(map(text, elements))


def document(*items: Any, before: bytes = b"", behind: bytes = b"", **changed: Any) -> bytes:
    head = orjson.dumps(ATTRIBUTES | changed)[:-1]
    return b'%b%b,\n"data": {"items": %b}%b}' % (head, before, listed(*items), behind)


def envelope(media_type: str, body: bytes = b"", **members: Any) -> Envelope:
    return Envelope("", "acme", media_type, body, NOW, **members)


def whole(media_type: str, body: bytes, **members: Any) -> Decoded:
    return ADAPTER.decode(envelope(media_type, body, **members), Limits())


def cut(
    media_type: str,
    body: bytes | io.BufferedIOBase,
    rows: int = 3,
    *,
    limits: Limits = DEFAULT,
    **members: Any,
) -> tuple[Decoded, list[Item], list[Reason]]:
    """Head, the items of all excerpts, and the reasons after the last."""
    source: Any = io.BytesIO(body) if isinstance(body, bytes) else body
    file = ADAPTER.cut(source, envelope(media_type, **members), CutLimits(rows=rows, whole=limits))
    items: list[Item] = []
    for excerpt in file.excerpts:
        said = json.loads(json.dumps(excerpt.said))
        of = envelope(media_type, excerpt.body, excerpt=said, **members)
        decoded = ADAPTER.decode(of, limits)
        assert (decoded.reasons, len(decoded.items)) == ((), excerpt.rows)
        items += decoded.items
    return file.head, items, file.reasons


def told(reasons: Any) -> list[tuple[str, str, str]]:
    return [(reason.rule.key, reason.place, reason.text) for reason in reasons]


def rules(reasons: Any) -> list[tuple[str, str]]:
    return [(reason.rule.key, reason.place) for reason in reasons]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9_999, 9_999) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
ELEMENTS = st.one_of(
    VALUES,
    st.just(ITEM),
    st.builds(event, st.integers(1, 6)),
    st.builds(
        lambda n, items: event(n, type="fmar.items.v1", data={"items": items}),
        st.integers(1, 6),
        st.lists(st.just(ITEM) | VALUES, max_size=4),
    ),
    st.builds(
        lambda value: event(9, **value),
        st.dictionaries(st.sampled_from(["id", "type", "data", "time", "x y"]), VALUES, max_size=2),
    ),
)
GAPS = st.text(" \t\r\n", max_size=4).map(str.encode)


@st.composite
def lists(draw: Any) -> bytes:
    """Written in the many ways that JSON allows."""
    written = [
        json.dumps(
            value, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1]))
        ).encode()
        for value in draw(st.lists(ELEMENTS, max_size=9))
    ]
    between = b",".join(draw(GAPS) + each + draw(GAPS) for each in written)
    return b"[%b]" % (between or draw(GAPS))


class Trickle(io.BytesIO):
    """A source that gives a few bytes at a time."""

    def read(self, size: int | None = -1) -> bytes:  # noqa: ARG002 - of the protocol
        return super().read(7)


@given(body=lists(), gap=GAPS, rows=st.integers(1, 5), trickles=st.booleans())
@settings(deadline=None)
def test_a_batch_that_is_cut_is_read_as_in_the_whole(
    body: bytes, gap: bytes, rows: int, trickles: bool
) -> None:
    body = gap + body + gap
    expected = whole(BATCH, body)
    head, items, reasons = cut(BATCH, Trickle(body) if trickles else body, rows)
    assert (tuple(items), head.reasons, reasons) == (expected.items, expected.reasons, [])
    assert head.on_behalf_of == expected.on_behalf_of


@given(
    items=lists(), rows=st.integers(1, 5), trickles=st.booleans(), is_binary=st.booleans(),
    attributes_first=st.booleans(), kind=st.sampled_from(["fmar.items.v1", "fmar.asset.update.v1", "x"]),
    behind=st.sampled_from([b"", b', "more": 1']),
)  # fmt: skip
@settings(deadline=None)
def test_an_event_that_is_cut_is_read_as_in_the_whole(
    items: bytes,
    rows: int,
    trickles: bool,
    is_binary: bool,
    attributes_first: bool,
    kind: str,
    behind: bytes,
) -> None:
    data = b'{"\\u0069tems" : %b%b}' % (items, behind)
    attributes = orjson.dumps(ATTRIBUTES | {"type": kind, "subject": "O-1"})[1:-1]
    members = (attributes, b'"data": %b' % data)
    body = (
        data if is_binary else b"{%b}" % b",".join(members if attributes_first else members[::-1])
    )
    mode: dict[str, Any] = {"event_type": kind} if is_binary else {}
    media_type = BINARY if is_binary else STRUCTURED
    expected = whole(media_type, body, **mode)
    head, found, reasons = cut(media_type, Trickle(body) if trickles else body, rows, **mode)
    assert (tuple(found), head.reasons, reasons) == (expected.items, expected.reasons, [])
    for name in ("message_id", "on_behalf_of", "sent_at"):
        assert getattr(head, name) == getattr(expected, name)


@given(body=lists(), at=st.integers(0, 400), junk=st.binary(max_size=3), is_event=st.booleans())
@settings(deadline=None)
def test_a_damaged_document_is_told_as_in_the_whole_and_what_stood_before_stands(
    body: bytes, at: int, junk: bytes, is_event: bool
) -> None:
    """Bytes put in somewhere, or the rest left out."""
    if is_event:
        body = b'{"data": {"items": %b}, %b' % (body, orjson.dumps(ATTRIBUTES)[1:])
    at = min(at, len(body))
    body = body[:at] + junk + (body[at:] if junk else b"")
    media_type = STRUCTURED if is_event else BATCH
    expected = whole(media_type, body)
    head, items, reasons = cut(media_type, body, 2)
    found = [*head.reasons, *reasons, *(reason for item in items for reason in item.reasons)]
    canonical_json([reason.as_json() for reason in found])
    if not expected.reasons:
        assert tuple(items) == expected.items
    elif not any("act for different" in reason.text for reason in expected.reasons):
        assert (
            told(expected.reasons)[-1] in told(found) or "is not UTF-8" in expected.reasons[0].text
        )


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (b'{"a": 1, "a": 2}', [("MSG-12", "{}/a (line {}, column {})")]),
        (b'{"aaaaa":\nNaN}', [("MSG-02", "{}/aaaaa (line {}, column 1)")]),
        (b'{"aaaa": ' + b"9" * 19 + b"}", [("MSG-03", "{}/aaaa (line {}, column {})")]),
        (b'["aaaa", "\\ud800"]', [("MSG-02", "{}/1 (line {}, column {})")]),
        (b'["aaaaa\xff"]', [("MSG-02", "line {}, column {}")]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("media_type", [BATCH, STRUCTURED])
def test_what_json_allows_and_the_hub_does_not_is_answered_at_its_element_and_others_stand(
    media_type: str, element: bytes, expected: Any
) -> None:
    good = event(1) if media_type == BATCH else ITEM
    elements = [good, element, event(2) if media_type == BATCH else ITEM]
    body = listed(*elements) if media_type == BATCH else document(*elements)
    _, (before, bad, after), reasons = cut(media_type, body, 5)
    assert (before.reasons, after.reasons, reasons) == ((), (), [])
    assert told(bad.reasons) == told(whole(media_type, body).reasons)
    (place,) = [reason.place for reason in bad.reasons]
    assert place.startswith("/1" if media_type == BATCH else "/data/items/1") or "\\xff" in repr(
        element
    )


def test_an_element_nests_as_deep_as_its_document_may() -> None:
    deepest, deeper = b"[" * 15 + b"]" * 15, b"[" * 16 + b"]" * 16
    _, (fine, refused), _ = cut(BATCH, listed(deepest, deeper))
    assert "MSG-03" not in [reason.rule.key for reason in fine.reasons]
    assert told(refused.reasons) == told(whole(BATCH, listed(deepest, deeper)).reasons)
    deepest, deeper = b"[" * 13 + b"]" * 13, b"[" * 14 + b"]" * 14
    _, (fine, refused), _ = cut(STRUCTURED, document(deepest, deeper))
    assert [reason.rule.key for reason in fine.reasons] == ["ITEM-03"]
    assert told(refused.reasons) == told(whole(STRUCTURED, document(deepest, deeper)).reasons)


def test_a_document_that_nests_without_end_is_refused_where_it_gets_too_deep() -> None:
    body = listed(event(1), b"[" * 200_000)
    _, items, reasons = cut(BATCH, body)
    assert [item.reasons for item in items] == [()]
    assert told(reasons)[0] == told(whole(BATCH, body).reasons)[0]
    assert reasons[0].rule.key == "MSG-03"


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda body: body[:-1],
        lambda body: body[:-7],
        lambda body: body + b"x",
        lambda body: body + b"\n" + body,
        lambda body: b"\xef\xbb\xbf" + body,
        lambda body: body.replace(b",\n ", b"\n ", 1),
        lambda body: body.replace(b",\n ", b",\n,", 1),
        lambda body: body[:-1] + b",]",
        lambda body: body.decode().encode("utf-16"),
    ],
    ids=["no end", "half an element", "garbage", "two documents", "byte order mark", "no comma",
         "two commas", "a comma at the end", "UTF-16"],
)  # fmt: skip
def test_a_batch_that_is_no_json_says_where_in_the_words_of_a_message(spoilt: Any) -> None:
    body = spoilt(listed(*map(event, range(7))))
    head, items, reasons = cut(BATCH, body, 2)
    assert told([*head.reasons, *reasons]) == told(whole(BATCH, body).reasons)
    assert all(item.reasons == () for item in items)
    assert bool(items) == bool(reasons)


@pytest.mark.parametrize(
    "body",
    [
        document(ITEM, b'{"a" 1}'),
        document(ITEM)[:-1],
        document(ITEM) + b"x",
        document(ITEM, b'{"a": 1, "a": 2}', behind=b', "id": "m-2"'),
        b"\xef\xbb\xbf" + document(ITEM),
        document(ITEM, type="fmar.none.v1"),
        document(),
    ],
    ids=["broken item", "no end", "garbage", "an attribute twice", "byte order mark", "type", "empty"],
)  # fmt: skip
def test_an_event_that_is_wrong_as_a_whole_has_no_excerpt(body: bytes) -> None:
    head, items, reasons = cut(STRUCTURED, body)
    assert told(head.reasons) == told(whole(STRUCTURED, body).reasons)
    assert (items, reasons) == ([], [])
    assert head.reasons


def test_what_is_wrong_behind_the_list_of_a_large_event_has_its_own_place() -> None:
    body = document(*[ITEM] * 9, behind=b',\n "id": "m-2", "id": "m-3"')
    small = Limits(body_bytes=len(body) - 1)
    head, _, _ = cut(STRUCTURED, body, limits=small)
    assert told(head.reasons) == told(whole(STRUCTURED, body).reasons)
    assert len(head.reasons) == 2


def test_one_payload_is_one_excerpt() -> None:
    body = orjson.dumps(event(1, subject="O-1"))
    head, items, _ = cut(STRUCTURED, body)
    assert (head.message_id, head.on_behalf_of) == ("e-1", "O-1")
    assert tuple(items) == whole(STRUCTURED, body).items


def test_the_first_sound_event_says_for_whom_a_batch_acts_and_another_is_refused() -> None:
    several = event(4, subject="O-2", type="fmar.items.v1", data={"items": [ITEM, ITEM]})
    body = listed(3, event(1, subject="O-1"), event(2), several, event(5, subject="O-1"))
    head, items, _ = cut(BATCH, body, 2)
    assert head.on_behalf_of == "O-1"
    assert [rules(item.reasons) for item in items] == [
        [("MSG-13", "/0")],
        [],
        [("MSG-13", "/2/subject")],
        [("MSG-13", "/3/subject")],
        [("MSG-13", "/3/subject")],
        [],
    ]


def test_an_event_with_the_id_of_one_in_another_excerpt_is_refused() -> None:
    _, items, _ = cut(BATCH, listed(*(event(number % 4) for number in range(6))), 1)
    found = [(item.number, rules(item.reasons)) for item in items if item.reasons]
    assert found == [(5, [("MSG-13", "/4/id")]), (6, [("MSG-13", "/5/id")])]
    assert items[4].reasons[0].text == "the event /0 of the batch has the same id"


def test_a_batch_is_begun_before_its_last_byte() -> None:
    body = listed(*map(event, range(100_000)))
    source = io.BytesIO(body)
    file = ADAPTER.cut(source, envelope(BATCH), CutLimits())
    next(file.excerpts)
    assert source.tell() < len(body) / 10
    assert not ADAPTER.needs_whole(envelope(BATCH))
    assert ADAPTER.needs_whole(envelope(STRUCTURED))
    assert isinstance(ADAPTER, Cutter)


def test_more_items_than_a_file_may_have_are_not_read() -> None:
    limits = CutLimits(rows=2, file_rows=3)
    file = ADAPTER.cut(io.BytesIO(listed(*map(event, range(5)))), envelope(BATCH), limits)
    assert [excerpt.rows for excerpt in file.excerpts] == [2, 1]
    assert [reason.rule.key for reason in file.reasons] == ["MSG-03"]
    file = ADAPTER.cut(io.BytesIO(document(*[ITEM] * 5)), envelope(STRUCTURED), limits)
    assert [reason.rule.key for reason in file.head.reasons] == ["MSG-03"]


@pytest.mark.parametrize(
    ("start", "endless"), [(b'"', b"xy"), (b"", b"  "), (b"[1", b", 1"), (b'{"a": "b', b"\xff")]
)
def test_an_element_without_end_is_read_no_further_than_a_message(
    start: bytes, endless: bytes
) -> None:
    source = io.BytesIO(listed(event(1), b"")[:-1] + start + endless * 1_000_000)
    _, items, reasons = cut(BATCH, source, limits=Limits(body_bytes=100_000))
    assert len(items) == 1
    assert [(reason.rule.key, reason.place[:3]) for reason in reasons] == [("MSG-03", "/1 ")]
    assert source.tell() < 700_000


def test_large_elements_make_small_excerpts() -> None:
    body = listed(*(event(number, data={"x": "y" * 1_000_000}) for number in range(9)))
    file = ADAPTER.cut(io.BytesIO(body), envelope(BATCH), CutLimits())
    sizes = [(excerpt.rows, len(excerpt.body)) for excerpt in file.excerpts]
    assert sum(rows for rows, _ in sizes) == 9
    assert max(size for _, size in sizes) < 4_200_000


def test_a_gap_between_two_elements_is_not_carried_along() -> None:
    body = listed(*map(event, range(4)), between=b"," + b" " * 50_000 + b"\n")
    file = ADAPTER.cut(io.BytesIO(body), envelope(BATCH), CutLimits())
    assert sum(len(excerpt.body) for excerpt in file.excerpts) < 1_000
    _, items, _ = cut(BATCH, body)
    assert tuple(items) == whole(BATCH, body).items
