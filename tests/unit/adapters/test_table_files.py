"""CSV files as they come: encodings, separators, banners, ragged rows, quotes, bombs."""

import pytest

from contracts.messages import Decoded, Limits
from tests.unit.adapters.reading import CAPACITY_1, PLANT, decode, register

ECR = "text/csv; profile=ecr"


def keys(decoded: Decoded) -> list[str]:
    return [reason.rule.key for reason in decoded.reasons]


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", "encoding: UTF-8"),
        ("utf-8-sig", "encoding: UTF-8 with a byte order mark"),
        ("utf-16", "encoding: UTF-16, little endian"),
        ("cp1252", "encoding: Windows-1252 (it is not UTF-8)"),
    ],
)
def test_the_encoding_is_found_and_said(encoding: str, note: str) -> None:
    decoded = decode(register({"Customer Site": "Café – Mill"}).encode(encoding), ECR)
    assert decoded.items[0].payload["attributes"]["site_name"] == "Café – Mill"
    assert note in decoded.notes


def test_a_declared_charset_is_taken_at_its_word() -> None:
    body = register({"Customer Site": "Café"}).encode("cp1252")
    assert not decode(body, f"{ECR}; charset=iso-8859-1").reasons
    assert keys(decode(body, f"{ECR}; charset=utf-8")) == ["MSG-02"]
    assert keys(decode(body, f"{ECR}; charset=rot13")) == ["MSG-02"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_in_the_headings(separator: str) -> None:
    decoded = decode(register({"Customer Site": "a, b; c"}, separator=separator), ECR)
    assert decoded.items[0].payload["attributes"]["site_name"] == "a, b; c"


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_any_line_end_will_do(line_end: str) -> None:
    assert len(decode(register({}, {}).replace("\r\n", line_end), ECR).items) == 2


def test_rows_are_counted_as_a_spreadsheet_shows_them() -> None:
    text = register({"Customer Site": "two\nlines"}, {}, {})
    lines = text.splitlines(keepends=True)
    with_blank = "".join([*lines[:3], "\r\n", *lines[3:]])
    decoded = decode(with_blank, ECR)
    assert [item.place for item in decoded.items] == [
        "row 2, slot 1",
        "row 4, slot 1",
        "row 5, slot 1",
    ]
    assert decoded.items[0].payload["attributes"]["site_name"] == "two lines"
    assert "blank rows: 1" in decoded.notes


def test_headings_below_a_banner_are_found() -> None:
    decoded = decode("Embedded Capacity Register,,\r\n\r\n" + register({}), ECR)
    assert [item.place for item in decoded.items] == ["row 4, slot 1"]
    assert "headings: row 3" in decoded.notes


def test_a_ragged_row_is_answered_and_its_neighbours_stand() -> None:
    first, second, third = register({}, {}, {}).splitlines()[1:]
    heading = register({}).splitlines()[0]
    text = "\n".join([heading, first, f"{second},surplus", "too,short", third])
    decoded = decode(text, ECR)
    assert [(item.place, [r.rule.key for r in item.reasons]) for item in decoded.items[1:3]] == [
        ("row 3", ["TAB-01"]),
        ("row 4", ["TAB-01"]),
    ]
    assert [item.number for item in decoded.items] == [1, 2, 3, 4]


def test_a_file_of_ragged_rows_alone_is_answered_row_by_row() -> None:
    heading = register({}).splitlines()[0]
    decoded = decode(f"{heading}\na,b\nc\n", ECR)
    assert [item.place for item in decoded.items] == ["row 2", "row 3"]


def test_quotes_out_of_order_concern_their_row_alone() -> None:
    lines = register({}, {}).splitlines()
    decoded = decode("\n".join([lines[0], '"a"b' + "," * 34, lines[1]]), ECR)
    assert [[r.rule.key for r in item.reasons] for item in decoded.items] == [["TAB-03"], []]


def test_a_quote_that_never_closes_refuses_the_file_as_cut_off() -> None:
    decoded = decode(register({}) + '"' + register({}), ECR)
    assert keys(decoded) == ["MSG-02"]
    assert decoded.reasons[0].place == "row 3"
    assert not decoded.items


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "MSG-11"),
        (b"\n\n\n", "MSG-11"),
        (register({}).splitlines()[0].encode(), "MSG-11"),
        (b"a\0b,c\n1,2\n", "MSG-02"),
        (b"\x81\x8d\xff\n", "MSG-02"),
        (b'"' + b"x" * 30_000_000, "MSG-03"),
        (b"x" * 30_000_000, "MSG-03"),
        (b"," * 1_000_000, "MSG-03"),
        (b"," * 1_000_000 + b"\nx\n", "MSG-03"),
        (b"\n" * 5_000_000, "MSG-03"),
        (b"a\n" * 30_000, "MSG-03"),
        (b'"' * 1_000_001, "MSG-03"),
    ],
    ids=lambda value: value[:12] if isinstance(value, bytes) else value,
)
@pytest.mark.timeout(20)
def test_no_file_is_read_beyond_the_limits(body: bytes, rule: str) -> None:
    decoded = decode(body, ECR)
    assert keys(decoded)[0] in (rule, "TAB-02")
    assert not decoded.items


