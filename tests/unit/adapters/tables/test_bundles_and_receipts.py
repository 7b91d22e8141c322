"""What goes out as tables beside commands: bundles of notifications, and receipts with what was detected."""

import csv
import io
from typing import Any

import openpyxl
import pytest

from contracts.documents import Entry
from router.offline import validate
from tests.unit.adapters.reading import csv_text
from tests.unit.adapters.tables.speaking import (
    LANGUAGE,
    MEDIA_TYPES,
    XLSX,
    adapter,
    document,
    envelope,
    items,
    read,
)

RECORD = {
    "kind": "asset", "id": "A-1", "version": 2, "status": "verified", "category": "hydro",
    "category_version": "1.0", "attributes": {"head_m": 7.4, "make": "=ACME"},
    "valid_from": "2026-11-01T00:00:00Z", "recorded_at": "2026-11-02T00:00:00.000001Z",
}  # fmt: skip
SAID = {
    "sequence": 9, "event": "asset.updated", "event_id": "e1", "delivery_id": "S-1:1:9", "material": True,
    "replay": False, "recorded_at": "2026-11-02T00:00:00Z", "valid_from": "2026-11-01T00:00:00Z",
    "previous": {"attributes": {"head_m": 7}},
}  # fmt: skip
BUNDLE = {"subscription": "S-1", "first_sequence": 9, "count": 2, "hash": "ab", "epoch": 1}
TOLD = Entry("asset.record", RECORD, SAID)
WITHDRAWN = Entry(
    "asset.record", {"kind": "asset", "id": "A-2"}, {"sequence": 10, "event": "record.withdrawn"}
)


def table(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


def test_a_bundle_has_a_row_for_each_notification_and_what_happened_beside_the_record() -> None:
    media_type, body = adapter("text/csv").encode(document(TOLD, WITHDRAWN, bundle=BUNDLE))
    assert media_type.startswith("text/csv; profile=items")
    first, second = table(body)
    assert {
        name: first[name]
        for name in ("Subscription", "Sequence", "Event", "Replay", "Record id", "Make")
    } == {
        "Subscription": "S-1",
        "Sequence": "9",
        "Event": "asset.updated",
        "Replay": "false",
        "Record id": "A-1",
        "Make": "'=ACME",
    }
    assert (second["Sequence"], second["Event"], second["Record id"]) == (
        "10",
        "record.withdrawn",
        "A-2",
    )
    assert first["Event recorded at"] != first["Recorded at"]


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_the_records_of_a_bundle_are_read_back(media_type: str) -> None:
    decoded = read(*adapter(media_type).encode(document(TOLD, WITHDRAWN, bundle=BUNDLE)))
    assert [item.payload for item in items(decoded)] == [RECORD, WITHDRAWN.payload]
    assert any(note.startswith("column not carried: Sequence") for note in decoded.notes)


@pytest.mark.parametrize("command", ["asset.amend", "asset.deregister", "organisation.register"])
@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_what_tables_do_not_carry_is_refused_by_name(media_type: str, command: str) -> None:
    with pytest.raises(ValueError, match=command):
        adapter(media_type).encode(document(Entry(command, {})))


def test_a_category_that_is_not_there_has_no_template() -> None:
    for version in (None, "9.9"):
        payload = {"category": "perpetuum_mobile", "category_version": version, "attributes": {}}
        with pytest.raises(ValueError, match="no template perpetuum_mobile"):
            adapter("text/csv").encode(document(Entry("asset.register", payload)))


def test_a_member_without_a_column_is_never_left_out() -> None:
    for member in ({"colour": "red"}, {"refs": [{"ref": str(n)} for n in range(21)]}):
        with pytest.raises(ValueError, match="a table has no column for"):
            adapter("text/csv").encode(document(Entry("asset.record", {**RECORD, **member})))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "'=1+1", "''+x", "'", "'x", "1.01457E+12", "'1.01457E+12"]
)
def test_text_that_a_spreadsheet_would_change_is_written_safely_and_read_back(text: str) -> None:
    entry = Entry("asset.register", {"category": "hydro", "attributes": {"make": text}})
    media_type, body = adapter("text/csv").encode(document(entry))
    assert items(read(media_type, body))[0].payload["attributes"] == {"make": text}
    (row,) = table(body)
    assert row["Make"][:1] not in tuple("=+-@")
    assert row["Make"] == (text if text in ("'", "'x") else f"'{text}")


def receipt(media_type: str) -> tuple[dict[str, Any], bytes]:
    body = csv_text([["Command", "Make", "Date connected"], ["", "x" * 90, "03/04/2019"]], ";")
    result = validate(envelope("text/csv; profile=hydro", body), LANGUAGE)
    return result.receipt, adapter(media_type).encode_receipt(result.receipt)[1]


def test_a_receipt_says_what_was_detected() -> None:
    canonical, body = receipt("text/csv")
    lines = table(body)
    said = [line["text"] for line in lines if line["severity"] == "note"]
    assert said == canonical["notes"]
    assert {"encoding: UTF-8", "separator: semicolon", "headings: row 1"} <= set(said)
    assert any("03/04/2019" in text for text in said)
    assert 'row 2, column "Make"' in [line["reason_place"] for line in lines]


def test_a_receipt_as_a_workbook_has_the_lines_of_the_other() -> None:
    _, as_csv = receipt("text/csv")
    _, as_xlsx = receipt(XLSX)
    assert receipt(XLSX)[1] == as_xlsx
    headings, *rows = openpyxl.load_workbook(io.BytesIO(as_xlsx))["Receipt"].iter_rows(
        values_only=True
    )
    lines = [
        {
            name: "" if value is None else str(value)
            for name, value in zip(headings, row, strict=True)
        }
        for row in rows
    ]
    assert lines == table(as_csv)
