"""A CSV file with answers: the sender's own bytes untouched, the answers beside them."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.outcomes.csv_file import Look, csv_with_answers, look_of

UTF_8 = ("encoding: UTF-8", "separator: comma", "headings: row 1")


def outcome(
    place: str, status: str = "accepted", *, item: int = 1, **members: Any
) -> dict[str, Any]:
    return {
        "item": item,
        "place": place,
        "status": status,
        "command": "asset.register",
        "reasons": [],
        **members,
    }


def refused(place: str, text: str = "no", where: str = "") -> dict[str, Any]:
    reason = {"code": "member_invalid", "rule": "ITEM-03", "severity": "error", "path": "", "text": text,
              "place": f"{place}, {where}" if where else place}  # fmt: skip
    return outcome(place, "rejected", reasons=[reason])


def answered(body: bytes, outcomes: list[dict[str, Any]], notes: Any = UTF_8, **how: Any) -> bytes:
    look = look_of(notes)
    return b"".join(csv_with_answers(io.BytesIO(body), outcomes, look, **({"to_end": True} | how)))


def test_separator_line_ends_and_banner_of_the_file_are_kept():
    body = b"Banner\nA;B\n1;2\n"
    notes = ("encoding: UTF-8", "separator: semicolon", "headings: row 2")
    told = [outcome("row 3", id="A-1", version=2)]
    assert answered(body, told, notes) == (
        b"Banner\nA;B;FMAR status;FMAR record id;FMAR version;FMAR codes;FMAR texts\n1;2;accepted;A-1;2;;\n"
    )


def test_a_row_that_is_too_short_has_its_answer_below_the_headings_all_the_same():
    body = b"A,B,C\r\n1\r\n1,2,3,4\r\n"
    lines = answered(body, [refused("row 2"), refused("row 3")]).split(b"\r\n")
    assert lines[1] == b"1,,,rejected,,,member_invalid,ITEM-03: no"
    assert lines[2] == b"1,2,3,4,rejected,,,member_invalid,ITEM-03: no"


def test_a_row_whose_quotes_are_not_in_order_is_passed_on_as_it_is():
    body = b'A,B\r\n"1"x,2\r\n3,4\r\n'
    lines = answered(body, [refused("row 2"), outcome("row 3", item=2)]).split(b"\r\n")
    assert lines[1] == b'"1"x,2,rejected,,,member_invalid,ITEM-03: no'
    assert lines[2] == b"3,4,accepted,,,,"


def test_a_line_break_within_quotes_is_one_row():
    body = b'A,B\r\n"1\r\n2",3\r\n4,5\r\n'
    assert answered(body, [outcome("row 3", id="A-1")]).endswith(
        b'"1\r\n2",3\r\n4,5,accepted,A-1,,,\r\n'
    )


def test_the_last_line_needs_no_end():
    assert answered(b"A\n1", [outcome("row 2")]).endswith(b"\n1,accepted,,,,\n")


@pytest.mark.parametrize(
    ("codec", "note", "mark"),
    [
        ("utf-8", "UTF-8 with a byte order mark", b"\xef\xbb\xbf"),
        ("cp1252", "Windows-1252 (it is not UTF-8)", b""),
        ("utf-16-le", "UTF-16, little endian", b"\xff\xfe"),
    ],
)
def test_the_answer_is_in_the_encoding_of_the_file(codec: str, note: str, mark: bytes):
    body = mark + '"Straße, Ort",B\r\nÄ,2\r\n'.encode(codec)
    notes = (f"encoding: {note}", "separator: comma", "headings: row 1")
    answer = answered(body, [refused("row 2", "'Ä' is unknown")], notes)
    assert answer.startswith(mark)
    rows = list(csv.reader(io.StringIO(answer[len(mark) :].decode(codec), newline="")))
    assert rows[0][:3] == ["Straße, Ort", "B", "FMAR status"]
    assert rows[1] == ["Ä", "2", "rejected", "", "", "member_invalid", "ITEM-03: 'Ä' is unknown"]


def test_all_slots_of_a_row_are_answered_in_it():
    told = [
        outcome("row 2, slot 1", id="A-1", version=1),
        {**refused("row 2, slot 2", "dry", 'column "X"'), "item": 2},
    ]
    (row,) = csv.DictReader(io.StringIO(answered(b"A\r\n1\r\n", told).decode()))
    assert row["FMAR status"] == "slot 1: accepted; slot 2: rejected"
    assert row["FMAR record id"] == "slot 1: A-1"
    assert row["FMAR texts"] == 'slot 2: ITEM-03, column "X": dry'


def test_rows_that_make_one_item_have_its_answer_each():
    answer = answered(
        b"A\r\n1\r\n2\r\n3\r\n", [outcome("rows 2 to 3", id="M-1"), outcome("row 4", item=2)]
    )
    assert [line.split(b",")[1:3] for line in answer.split(b"\r\n")[1:4]] == [
        [b"accepted", b"M-1"], [b"accepted", b"M-1"], [b"accepted", b""]
    ]  # fmt: skip


def test_a_text_never_begins_a_formula_and_the_senders_own_cells_are_given_back():
    told = refused("row 2", "found that")
    told["reasons"][0]["rule"] = '=HYPERLINK("x")'
    (row,) = csv.DictReader(io.StringIO(answered(b"A\r\n=1+1\r\n", [told]).decode()))
    assert row["FMAR texts"].startswith("'=")
    assert row["A"] == "=1+1"


def test_blank_rows_stay_and_are_not_answered():
    assert answered(b"A,B\r\n,\r\n\r\n1,2\r\n", [outcome("row 4")]).split(b"\r\n")[1:4] == [
        b",", b"", b"1,2,accepted,,,,"
    ]  # fmt: skip


def test_before_the_end_the_file_stops_behind_the_last_answer():
    body = b"A\r\n1\r\n2\r\n3\r\n"
    assert answered(body, [outcome("row 2")], to_end=False).count(b"\r\n") == 2
    assert answered(body, [outcome("row 2")]).endswith(b"\r\n2\r\n3\r\n")


def test_of_refused_rows_alone_the_headings_are_kept():
    body = b"Banner\r\nA\r\n1\r\n2\r\n"
    notes = ("separator: comma", "headings: row 2")
    told = [outcome("row 3"), {**refused("row 4"), "item": 2}]
    lines = answered(body, told, notes, only_rejected=True).split(b"\r\n")
    assert (len(lines), lines[0], lines[2][:10]) == (4, b"Banner", b"2,rejected")


_CELLS = st.text(st.sampled_from('ab,;"\n\r é\x80'), max_size=6)


@given(
    st.lists(st.lists(_CELLS, min_size=2, max_size=2), max_size=8), st.sampled_from(["\r\n", "\n"])
)
def test_what_the_sender_wrote_is_read_back_as_he_wrote_it(rows: list[list[str]], end: str):
    text = io.StringIO()
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([["A", "B"], *rows])
    body = text.getvalue().encode()
    told = [outcome(f"row {n}", item=n) for n in range(2, len(rows) + 2)]
    answer = answered(body, told).decode()
    found = list(csv.reader(io.StringIO(answer, newline="")))[1:]
    assert [row[:2] for row in found] == rows
    assert all(row[2] == "accepted" for row in found)


@given(st.binary(max_size=200), st.sampled_from([",", ";"]))
def test_any_bytes_come_out_as_they_went_in_where_nothing_is_answered(body: bytes, separator: str):
    look = Look(separator, heading_row=1_000)
    assert b"".join(csv_with_answers(io.BytesIO(body), [], look, to_end=True)) == body
