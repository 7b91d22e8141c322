"""The capacity register as XLSX: banner rows, two sheets, numbers and dates as such or as text: the same items."""

import csv
import io
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

import pytest

from contracts.messages import Decoded
from tests.unit.adapters.reading import decode, real_data
from tests.unit.adapters.tables.speaking import XLSX
from tests.unit.adapters.tables.workbooks import by_openpyxl

SHEETS = ("Register Part 1 - >=1MW", "Part 2")


@lru_cache(maxsize=1)
def published() -> tuple[bytes, Decoded]:
    body = real_data("ecr/ukpn_ecr_2022-04.csv").read_bytes()
    return body, decode(body, "text/csv; profile=ecr")


def typed(cell: str, heading: str) -> Any:
    """A cell as a spreadsheet holds it once it has opened the file: numbers and days as such."""
    if not cell:
        return None
    if "MPAN" in heading:
        return cell  # a number of thirteen digits may be either
    try:
        return date.fromisoformat(cell)
    except ValueError:
        pass
    try:
        return float(cell) if cell.replace(".", "", 1).isdecimal() else cell
    except ValueError:
        return cell


@pytest.mark.parametrize("as_text", [True, False])
def test_the_register_as_a_workbook_gives_the_same_items(as_text: bool) -> None:
    body, ours = published()
    headings, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    cells = [
        row
        if as_text
        else [typed(cell, heading) for cell, heading in zip(row, headings, strict=True)]
        for row in rows
    ]
    banner = [["Embedded Capacity Register"], ["as published"], []]
    workbook = by_openpyxl(
        {
            SHEETS[0]: [*banner, headings, *cells[:600]],
            "Notes": [["Column", "Meaning"], ["MPAN", "a meter point"]],
            SHEETS[1]: [headings, *cells[600:]],
        }
    )
    theirs = decode(workbook, f"{XLSX}; profile=ecr")
    assert not theirs.reasons
    assert {item.place.split('"')[1] for item in theirs.items} == set(SHEETS)
    for one, other in zip(ours.items, theirs.items, strict=True):
        assert other.payload == one.payload, (one.place, other.place)
        assert [replace(r, place="", text="") for r in other.reasons] == [
            replace(r, place="", text="") for r in one.reasons
        ]
    assert any(note.startswith('sheet "Notes": not read') for note in theirs.notes)


def test_a_place_names_sheet_row_and_slot() -> None:
    body, _ = published()
    headings, first, *_ = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    decoded = decode(by_openpyxl({"Part 1": [["x"], headings, first]}), f"{XLSX}; profile=ecr")
    assert decoded.items[0].place == 'sheet "Part 1", row 3, slot 1'
