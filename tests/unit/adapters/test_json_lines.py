"""JSON Lines: one item a line, whatever the other lines are, and cut anywhere between two lines."""

import io
import json
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cutting import CutLimits, Cutter
from adapters.json_lines.adapter import JsonLines
from adapters.json_lines.lines import LONGEST_LINE
from contracts.canonical import canonical_json
from contracts.commands import COMMANDS
from contracts.documents import Document, Entry, Header
from contracts.messages import Decoded, Envelope, Item, Limits

ADAPTER = JsonLines(COMMANDS)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ITEM = {"command": "asset.deregister", "asset": {"ref": "HP-4"}}
EVENT = {
    "specversion": "1.0",
    "id": "a-1",
    "source": "/acme",
    "type": "fmar.asset.deregister.v1",
    "data": {"asset": {"ref": "HP-4"}},
}


def envelope(body: bytes = b"", **members: Any) -> Envelope:
    return Envelope("", "acme", "application/jsonl", body, NOW, **members)


def text(*lines: Any) -> bytes:
    return b"\n".join(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines)


def read(*lines: Any, **members: Any) -> Decoded:
    return ADAPTER.decode(envelope(text(*lines), **members), Limits())


def told(item: Item) -> list[tuple[str, str]]:
    return [(reason.rule.key, reason.place) for reason in item.reasons]


def cut(body: bytes, rows: int, **members: Any) -> tuple[Decoded, list[Item], list[Any]]:
    """Head, the items of all excerpts, and the reasons after the last."""
    source = io.BytesIO(body)
    file = ADAPTER.cut(source, envelope(**members), CutLimits(rows=rows))
    items: list[Item] = []
    for excerpt in file.excerpts:
        decoded = ADAPTER.decode(
            envelope(excerpt.body, excerpt=json.loads(json.dumps(excerpt.said)), **members),
            Limits(),
        )
        assert (decoded.reasons, len(decoded.items)) == ((), excerpt.rows)
        assert excerpt.rows <= rows
        items += decoded.items
    return file.head, items, file.reasons


def test_a_line_is_a_payload_with_its_command_or_an_event() -> None:
    alone, event = read(ITEM, EVENT).items
    assert (alone.command, alone.payload, alone.reasons) == (event.command, event.payload, ())
    assert (alone.place, event.place) == ("line 1", "line 2, /data")
    assert ADAPTER.place_of(alone, "/asset/ref") == "line 1, /asset/ref"
    assert ADAPTER.place_of(event, "/asset/ref") == "line 2, /data/asset/ref"
    assert ADAPTER.place_of(alone, "") == "line 1"


def test_an_event_may_hold_a_list_of_one_item_and_no_more() -> None:
    listed = EVENT | {"data": {"items": [EVENT["data"]]}}
    several = EVENT | {"data": {"items": [EVENT["data"]] * 2}}
    one, two = read(listed, several).items
    assert (one.payload, one.place) == (EVENT["data"], "line 1, /data/items/0")
    assert told(two) == [("MSG-13", "line 2, /data/items")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{", [("MSG-02", "line 2, column 2")]),
        (b"\xff", [("MSG-02", "line 2, column 1")]),
        (b'{"a": 1, "a": 2}', [("MSG-12", "/a (line 2, column 10)")]),
        (b'{"a": NaN}', [("MSG-02", "/a (line 2, column 7)")]),
        (b'{"a": ' + b"9" * 19 + b"}", [("MSG-03", "/a (line 2, column 7)")]),
        (b"[" * 17 + b"]" * 17, None),
        (b"17", [("ITEM-03", "line 2")]),
        (b"{}", [("ITEM-01", "line 2, /command")]),
        (b'{"command": 3}', [("MSG-10", "line 2, /command")]),
        (b'{"command": "asset.explode"}', [("MSG-10", "line 2, /command")]),
        (b'{"specversion": "1.0"}', None),
        (text(EVENT | {"type": "fmar.x.v1"}), [("MSG-10", "line 2, /type")]),
        (text(EVENT | {"id": ""}), [("MSG-13", "line 2, /id")]),
        (text(EVENT | {"subject": "O-1"}), [("MSG-13", "line 2, /subject")]),
        (b" " * (LONGEST_LINE + 1) + b"1", [("MSG-03", "line 2")]),
    ],
    ids=lambda value: value[:20].decode("latin1") if isinstance(value, bytes) else "",
)
def test_a_bad_line_is_answered_as_that_line(line: bytes, expected: Any) -> None:
    before, bad, after = read(ITEM, line, ITEM).items
    assert (before.reasons, after.reasons, after.place) == ((), (), "line 3")
    assert bad.number == 2
    assert told(bad)
    assert all("line 2" in place for _, place in told(bad))
    if expected is not None:
        assert told(bad) == expected


def test_a_mark_blank_lines_and_line_ends_of_windows_are_read_over() -> None:
    body = b"\xef\xbb\xbf\r\n" + b"\r\n \t\r\n".join([orjson.dumps(ITEM)] * 3) + b"\r\n\r\n"
    decoded = ADAPTER.decode(envelope(body), Limits())
    assert [(item.place, item.reasons) for item in decoded.items] == [
        ("line 2", ()),
        ("line 4", ()),
        ("line 6", ()),
    ]
    assert cut(body, 2)[1] == list(decoded.items)


