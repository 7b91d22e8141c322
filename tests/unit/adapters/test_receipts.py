"""Receipts as tables: one line per reason, and nothing in them that a spreadsheet evaluates."""

import csv
import io

from adapters import adapter_for, adapters
from adapters.tables.receipts import COLUMNS

REASON = {
    "code": "mpan_missing",
    "place": 'row 2, slot 1, column "MPAN"',
    "path": "/x",
    "rule": "ECR-01",
    "severity": "error",
    "text": 'give, "it"',
}
REFUSED = {
    "item": 1,
    "place": "row 2, slot 1",
    "status": "rejected",
    "command": "asset.register",
    "reasons": [REASON, {**REASON, "text": "=cmd()"}],
}
ACCEPTED = {
    "item": 2,
    "place": "row 3, slot 1",
    "status": "accepted",
    "command": "asset.register",
    "id": "A-1",
    "version": 1,
    "reasons": [],
}
RECEIPT = {
    "receipt_id": "R-1",
    "status": "partially_accepted",
    "received_at": "2026-11-24T09:30:00Z",
    "items": [REFUSED, ACCEPTED],
}


def lines(receipt: dict[str, object]) -> list[dict[str, str]]:
    adapter = adapter_for(adapters([]), "text/csv")
    assert adapter is not None
    media_type, body = adapter.encode_receipt(receipt)
    assert media_type.startswith("text/csv")
    assert (media_type, body) == adapter.encode_receipt(receipt)
    return list(csv.DictReader(io.StringIO(body.decode("utf-8"), newline="")))


def test_one_line_per_reason_and_one_for_an_item_without() -> None:
    first, second, third = lines(RECEIPT)
    assert tuple(first) == COLUMNS
    assert (first["item"], first["rule"], first["reason_place"], first["text"]) == (
        "1",
        "ECR-01",
        'row 2, slot 1, column "MPAN"',
        'give, "it"',
    )
    assert second["item"] == "1"
    assert (third["item"], third["id"], third["version"], third["status"], third["code"]) == (
        "2",
        "A-1",
        "1",
        "accepted",
        "",
    )


def test_what_looks_like_a_formula_is_text() -> None:
    assert lines(RECEIPT)[1]["text"] == "'=cmd()"
    for start in "=+-@\t\r":
        receipt = {**RECEIPT, "items": [{**ACCEPTED, "place": f"{start}1+1"}]}
        assert lines(receipt)[0]["place"].startswith("'")


def test_reasons_of_the_whole_file_stand_first() -> None:
    (line,) = lines({**RECEIPT, "status": "rejected", "items": [], "reasons": [REASON]})
    assert (line["item"], line["status"], line["rule"]) == ("", "rejected", "ECR-01")
