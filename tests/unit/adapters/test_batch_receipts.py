"""The receipt of a batch in every format: counts, and the first rows that were refused."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree

from adapters.flat_file.outcomes import read_outcomes
from contracts.reasons import Reason, Rule
from contracts.receipts import Counts, Outcome, summary_receipt
from router.bootstrap import language

SPOKEN = {adapter.name: adapter for adapter in language().adapters}
ALL_RIGHT = Counts(1_000, 900, 0, 60, 40, 0, 3)
SOME_REFUSED = Counts(1_000, 900, 2, 58, 40, 0, 3)
REFUSED = Outcome(17, "row 18", "rejected", "asset.register", (Reason(Rule.ASSET_02, "it is there"),))  # fmt: skip
CUT_OFF = Reason(Rule.MSG_02, "the file is cut off")


def receipt(counts: Counts = SOME_REFUSED, *reasons: Reason) -> dict[str, Any]:
    return summary_receipt(
        receipt_id="R-0000-0000-0000-0",
        message_id="load-1",
        sender="acme",
        on_behalf_of=None,
        received_at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        payload_sha256="00" * 32,
        batch="B-0000-0000-0000-0",
        counts=counts,
        by_rule={"ASSET-02": 2} if counts.rejected else {},
        refused=[REFUSED.as_json()] if counts.rejected else [],
        reasons=[reason.as_json() for reason in reasons],
    )


COUNTED = "1000 rows answered: 900 accepted, 2 rejected, 58 unchanged, 40 superseded, 3 warnings"
SHOWN = "the first 1 of 2 rejected rows stand here, all in the outcome file"


@pytest.mark.parametrize("name", sorted(SPOKEN))
def test_every_format_says_how_many_rows_came_to_what(name: str):
    adapter = SPOKEN[name]
    _, body = adapter.encode_receipt(receipt())
    if name == "xlsx":
        body = _sheet(body)
    assert COUNTED.encode() in body
    assert SHOWN.encode() in body


def _sheet(body: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_json_has_the_counts_as_numbers():
    _, body = SPOKEN["json"].encode_receipt(receipt())
    said = json.loads(body)["data"]
    assert said["counts"] == SOME_REFUSED._asdict()
    assert said["by_rule"] == {"ASSET-02": 2}
    assert [item["item"] for item in said["items"]] == [17]


def test_a_table_has_a_line_for_each_refused_row_that_is_shown():
    _, body = SPOKEN["csv"].encode_receipt(receipt())
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    assert [(row["item"], row["rule"]) for row in rows if row["item"]] == [("17", "ASSET-02")]


def test_a_flat_file_reads_back_with_status_and_refusals():
    _, body = SPOKEN["flat"].encode_receipt(receipt())
    records = body.decode().splitlines()[1:-1]
    assert read_outcomes(records)["status"] == "partially_accepted"
    assert [item["item"] for item in read_outcomes(records)["items"]] == [17]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (receipt(ALL_RIGHT), "A01"),
        (receipt(SOME_REFUSED), "A03"),
        (receipt(ALL_RIGHT, CUT_OFF), "A03"),
        (receipt(Counts(0, 0, 0, 0, 0, 0, 0), CUT_OFF), "A02"),
        (receipt(Counts(5, 0, 5, 0, 0, 0, 0)), "A02"),
    ],
)
def test_an_acknowledgement_tells_whole_part_and_nothing_apart(said: dict[str, Any], code: str):
    _, body = SPOKEN["xml"].encode_receipt(said)
    root = etree.fromstring(body)
    codes = [each.text for each in root.findall("./{*}Reason/{*}code")]
    assert codes[0] == code


@pytest.mark.parametrize(
    ("counts", "has_errors", "status"),
    [
        (ALL_RIGHT, False, "accepted"),
        (ALL_RIGHT, True, "partially_accepted"),
        (SOME_REFUSED, False, "partially_accepted"),
        (Counts(5, 0, 5, 0, 0, 0, 0), False, "rejected"),
        (Counts(0, 0, 0, 0, 0, 0, 0), False, "rejected"),
        (Counts(5, 0, 0, 0, 0, 5, 0), False, "scheduled"),
        (Counts(5, 0, 0, 5, 0, 0, 0), False, "accepted"),
    ],
)
def test_the_status_of_a_batch_follows_from_its_counts(counts: Counts, has_errors, status: str):
    assert counts.status(has_errors=has_errors) == status
