"""XLSX as people and programs make it: banners, several sheets, numbers as text, dates, and what is refused."""

import io
from datetime import date, datetime

import openpyxl
import pytest

from contracts.documents import Entry
from contracts.messages import Decoded, Item
from tests.unit.adapters.tables.speaking import XLSX, document, read, written
from tests.unit.adapters.tables.workbooks import (
    HEADINGS,
    ROW,
    by_openpyxl,
    parts_of,
    row,
    sheet_xml,
    workbook,
    zipped,
)

BATTERY = f"{XLSX}; profile=battery_storage"


def one(decoded: Decoded) -> Item:
    assert not decoded.reasons, decoded.reasons
    (item,) = decoded.items
    return item


def attributes(body: bytes) -> dict[str, object]:
    item = one(read(BATTERY, body))
    assert not item.reasons, item.reasons
    return dict(item.payload["attributes"])


@pytest.mark.parametrize(
    ("index", "cell", "name", "value"),
    [
        (2, "<c><v>7.4</v></c>", "export_capacity_kw", 7.4),
        (2, "<c><v>7.4000000000000004</v></c>", "export_capacity_kw", 7.4),
        (2, "<c><v>0.30000000000000004</v></c>", "export_capacity_kw", 0.3),
        (2, "<c><v>1.5E3</v></c>", "export_capacity_kw", 1500),
        (2, "<c><v>1E-3</v></c>", "export_capacity_kw", 0.001),
        (2, '<c s="3"><v>5</v></c>', "export_capacity_kw", 5),
        (2, '<c t="str"><v>1,234.5</v></c>', "export_capacity_kw", 1234.5),
        (2, "5 MW", "export_capacity_kw", 5000),
        (3, '<c t="s"><v>0</v></c>', "make", "ACME"),
        (3, '<c t="s"><v>1</v></c>', "make", "ACME"),
        (3, "<c><v>007</v></c>", "make", "007"),
        (3, "<c><v>1200012345679</v></c>", "make", "1200012345679"),
        (3, '<c t="inlineStr"><is><r><t>A</t></r><r><t xml:space="preserve"> B</t></r></is></c>', "make", "A B"),
        (3, "=1+1", "make", "=1+1"),
        (3, "a_x0062_c", "make", "abc"),
        (4, '<c s="1"><v>43586</v></c>', "connected_on", "2019-05-01"),
        (4, '<c s="2"><v>43586.5</v></c>', "connected_on", "2019-05-01"),
        (4, "<c><v>43586</v></c>", "connected_on", "2019-05-01"),
        (4, "01/05/2019", "connected_on", "2019-05-01"),
        (4, '<c t="d"><v>2019-05-01</v></c>', "connected_on", "2019-05-01"),
        (5, '<c t="b"><v>1</v></c>', "flexible_connection", True),
        (5, '<c t="b"><v>0</v></c>', "flexible_connection", False),
        (5, "<c><v>1</v></c>", "flexible_connection", True),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_a_person_sees_it(
    index: int, cell: str, name: str, value: object
) -> None:
    cells = [*ROW[:index], cell, *ROW[index + 1 :]]
    assert attributes(workbook(row(*cells)))[name] == value


def test_days_may_be_counted_from_1904() -> None:
    cells = [*ROW[:4], '<c s="1"><v>42124</v></c>', ROW[5]]
    assert (
        attributes(workbook(row(*cells), date1904='date1904="1"'))["connected_on"] == "2019-05-01"
    )


@pytest.mark.parametrize(
    ("cells", "rule", "place"),
    [
        ((*ROW[:2], "<c><f>B2*1000</f><v>5</v></c>"), "XLSX-01", 'column "Export capacity (kW)"'),
        ((*ROW[:3], '<c t="str"><f>A1</f><v>x</v></c>'), "XLSX-01", 'column "Make"'),
        ((*ROW[:2], '<c><f t="shared" si="0"/><v>5</v></c>'), "XLSX-01", 'column "Export capacity (kW)"'),
        ((*ROW[:2], "<c><f>1/0</f></c>"), "XLSX-01", 'column "Export capacity (kW)"'),
        ((*ROW[:2], '<c t="e"><v>#REF!</v></c>'), "XLSX-02", 'column "Export capacity (kW)"'),
        ((*ROW[:3], '<c t="e"><f>A0</f><v>#N/A</v></c>'), "XLSX-02", 'column "Make"'),
        ((*ROW[:2], "5 GW"), "TAB-03", 'column "Export capacity (kW)"'),
        (("delete", *ROW[1:]), "MSG-10", 'column "Command"'),
        ((*ROW, "surplus"), "TAB-01", "column G"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_cell_is_said_at_its_place(
    cells: tuple[str, ...], rule: str, place: str
) -> None:
    decoded = read(BATTERY, workbook(row(*cells), row(*ROW, number=17)))
    assert not decoded.reasons
    first, second = decoded.items
    assert [(reason.rule.key, reason.place) for reason in first.reasons] == [
        (rule, f'sheet "Part 1", row 2, {place}')
    ]
    assert (second.place, second.reasons) == ('sheet "Part 1", row 17', ())


def test_merged_cells_are_reasons_where_they_leave_a_cell_without_a_value() -> None:
    rows = [row(*ROW), row(*ROW[:3], "", *ROW[4:]), row("register", "", *ROW[2:])]
    merged = '<mergeCells><mergeCell ref="D2:D3"/><mergeCell ref="A4:B4"/><mergeCell ref="A1:F1"/></mergeCells>'
    decoded = read(BATTERY, workbook(*rows, after=merged))
    places = [
        [(reason.rule.key, reason.place) for reason in item.reasons] for item in decoded.items
    ]
    assert places == [
        [],
        [("XLSX-03", 'sheet "Part 1", row 3, column "Make"')],
        [("XLSX-03", 'sheet "Part 1", row 4, column "Connection status"')],
    ]


class TestSheets:
    def test_banners_stand_above_the_headings_and_every_sheet_that_matches_is_read(self) -> None:
        body = by_openpyxl(
            {
                "Read me": [["A register of batteries"], ["Version", 3]],
                "Part 1 - >=1MW": [["Batteries"], [], HEADINGS, ROW, [], ROW],
                "Part 2": [HEADINGS[::-1], ROW[::-1]],
            }
        )
        decoded = read(BATTERY, body)
        assert [item.place for item in decoded.items] == [
            'sheet "Part 1 - >=1MW", row 4',
            'sheet "Part 1 - >=1MW", row 6',
            'sheet "Part 2", row 2',
        ]
        assert len({str(sorted(item.payload["attributes"].items())) for item in decoded.items}) == 1
        assert (
            'sheet "Read me": not read, it has no headings of battery_storage 1.0' in decoded.notes
        )
        assert 'sheet "Part 1 - >=1MW", headings: row 3' in decoded.notes
        assert 'sheet "Part 1 - >=1MW", blank rows: 1' in decoded.notes

    def test_a_hidden_sheet_is_not_read_and_that_is_said(self) -> None:
        decoded = read(BATTERY, workbook(row(*ROW), state='state="hidden"'))
        assert [reason.rule.key for reason in decoded.reasons] == ["MSG-11"]
        assert 'sheet "Part 1": not read, it is hidden' in decoded.notes

    def test_a_sheet_may_name_its_template_itself(self) -> None:
        named = sheet_xml(
            row("Template", "battery_storage", "<c><v>1</v></c>"), row(*HEADINGS), row(*ROW)
        )
        item = one(read(XLSX, zipped(parts_of(named))))
        assert (item.payload["category"], item.payload["category_version"]) == (
            "battery_storage",
            "1.0",
        )

    def test_without_any_name_nothing_is_guessed(self) -> None:
        decoded = read(XLSX, workbook(row(*ROW)))
        assert [reason.rule.key for reason in decoded.reasons] == ["MSG-01"]

    def test_a_name_that_is_not_that_of_the_media_type_refuses_the_file(self) -> None:
        named = sheet_xml(row("Template", "solar_pv", "1.0"), row(*HEADINGS), row(*ROW))
        decoded = read(BATTERY, zipped(parts_of(named)))
        assert [reason.rule.key for reason in decoded.reasons] == ["MSG-01"]
        assert "solar_pv" in decoded.reasons[0].text

    def test_sheets_of_several_templates_are_one_file(self) -> None:
        entries = [
            Entry(
                "asset.register",
                {"category": name, "attributes": {"connection_status": "connected"}},
            )
            for name in ("hydro", "solar_pv")
        ]
        decoded = read(*written(XLSX, *entries))
        assert [item.payload["category"] for item in decoded.items] == ["hydro", "solar_pv"]
        assert decoded.versions == {"profile": "hydro, solar_pv", "profile_version": "1.0, 1.0"}

    def test_a_formula_as_a_heading_refuses_the_file(self) -> None:
        sheet = sheet_xml(row(*HEADINGS[:5], "<c><f>A1</f><v>Town</v></c>"), row(*ROW))
        decoded = read(BATTERY, zipped(parts_of(sheet)))
        assert [(reason.rule.key, reason.place) for reason in decoded.reasons] == [
            ("XLSX-01", 'sheet "Part 1", row 1, column F')
        ]


def test_a_workbook_of_another_program_is_read() -> None:
    cells = ["register", "connected", 4999.5, "ACME", date(2019, 5, 1), True]
    noon = datetime(2019, 5, 1, 12, 30)  # noqa: DTZ001 - a workbook knows no zones
    later = [*cells[:4], noon, False]
    decoded = read(BATTERY, by_openpyxl({"Sheet": [HEADINGS, cells, later]}))
    first, second = (item.payload["attributes"] for item in decoded.items)
    assert first["connected_on"] == second["connected_on"] == "2019-05-01"
    assert (first["export_capacity_kw"], first["flexible_connection"]) == (4999.5, True)


def test_another_program_reads_what_is_written_and_finds_no_formula() -> None:
    entry = Entry(
        "asset.register",
        {
            "category": "hydro",
            "attributes": {"make": "=1+1", "head_m": 7.4, "flexible_connection": True},
        },
    )
    book = openpyxl.load_workbook(io.BytesIO(written(XLSX, entry)[1]))
    template, headings, values = book["hydro"].iter_rows(values_only=True)
    assert template[:2] == ("Template", "hydro")
    cells = dict(zip(headings, book["hydro"][3], strict=False))
    assert (cells["Make"].value, cells["Make"].data_type) == ("=1+1", "s")
    assert (cells["Head (m)"].value, cells["Flexible connection"].value) == (7.4, True)
    assert "=1+1" in values


def test_a_text_that_no_cell_holds_is_not_cut() -> None:
    entry = Entry(
        "asset.record", {"kind": "asset", "category": "hydro", "evidence": ["x" * 40_000]}
    )
    with pytest.raises(ValueError, match="a cell holds 32767 characters"):
        written(XLSX, entry)
    assert document(entry).entries == (entry,)