@pytest.mark.parametrize(
    ("body", "rule"), [(b"", "MSG-11"), (b"\n \r\n", "MSG-11"), (b"\xff\xfe{\x00", "MSG-02")]
)
def test_a_file_without_a_line_of_text_is_refused(body: bytes, rule: str) -> None:
    decoded = ADAPTER.decode(envelope(body), Limits())
    head, items, _ = cut(body, 5)
    assert [reason.rule.key for reason in decoded.reasons] == [rule]
    assert (head.reasons, items) == (decoded.reasons, [])


def test_the_first_line_says_for_whom_the_file_acts() -> None:
    own, other = EVENT | {"subject": "O-1"}, EVENT | {"subject": "O-2"}
    body = text(own, ITEM, other)
    decoded = ADAPTER.decode(envelope(body), Limits())
    assert decoded.on_behalf_of == "O-1"
    assert [told(item) for item in decoded.items] == [[], [], [("MSG-13", "line 3, /subject")]]
    head, items, _ = cut(body, 1)
    assert (head.on_behalf_of, items) == ("O-1", list(decoded.items))


def test_a_file_is_known_by_its_content_and_by_the_date_where_one_is_given() -> None:
    plain, dated = read(ITEM), read(ITEM, statement_date=date(2026, 1, 2))
    assert plain.is_file
    assert plain.message_id is not None
    assert plain.message_id.startswith("sha256:")
    assert dated.message_id == f"{plain.message_id}:2026-01-02"


def test_more_lines_than_a_message_may_have_are_refused_and_of_a_file_the_rest_is_not_read() -> (
    None
):
    decoded = ADAPTER.decode(envelope(text(*[ITEM] * 4)), Limits(items=3))
    assert [reason.rule.key for reason in decoded.reasons] == ["MSG-03"]
    limits = CutLimits(rows=2, file_rows=3)
    file = ADAPTER.cut(io.BytesIO(text(*[ITEM] * 4)), envelope(), limits)
    assert [excerpt.rows for excerpt in file.excerpts] == [2, 1]
    assert [(r.rule.key, r.place) for r in file.reasons] == [("MSG-03", "line 4")]


class Trickle(io.RawIOBase):
    """A source that gives a few bytes at a time."""

    def __init__(self, body: bytes) -> None:
        self._rest = body

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002 - of the protocol
        given, self._rest = self._rest[:7], self._rest[7:]
        return given


LINES = st.one_of(
    st.sampled_from(
        [
            text(ITEM),
            text(EVENT),
            text(EVENT | {"subject": "O-1"}),
            b"",
            b" \r",
            b"{",
            b"\xff",
            b"3",
        ]
    ),
    st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")),
)


@given(
    lines=st.lists(LINES, max_size=12), rows=st.integers(1, 5), ends=st.sampled_from([b"\n", b""])
)
@settings(deadline=None)
def test_what_is_cut_is_read_as_in_the_whole(lines: list[bytes], rows: int, ends: bytes) -> None:
    body = b"\n".join(lines) + ends
    whole = ADAPTER.decode(envelope(body), Limits())
    head, items, reasons = cut(body, rows)
    assert (tuple(items), head.reasons, head.on_behalf_of) == (
        whole.items,
        whole.reasons,
        whole.on_behalf_of,
    )
    assert reasons == []
    assert whole.items or whole.reasons
    canonical_json([reason.as_json() for item in items for reason in item.reasons])
    trickled = ADAPTER.cut(Trickle(body), envelope(), CutLimits(rows=rows))  # type: ignore[arg-type]
    file = ADAPTER.cut(io.BytesIO(body), envelope(), CutLimits(rows=rows))
    assert list(trickled.excerpts) == list(file.excerpts)


def test_long_lines_make_small_excerpts() -> None:
    body = text(*[b" " * 1_000_000 + text(ITEM)] * 12)
    file = ADAPTER.cut(io.BytesIO(body), envelope(), CutLimits())
    sizes = [(excerpt.rows, len(excerpt.body)) for excerpt in file.excerpts]
    assert sum(rows for rows, _ in sizes) == 12
    assert max(size for _, size in sizes) < 6_000_000


def test_it_is_a_cutter_that_needs_no_whole_file() -> None:
    assert isinstance(ADAPTER, Cutter)
    assert not ADAPTER.needs_whole(envelope())


def test_what_is_written_is_read_back_for_whom_it_acts() -> None:
    header = Header("m-1", "acme", "hub", NOW, on_behalf_of="O-1")
    entry = Entry("asset.deregister", {"asset": {"ref": "HP-4"}})
    _, body = ADAPTER.encode(Document(header, (entry, entry)))
    decoded = ADAPTER.decode(envelope(body), Limits())
    assert decoded.on_behalf_of == "O-1"
    assert [(item.payload, item.reasons) for item in decoded.items] == [(entry.payload, ())] * 2


def test_a_receipt_is_the_whole_and_then_its_outcomes() -> None:
    receipt = {"receipt_id": "R-1", "status": "accepted", "items": [{"item": 1}, {"item": 2}]}
    media_type, body = ADAPTER.encode_receipt(receipt)
    whole, *outcomes = [json.loads(line) for line in body.splitlines()]
    assert media_type == "application/jsonl"
    assert whole == {"receipt_id": "R-1", "status": "accepted"}
    assert outcomes == receipt["items"]
