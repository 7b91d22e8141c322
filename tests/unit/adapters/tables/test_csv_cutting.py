"""CSV files cut into excerpts: read as the whole file is, item by item, however long and however it arrives."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.csv_tables import CsvTables
from adapters.tables.profile import profile_from_document
from contracts.messages import Limits
from tests.unit.adapters.reading import PROFILES, csv_text, ecr, real_data, register
from tests.unit.adapters.tables.cutting import CutUp, cut_as_whole, cut_up, same_items
from tests.unit.adapters.tables.speaking import adapter, envelope
from tests.unit.adapters.tables.test_any_table import CELLS, HEADINGS

HYDRO = "text/csv; profile=hydro"
CSV = adapter("text/csv")
CHOSEN = ("Command", "Reference 1", "Make", "Head (m)", "Export capacity (kW)", "Date connected")


def cut(body: bytes | str, media_type: str = HYDRO, **options: object) -> CutUp:
    return cut_up(CSV, envelope(media_type, body), **options)  # type: ignore[arg-type] - handed on


def hydro(*rows: tuple[str, ...], separator: str = ",") -> str:
    return csv_text([CHOSEN, *rows], separator)


def plant(
    reference: str = "W-1", head: str = "7.4", capacity: str = "100", connected: str = "2019-05-01"
) -> tuple[str, ...]:
    return ("register", reference, "ACME", head, capacity, connected)


def as_whole(body: bytes | str, media_type: str = HYDRO, *, rows: int = 500) -> CutUp:
    return cut_as_whole(CSV, envelope(media_type, body), rows=rows)


LINE_ENDS = ("\r\n", "\n", "\r")
SIZES = st.lists(st.integers(1, 60), min_size=1, max_size=4)


@given(data=st.data(), sizes=SIZES, rows=st.integers(1, 7))
@settings(max_examples=250, deadline=None)
def test_any_file_is_read_as_at_once(data: st.DataObject, sizes: list[int], rows: int) -> None:
    headings = data.draw(
        st.lists(st.sampled_from(HEADINGS["ev_charge_point"]), min_size=1, max_size=6, unique=True)
    )
    headings += data.draw(st.sampled_from([[], [""], ["Colour"], ["", ""]]))
    cells = st.lists(CELLS, min_size=max(1, len(headings) - 1), max_size=len(headings) + 1)
    written = csv_text([headings, *data.draw(st.lists(cells, min_size=1, max_size=12))])
    at = data.draw(st.integers(0, len(written)))
    mess = data.draw(st.sampled_from(["", "", "", '"', "\n\n", "\r", '"x"y,', "é"]))
    text = (written[:at] + mess + written[at:]).replace(
        "\r\n", data.draw(st.sampled_from(LINE_ENDS))
    )
    body = text.encode(
        data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])), "replace"
    )
    media_type = "text/csv; profile=ev_charge_point"
    whole = CSV.decode(envelope(media_type, body), Limits())
    found = cut(body, media_type, rows=rows, sizes=sizes)
    errors = [reason for reason in whole.reasons if reason.is_error]
    if errors:
        assert {reason.rule for reason in errors} & {reason.rule for reason in found.reasons}
        return
    same_items(found.items, whole.items)
    assert found.reasons == whole.reasons
    assert found.head.notes == whole.notes
    assert found.head.versions == whole.versions


@pytest.mark.parametrize("rows", [1, 2, 3, 500])
def test_numbers_and_places_go_on_from_excerpt_to_excerpt(rows: int) -> None:
    lines = hydro(plant(), plant(head="wrong"), plant("W-3")).splitlines(keepends=True)
    body = "".join(
        [*lines[:2], "\r\n", *lines[2:3], 'register,"a"b,c\r\n', "register,W-9\r\n", *lines[3:]]
    )
    found = as_whole(body, rows=rows)
    assert [(item.number, item.place) for item in found.items] == [
        (1, "row 2"),
        (2, "row 4"),
        (3, "row 5"),
        (4, "row 6"),
        (5, "row 7"),
    ]
    assert [[r.rule.key for r in item.reasons] for item in found.items] == [
        [],
        [],
        ["TAB-03"],
        ["TAB-01"],
        [],
    ]
    assert [excerpt.rows for excerpt in found.excerpts] == [
        min(rows, 5 - n) for n in range(0, 5, rows)
    ]


def test_a_file_is_cut_the_same_however_it_arrives() -> None:
    body = hydro(*(plant(f"W-{n}") for n in range(4_000))).encode()
    at_once = cut(body)
    assert cut(body, sizes=(70_001, 13, 4_096)) == at_once
    assert len(at_once.excerpts) == 8


def test_a_template_may_be_named_by_the_file_and_its_version_is_stated() -> None:
    found = as_whole("Template,hydro,1.0\r\n" + hydro(plant()), "text/csv")
    assert found.items[0].payload["category_version"] == "1.0"
    assert found.head.versions == {"profile": "hydro", "profile_version": "1.0"}


@pytest.mark.parametrize(
    ("body", "media_type", "key"),
    [
        (b"", HYDRO, "MSG-11"),
        (hydro(), HYDRO, "MSG-11"),
        (hydro(plant()), "text/csv", "MSG-01"),
        (hydro(plant()), "text/csv; profile=nothing", "MSG-01"),
        (hydro(plant()), f"{HYDRO}; charset=rot13", "MSG-02"),
        ("Make,Make\r\nA,B\r\n", HYDRO, "TAB-02"),
        ("\0", HYDRO, "MSG-02"),
        ('"', HYDRO, "MSG-02"),
    ],
)
def test_a_file_that_cannot_be_used_has_its_reason_and_no_excerpts(
    body: bytes | str, media_type: str, key: str
) -> None:
    found = cut(body, media_type)
    assert [reason.rule.key for reason in found.head.reasons if reason.is_error] == [key]
    assert not found.excerpts


def test_a_file_without_statement_date_is_refused() -> None:
    found = cut_up(CSV, replace(envelope(HYDRO, hydro(plant())), statement_date=None))
    assert (found.keys, found.excerpts) == (["MSG-13"], ())


class TestWhatShowsFurtherDown:
    """Rows before it stand."""

    def test_a_quote_that_is_never_closed(self) -> None:
        found = cut(hydro(plant(), plant()) + 'register,"W-9,ACME\r\nregister,W-10\r\n')
        assert (len(found.items), found.keys) == (2, ["MSG-02"])
        assert found.reasons[0].place == "row 4"

    def test_a_cell_without_end(self) -> None:
        found = cut(hydro(plant()) + f'register,"{"x" * 200_000}')
        assert (len(found.items), found.keys) == (1, ["MSG-03"])

    def test_a_byte_that_is_not_of_the_encoding(self) -> None:
        body = hydro(plant(), plant("Köln")).encode() + b"register,\xff,,,,\r\n"
        found = cut(body, f"{HYDRO}; charset=utf-8")
        assert (len(found.items), found.keys) == (2, ["MSG-02"])
        assert found.reasons[0].place == "line 4"

    def test_a_nul(self) -> None:
        found = cut(hydro(plant(), plant()) + "register,\0,,,,\r\n" + hydro(plant()))
        assert (len(found.items), found.reasons[0].place) == (2, "line 4")

    def test_a_row_without_end(self) -> None:
        found = cut(hydro(plant()) + "a,\r" * 900_000, whole=Limits(body_bytes=1_000_000))
        assert found.keys == []
        found = cut(hydro(plant()) + '"a\n",' * 900_000, whole=Limits(body_bytes=1_000_000))
        assert (len(found.items), found.keys) == (1, ["MSG-03"])
        assert "a row has more than 1000000 characters" in found.reasons[0].text

    def test_more_rows_than_a_file_may_have(self) -> None:
        found = cut(hydro(*(plant(f"W-{n}") for n in range(12))), rows=5, file_rows=11)
        assert [excerpt.rows for excerpt in found.excerpts] == [5, 5, 1]
        assert [(r.rule.key, r.place) for r in found.reasons] == [("MSG-03", "row 13")]
        assert cut(hydro(*(plant(f"W-{n}") for n in range(11))), rows=5, file_rows=11).keys == []

    def test_other_letters_than_ascii_after_a_long_beginning_without(self) -> None:
        ascii_rows = [plant(f"W-{n}") for n in range(9_000)]
        body = hydro(*ascii_rows, plant("Köln")).encode("cp1252")
        found = cut(body)
        assert found.items[-1].payload["refs"][0]["ref"] == "Köln"
        assert [(r.rule.key, r.is_error) for r in found.reasons] == [("MSG-02", False)]
        assert cut(hydro(*ascii_rows, plant("Köln")).encode()).keys == []


class TestHowNumbersAndDatesAreWritten:
    """Pinned by the first 5,000 rows."""

    USUAL = tuple(plant(f"W-{n}", "7.4", "1000", "25/12/2019") for n in range(5_000))

    @pytest.mark.parametrize(
        ("row", "column"),
        [
            (plant(head="7,4"), "Head (m)"),
            (plant(connected="12/25/2019"), "Date connected"),
        ],
    )
    def test_what_contradicts_is_refused_at_its_place(
        self, row: tuple[str, ...], column: str
    ) -> None:
        found = cut(hydro(*self.USUAL, row, plant()))
        assert [(r.rule.key, r.place) for r in found.items[5_000].reasons] == [
            ("TAB-03", f'row 5002, column "{column}"')
        ]
        assert not found.items[5_001].reasons
        assert "first 5000 rows" in " ".join(found.head.notes)

    def test_what_the_rows_leave_open_is_said(self) -> None:
        rows = [plant(f"W-{n}", "7", "1000") for n in range(5_000)]
        found = cut(hydro(*rows, plant(capacity="1,234")))
        assert found.items[5_000].payload["attributes"]["export_capacity_kw"] == 1234
        assert any(
            note.startswith("numbers: not shown by these rows, read with a decimal point")
            and note.endswith("Head (m), Export capacity (kW)")
            for note in found.head.notes
        ), found.head.notes

    def test_a_file_that_ends_there_is_read_as_at_once(self) -> None:
        rows = (
            *self.USUAL[:4_997],
            plant(head="7,4"),
            plant(connected="12/25/2019"),
            plant(head="1,234"),
        )
        found = as_whole(hydro(*rows))
        assert not any("first 5000 rows" in note for note in found.head.notes)

    def test_a_decimal_comma_is_pinned_too(self) -> None:
        rows = [plant(f"W-{n}", "7,4", "1.234,5", "12/25/2019") for n in range(5_001)]
        found = cut(hydro(*rows, plant(head="1.234", connected="03/04/2019"), separator=";"))
        assert not found.keys
        attributes = found.items[-1].payload["attributes"]
        assert (attributes["head_m"], attributes["connected_on"]) == (1234, "2019-03-04")


class TestLayoutsThatCompareRows:
    def test_the_register_of_a_network_company_is_one_excerpt(self) -> None:
        adapter = CsvTables([ecr()])
        body = register({}, {}, {})
        message = envelope("text/csv; profile=ecr", body)
        found = cut_up(adapter, message, rows=1)
        same_items(found.items, adapter.decode(message, Limits()).items)
        assert len(found.excerpts) == 1
        assert {reason.rule.key for item in found.items for reason in item.reasons} == {"ECR-04"}

    def test_a_real_register(self) -> None:
        adapter = CsvTables([ecr()])
        body = real_data("ecr/ukpn_ecr_2022-04.csv").read_bytes()
        message = envelope("text/csv; profile=ecr", body)
        same_items(cut_up(adapter, message).items, adapter.decode(message, Limits()).items)

    def test_without_the_comparison_a_row_with_several_slots_is_cut_as_others_are(self) -> None:
        document = json.loads((PROFILES / "ecr" / "1.0.json").read_bytes())
        document["steps"] = [step for step in document["steps"] if step["do"] != "unique"]
        adapter = CsvTables([profile_from_document(document)])
        body = real_data("ecr/ukpn_ecr_2022-04.csv").read_bytes()
        message = envelope("text/csv; profile=ecr", body)
        found = cut_up(adapter, message, rows=100)
        assert len(found.excerpts) > 5
        assert sum(excerpt.rows for excerpt in found.excerpts) == len(found.items)
        same_items(found.items, adapter.decode(message, Limits()).items)

    def test_market_units_are_one_excerpt(self) -> None:
        rows = [("Market unit name", "Member asset reference"), ("East", "A"), ("", "B")]
        found = cut(csv_text(rows), "text/csv; profile=market_unit", rows=1)
        assert [item.place for item in found.items] == ["rows 2 to 3"]

    @pytest.mark.parametrize("whole", [Limits(body_bytes=40), Limits(items=1)])
    def test_a_file_beyond_the_limits_is_refused_and_told_what_to_do(self, whole: Limits) -> None:
        rows = [("Market unit name", "Member asset reference"), ("East", "A"), ("West", "B")]
        found = cut(csv_text(rows), "text/csv; profile=market_unit", whole=whole)
        assert (found.keys, found.excerpts) == (["MSG-03"], ())
        assert "rows that follow each other may be one item" in found.reasons[0].text
        assert "send it in several files" in found.reasons[0].text


def test_a_profile_is_that_of_the_cut_also_when_a_newer_one_comes() -> None:
    document = json.loads((PROFILES / "ecr" / "1.0.json").read_bytes())
    document["steps"] = [step for step in document["steps"] if step["do"] != "unique"]
    newer = document | {"version": "1.1", "constants": {}}
    message = envelope("text/csv; profile=ecr", register({}))
    (excerpt,) = cut_up(CsvTables([profile_from_document(document)]), message).excerpts
    both = CsvTables([profile_from_document(document), profile_from_document(newer)])
    again = replace(message, body=excerpt.body, excerpt=excerpt.said)
    assert both.decode(again, Limits()).versions["profile_version"] == "1.0"
