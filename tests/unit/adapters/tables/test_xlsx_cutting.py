"""Workbooks cut into excerpts: sheet after sheet, read as at once."""

import io
import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cutting import CutLimits
from contracts.messages import Limits
from tests.unit.adapters.reading import PLANT
from tests.unit.adapters.tables.cutting import CutUp, cut_as_whole, cut_up
from tests.unit.adapters.tables.speaking import XLSX, adapter, envelope
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
ADAPTER = adapter(XLSX)


def as_whole(body: bytes, media_type: str = BATTERY, *, rows: int = 500) -> CutUp:
    return cut_as_whole(ADAPTER, envelope(media_type, body), rows=rows)


def cut(body: bytes, **options: object) -> CutUp:
    return cut_up(ADAPTER, envelope(BATTERY, body), **options)  # type: ignore[arg-type] - handed on


CELLS = st.sampled_from(
    [
        "", "ACME", "7,4", "1,234", "03/04/2026", "x" * 4_001, "<c><v>7.4000000000000004</v></c>", "<c><v>43586</v></c>",
        '<c s="1"><v>43586</v></c>', '<c t="s"><v>0</v></c>', '<c t="b"><v>1</v></c>', "<c><f>A1</f><v>5</v></c>",
        '<c t="e"><v>#REF!</v></c>', "<c><v>1E-3</v></c>", "5 MW", "yes",
    ]
)  # fmt: skip
MERGED = st.sampled_from(
    ["", '<mergeCells><mergeCell ref="A2:C4"/><mergeCell ref="B3:B9"/></mergeCells>']
)


@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=7), min_size=1, max_size=9),
    merged=MERGED,
    size=st.integers(1, 4),
)
@settings(max_examples=120, deadline=None)
def test_any_workbook_is_read_as_at_once(rows: list[list[str]], merged: str, size: int) -> None:
    body = workbook(*(row(*cells) for cells in rows), after=merged)
    whole = ADAPTER.decode(envelope(BATTERY, body), Limits())
    if any(reason.is_error for reason in whole.reasons):
        found = cut(body, rows=size)
        assert (found.reasons, found.excerpts) == (whole.reasons, ())
    else:
        as_whole(body, rows=size)


@pytest.mark.parametrize("rows", [1, 2, 500])
def test_sheets_follow_each_other_each_with_its_own_headings(rows: int) -> None:
    body = by_openpyxl(
        {
            "Read me": [["A register of batteries"]],
            "Part 1": [["Batteries"], [], HEADINGS, ROW, [], ROW, ROW],
            "Empty": [HEADINGS],
            "Part 2": [HEADINGS[::-1], ROW[::-1], [*ROW[::-1][:-1], "delete"]],
        }
    )
    found = as_whole(body, rows=rows)
    assert [item.place for item in found.items] == [
        'sheet "Part 1", row 4',
        'sheet "Part 1", row 6',
        'sheet "Part 1", row 7',
        'sheet "Part 2", row 2',
        'sheet "Part 2", row 3',
    ]
    assert [item.number for item in found.items] == [1, 2, 3, 4, 5]
    assert [reason.rule.key for reason in found.items[4].reasons] == ["MSG-10"]


def test_numbers_and_days_of_cells_stay_what_they_are() -> None:
    cells = ["register", "connected", 4999.5, "007", date(2019, 5, 1), True]
    found = as_whole(by_openpyxl({"Sheet": [HEADINGS, cells, cells]}), rows=1)
    for item in found.items:
        attributes = item.payload["attributes"]
        assert (attributes["export_capacity_kw"], attributes["make"]) == (4999.5, "007")
        assert attributes["connected_on"] == "2019-05-01"


def test_a_layout_that_compares_rows_is_one_excerpt() -> None:
    sheet = by_openpyxl({"Register": [list(PLANT), list(PLANT.values()), list(PLANT.values())]})
    media_type = f"{XLSX}; profile=ecr"
    found = as_whole(sheet, media_type, rows=1)
    assert [excerpt.rows for excerpt in found.excerpts] == [2]
    assert {reason.rule.key for item in found.items for reason in item.reasons} == {"ECR-04"}
    refused = cut_up(ADAPTER, envelope(media_type, sheet), whole=Limits(items=1))
    assert (refused.keys, refused.excerpts) == (["MSG-03"], ())


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"no workbook", "MSG-02"),
        (b"PK\x03\x04", "MSG-02"),
        (workbook(), "MSG-11"),
        (zipped(parts_of(sheet_xml(row("Town", "Street"), row("A", "B")))), "MSG-11"),
    ],
)
def test_a_file_that_cannot_be_used_has_its_reason_and_no_excerpts(body: bytes, key: str) -> None:
    found = cut(body)
    assert (found.keys, found.excerpts) == ([key], ())


def test_a_file_without_statement_date_is_refused() -> None:
    message = replace(envelope(BATTERY, workbook(row(*ROW))), statement_date=None)
    assert cut_up(ADAPTER, message).keys == ["MSG-13"]


def test_rows_before_a_damage_stand() -> None:
    sheet = sheet_xml(row(*HEADINGS), *[row(*ROW)] * 12_000)
    found = cut(zipped(parts_of(sheet.replace("</sheetData>", "</x>"))))
    assert found.keys == ["MSG-02"]
    assert 11_000 < len(found.items) <= 12_000


def test_more_rows_than_a_workbook_may_have() -> None:
    body = workbook(*[row(*ROW)] * 12)
    assert cut(body, workbook_rows=12).keys == []
    found = cut(body, workbook_rows=11, rows=5)
    assert [excerpt.rows for excerpt in found.excerpts] == [5, 5, 1]
    assert [(r.rule.key, r.place) for r in found.reasons] == [("MSG-03", 'sheet "Part 1", row 13')]


def test_a_long_text_that_many_cells_share_is_not_written_out_for_each() -> None:
    parts = parts_of(
        sheet_xml(row(*HEADINGS), *[row("register", *['<c t="s"><v>2</v></c>'] * 5)] * 400)
    )
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(
        "</sst>", f"<si><t>{'ab ' * 50_000}</t></si></sst>"
    )
    found = as_whole(zipped(parts))
    assert sum(len(excerpt.body) for excerpt in found.excerpts) < 1_000_000
    assert {reason.rule.key for reason in found.items[0].reasons} == {"MSG-03"}


def test_an_excerpt_is_bounded_in_characters_too() -> None:
    chance = random.Random(0)
    texts = (chance.randbytes(2_000).hex() for _ in range(2_500))
    body = workbook(*(row("register", *(next(texts) for _ in range(5))) for _ in range(500)))
    sizes = [len(excerpt.body) for excerpt in cut(body).excerpts]
    assert len(sizes) == 3
    assert max(sizes) < 4_300_000


def test_a_workbook_needs_all_of_its_bytes() -> None:
    assert ADAPTER.needs_whole(envelope(BATTERY, b""))
    head = ADAPTER.cut(io.BytesIO(b""), envelope(BATTERY, b""), CutLimits()).head
    assert head.reasons[0].rule.key == "MSG-02"
