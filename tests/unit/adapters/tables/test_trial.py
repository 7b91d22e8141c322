"""A profile tried on a file: each column accounted for, unknown words counted, nothing personal shown."""

import csv
import io
from datetime import date
from typing import Any

import openpyxl
import pyarrow as pa
from pyarrow import parquet

from adapters.tables.drafting.proposal import Asked, propose
from adapters.tables.writing_parquet import PARQUET
from adapters.xlsx_tables import XLSX
from contracts.reasons import Reason
from router.mapping_trials import CSV, File, Report, try_on
from tests.support.mapping import batteries
from tests.support.registry import mpan
from tests.unit.adapters.tables.drafting.drafting import CATEGORIES, SHIPPED, columns

STATED = date(2026, 10, 31)
FILE = f"""Import MPAN,Site ref,Battery maker,S/N,Rated power (MW),Status,Contact name,Colour,
{mpan(1)},A,ACME,1,0.05,live,A. Person,red,
{mpan(2)},B,ACME,2,a lot,Live,B. Person,red,
{mpan(3)},C,n/a,3,0.1,retired,C. Person,red,x
{mpan(4)[:-1]},D,,4,0.1,retired,D. Person,red,
"""


def tried(document: dict[str, Any], body: str = FILE) -> Report:
    return try_on(document, File("list.csv", body.encode(), media_type=CSV, stated_on=STATED))


def test_each_column_is_mapped_dropped_or_unknown() -> None:
    said = tried(batteries()).as_json()
    became = {each["heading"]: each["became"] for each in said["columns"]}
    assert became == {
        **dict.fromkeys(
            ("Import MPAN", "Site ref", "Battery maker", "S/N", "Rated power (MW)", "Status"),
            "mapped",
        ),
        "Contact name": "dropped",
        "Colour": "unknown",
        "": "no_heading",
    }
    assert said["defaulted"]["/category"] == "battery_storage"
    assert said["defaulted"]["/source/revision"] == "2026-10-31"
    assert said["absent"] == []


def test_cells_are_counted_and_words_that_are_not_known_shown() -> None:
    columns = {each["heading"]: each for each in tried(batteries()).as_json()["columns"]}
    status, maker, power = columns["Status"], columns["Battery maker"], columns["Rated power (MW)"]
    assert status["unknown_values"] == {"retired": 2}
    assert (status["stated"], status["unreadable"]) == (2, 2)
    assert (maker["stated"], maker["blank"]) == (2, 2)
    assert maker["read_as_nothing"] == {"n/a": 1}
    assert power["unknown_values"] == {"a lot": 1}
    assert power["unit"] == "MW"


def test_items_are_accepted_or_refused_by_the_hubs_own_rules() -> None:
    report = tried(batteries())
    said = report.as_json()
    assert (said["items"], said["accepted"], said["refused"]) == (4, 1, 3)
    assert said["by_rule"].keys() >= {"TAB-03", "TAB-04", "ASSET-01"}
    assert said["first_refusals"][0]["place"] == "row 3"


def test_nothing_personal_stands_in_a_report() -> None:
    document = batteries()
    document["columns"].append(
        {"name": "contact", "kind": "decimal", "to": "/attributes/latitude", "headings": ["Colour"]}
    )
    report = tried(document, FILE.replace(",red,", ",51.5 of A. Person,"))
    text = str(report.as_json())
    assert "Person" not in text
    assert mpan(4)[:-1] not in text
    places = {r["place"] for each in report.as_json()["first_refusals"] for r in each["reasons"]}
    assert 'row 2, column "Colour"' in places


def test_what_is_wrong_with_profile_or_file_is_named_before_anything_else() -> None:
    document = batteries()
    document["columns"][0]["kind"] = "colour"
    assert [reason.rule.key for reason in tried(document).problems] == ["MAP-01"]
    other_layout = tried(batteries(), "a,b\n1,2\n").problems
    assert {reason.rule.key for reason in other_layout} == {"TAB-02"}
    assert sum(reason.is_error for reason in other_layout) == 3
    assert tried(batteries(), "a").as_json()["usable"] is False


def test_workbooks_are_tried_and_drafted_as_well() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Fleet of 2026"])
    for row in csv.reader(FILE.replace("a lot", "0.2").splitlines()):
        sheet.append(row[:8])
    stream = io.BytesIO()
    book.save(stream)
    file = File("list.xlsx", stream.getvalue(), media_type=XLSX, stated_on=STATED)
    said = try_on(batteries(), file).as_json()
    assert (said["items"], said["accepted"]) == (4, 2)
    sheets = file.sample()
    assert not isinstance(sheets, Reason)
    proposal = propose(sheets, Asked("acme-list", file.name), CATEGORIES, SHIPPED)
    assert proposal.guess.names == ("battery_storage",)
    assert columns(proposal)["Rated power (MW)"] == "/attributes/export_capacity_kw"


def test_of_a_long_file_the_first_rows_tell_what_its_columns_hold() -> None:
    row = FILE.splitlines()[1]
    long = "\n".join([FILE.splitlines()[0], *[row] * 60_000])
    sheets = File("list.csv", long.encode(), media_type=CSV, stated_on=STATED).sample()
    assert not isinstance(sheets, Reason)
    assert 10_000 < len(sheets[0].rows) < 60_000


def test_parquet_is_tried_and_drafted_as_well() -> None:
    headings, *rows = [row[:8] for row in csv.reader(FILE.replace("a lot", "0.2").splitlines())]
    columns_ = dict(zip(headings, map(list, zip(*rows, strict=True)), strict=True))
    stream = io.BytesIO()
    parquet.write_table(pa.table(columns_), stream)
    file = File("list.parquet", stream.getvalue(), media_type=PARQUET, stated_on=STATED)
    said = try_on(batteries(), file).as_json()
    assert (said["items"], said["accepted"]) == (4, 2)
    sheets = file.sample()
    assert not isinstance(sheets, Reason)
    proposal = propose(sheets, Asked("acme-list", file.name), CATEGORIES, SHIPPED)
    assert columns(proposal)["Rated power (MW)"] == "/attributes/export_capacity_kw"
