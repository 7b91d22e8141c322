"""A workbook with answers: rows gain cells, everything else stays as it is."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from lxml import etree
from openpyxl.styles import Font

from adapters.outcomes.answers import COLUMNS
from adapters.outcomes.workbook_file import heading_rows, workbook_with_answers
from tests.unit.adapters.outcomes.test_csv_file import outcome, refused

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
NOTES = ('sheet "List", headings: row 2',)


def workbook(sheet: str) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r" Type="{_RELATIONS}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
            '<sheet name="Other" sheetId="2" r:id="o"/><sheet name="List" sheetId="1" r:id="s"/></sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="s" Type="{_RELATIONS}/worksheet" '
            f'Target="worksheets/a.xml"/><Relationship Id="o" Type="{_RELATIONS}/worksheet" '
            'Target="/xl/worksheets/b.xml"/></Relationships>',
        )
        book.writestr("xl/worksheets/a.xml", sheet)
        book.writestr("xl/worksheets/b.xml", f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>')
    made.seek(0)
    return made


def answered(sheet: str, outcomes: list[dict[str, Any]], **how: Any) -> dict[str, bytes]:
    """Name of a part -> its bytes."""
    pieces = workbook_with_answers(
        workbook(sheet), outcomes, heading_rows(NOTES), **({"to_end": True} | how)
    )
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as book:
        return {name: book.read(name) for name in book.namelist()}


def cells(parts: dict[str, bytes]) -> dict[str, str]:
    """Reference -> text, of the sheet that was read."""
    root = etree.fromstring(parts["xl/worksheets/a.xml"])
    return {cell.get("r"): "".join(cell.itertext()) for cell in root.iter("{*}c")}


SHEET = (
    f'<worksheet xmlns="{MAIN}"><dimension ref="A1:B9"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    '<row r="2" spans="1:2" ht="20"><c r="A2" s="4" t="inlineStr"><is><t>A</t></is></c>'
    '<c r="B2" s="7" t="inlineStr"><is><t>B</t></is></c></row>'
    '<row r="3"><c r="A3" s="1"><f>1+1</f><v>2</v></c></row><row r="5"/><row r="6"><c r="B6"><v>5.25</v></c></row>'
    "</sheetData><mergeCells/></worksheet>"
)


def test_answers_stand_in_new_columns_behind_all_that_are_used():
    told = [outcome('sheet "List", row 3', id="A-1", version=2), refused('sheet "List", row 6')]
    parts = answered(SHEET, told)
    found = cells(parts)
    assert [found[f"{column}2"] for column in "CDEFG"] == list(COLUMNS)
    assert (found["C3"], found["D3"], found["E3"]) == ("accepted", "A-1", "2")
    assert (found["C6"], found["G6"]) == ("rejected", "ITEM-03: no")
    assert (found["A3"], found["B6"], found["A1"]) == ("1+12", "5.25", "1")
    sheet = parts["xl/worksheets/a.xml"]
    assert b'<c r="C2" s="7"' in sheet  # headings look like those of the sender
    assert b'<c r="E3"><v>2</v></c>' in sheet  # a number is a number
    assert b"spans" not in sheet
    assert b"dimension" not in sheet
    assert b'ht="20"' in sheet


def test_sheets_that_were_not_read_are_passed_on_as_they_are():
    parts = answered(SHEET, [])
    assert (
        parts["xl/worksheets/b.xml"]
        == f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'.encode()
    )
    assert parts["xl/worksheets/a.xml"].endswith(b"</sheetData><mergeCells/></worksheet>")


def test_a_text_is_text_whatever_it_looks_like():
    told = refused('sheet "List", row 3', '<&> _x0041_ \x01 =cmd|" /C calc"!A0')
    parts = answered(SHEET, [told])
    assert cells(parts)["G3"] == 'ITEM-03: <&> _x005F_x0041_ ? =cmd|" /C calc"!A0'
    assert b'<c r="G3" t="inlineStr">' in parts["xl/worksheets/a.xml"]


def test_of_refused_rows_alone_headings_and_banner_are_kept():
    told = [outcome('sheet "List", row 3'), refused('sheet "List", row 6')]
    root = etree.fromstring(answered(SHEET, told, only_rejected=True)["xl/worksheets/a.xml"])
    assert [row.get("r") for row in root.iter("{*}row")] == ["1", "2", "6"]


@pytest.mark.parametrize("prefix", ["x:", ""])
def test_rows_are_found_under_any_prefix_and_without_numbers(prefix: str):
    p, space = prefix, f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    rows = "".join(f"<{p}row><{p}c><{p}v>{n}</{p}v></{p}c></{p}row>" for n in range(3_000))
    sheet = f'<{p}worksheet {space}="{MAIN}"><{p}sheetData>{rows}</{p}sheetData></{p}worksheet>'
    told = [outcome(f'sheet "List", row {n}', item=n) for n in range(3, 3_001)]
    found = cells(answered(sheet, told))
    assert found["B2"] == "FMAR status"
    assert all(found[f"B{n}"] == "accepted" for n in range(3, 3_001))


def test_another_reader_finds_the_sender_s_cells_and_formats_and_the_answers():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "List"
    sheet.append(["Banner"])
    sheet.append(["Name", "Connected", "kW"])
    for column in "ABC":
        sheet[f"{column}2"].font = Font(bold=True)
    sheet.append(["Straße <1>", datetime(2020, 5, 1, tzinfo=UTC).replace(tzinfo=None), 5.25])
    sheet.append(["=SUM(C3)", None, 7])
    book.create_sheet("Other").append(["stays"])
    made = io.BytesIO()
    book.save(made)
    told = [
        outcome('sheet "List", row 3', id="A-1", version=2),
        refused('sheet "List", row 4', "é"),
    ]
    answer = b"".join(
        workbook_with_answers(made, told, heading_rows(NOTES), to_end=True, only_rejected=False)
    )
    for is_read_only in (False, True):
        read = openpyxl.load_workbook(io.BytesIO(answer), read_only=is_read_only)
        rows = [[cell.value for cell in row] for row in read["List"].iter_rows()]
        assert rows[1] == ["Name", "Connected", "kW", *COLUMNS]
        assert rows[2][:6] == ["Straße <1>", datetime(2020, 5, 1), 5.25, "accepted", "A-1", 2]  # noqa: DTZ001
        assert rows[3][0] == "=SUM(C3)"
        assert rows[3][7] == "ITEM-03: é"
        assert read["Other"]["A1"].value == "stays"
    styled = openpyxl.load_workbook(io.BytesIO(answer))["List"]
    assert styled["D2"].font.bold
    assert styled["B3"].is_date