def test_a_long_cell_is_refused_and_its_row_alone() -> None:
    decoded = decode(register({"Customer Site": "x" * 5000}, {"Customer Site": "Other"}), ECR)
    assert [[r.rule.key for r in item.reasons] for item in decoded.items] == [["MSG-03"], []]


def test_more_rows_or_slots_than_the_limit_are_refused_as_a_whole() -> None:
    two_slots = {"Energy Source 2": "Solar", CAPACITY_1: "1"}
    assert keys(decode(register({}, {}, {}), ECR, limits=Limits(items=2))) == ["MSG-03"]
    assert keys(decode(register({}, two_slots), ECR, limits=Limits(items=2))) == ["MSG-03"]


class TestHeadings:
    def test_spelling_does_not_count(self) -> None:
        text = register({})
        shouted = text.replace("Licence Area", " licence_AREA ").replace(
            "Connection Status", "Connection\nStatus"
        )
        plain = shouted.replace("Connection\nStatus", "Connection_ Status")
        assert decode(plain, ECR).items[0].payload == decode(text, ECR).items[0].payload

    def test_a_name_that_a_database_cut_at_63_characters_is_completed(self) -> None:
        cut = register({}).replace(CAPACITY_1, CAPACITY_1[:63])
        assert decode(cut, ECR).items[0].payload == decode(register({}), ECR).items[0].payload

    def test_the_unit_of_the_heading_counts(self) -> None:
        text = register({CAPACITY_1: "5000"}).replace(
            CAPACITY_1, CAPACITY_1.replace("(MW)", "(kW)")
        )
        decoded = decode(text, ECR)
        assert decoded.items[0].payload["attributes"]["export_capacity_kw"] == 5000
        assert any(note.startswith("unit: ") for note in decoded.notes)

    def test_a_missing_heading_is_named_with_what_it_may_be(self) -> None:
        decoded = decode(register({}).replace("Licence Area", "License Arae"), ECR)
        missing = next(reason for reason in decoded.reasons if reason.is_error)
        assert missing.rule.key == "TAB-02"
        assert "'Licence Area' is missing; is it 'License Arae'?" in missing.text
        assert not decoded.items

    def test_a_heading_that_stands_twice_refuses_the_file(self) -> None:
        decoded = decode(register({"POSTCODE": "x"}), ECR)
        assert [(reason.rule.key, reason.place) for reason in decoded.reasons] == [
            ("TAB-02", 'row 1, column "POSTCODE"')
        ]

    def test_an_unknown_heading_is_a_warning_and_its_column_is_left_out(self) -> None:
        decoded = decode(register({"Colour": "red"}), ECR)
        assert [(reason.rule.key, reason.severity.value) for reason in decoded.reasons] == [
            ("TAB-02", "warning")
        ]
        assert len(decoded.items) == 1

    def test_what_is_not_carried_is_said_with_its_reason(self) -> None:
        notes = decode(register({}), ECR).notes
        assert any(note.startswith("column not carried: Customer Name (personal") for note in notes)
        assert PLANT["Customer Name"] not in str(decode(register({}), ECR).items)


class TestEnvelope:
    def test_a_file_is_known_by_its_content_and_statement_date(self) -> None:
        decoded = decode(register({}), ECR)
        assert decoded.is_file
        assert decoded.message_id is not None
        assert decoded.message_id.startswith("sha256:")
        assert decoded.message_id.endswith(":2022-04-30")
        assert decoded.versions == {"profile": "ecr", "profile_version": "1.0"}

    def test_without_a_statement_date_it_is_refused(self) -> None:
        assert keys(decode(register({}), ECR, statement_date=None)) == ["MSG-13"]

    @pytest.mark.parametrize(
        "media_type", ["text/csv", "text/csv; profile=none", f"{ECR}; version=9.9"]
    )
    def test_a_profile_is_never_guessed(self, media_type: str) -> None:
        decoded = decode(register({}), media_type)
        assert keys(decoded) == ["MSG-01"]
        assert "ecr 1.0" in decoded.reasons[0].text

    def test_a_version_may_be_named(self) -> None:
        assert not decode(register({}), f"{ECR}; version=1.0").reasons
