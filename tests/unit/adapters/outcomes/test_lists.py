"""Outcomes as lists, and the names of series beside them."""

import csv
import io
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from lxml import etree

from adapters.market_document.acknowledgement import (
    MOST_TEXTS,
    acknowledgement,
    acknowledgement_pieces,
)
from adapters.outcomes.answers import COLUMNS
from adapters.outcomes.listing import csv_listing, json_listing, jsonl_listing
from adapters.outcomes.parquet_file import FIRST_ROW, parquet_listing, parquet_with_answers
from adapters.outcomes.series_names import named
from tests.unit.adapters.outcomes.test_csv_file import outcome, refused

TOLD = [outcome("line 1", id="A-1", version=3), refused("line 2", "bad", "/attributes/make")]


def test_a_list_has_a_line_for_each_outcome():
    rows = list(csv.DictReader(io.StringIO(b"".join(csv_listing(TOLD)).decode())))
    assert [(row["place"], row["status"], row["id"], row["version"]) for row in rows] == [
        ("line 1", "accepted", "A-1", "3"), ("line 2", "rejected", "", "")
    ]  # fmt: skip
    assert rows[1]["texts"] == "ITEM-03, /attributes/make: bad"
    assert list(map(orjson.loads, b"".join(jsonl_listing(TOLD)).splitlines())) == TOLD


def test_a_list_in_json_is_one_array_however_long():
    for told in ([], TOLD, [outcome(f"line {n}\n") for n in range(1_200)]):
        assert orjson.loads(b"".join(json_listing(told))) == told


def test_a_list_in_parquet_has_nulls_where_nothing_is_said():
    table = pq.read_table(io.BytesIO(b"".join(parquet_listing(TOLD)))).to_pylist()
    assert table[0] == {"item": 1, "place": "line 1", "status": "accepted", "id": "A-1", "version": "3",
                        "codes": None, "texts": None}  # fmt: skip
    assert pq.read_table(io.BytesIO(b"".join(parquet_listing([])))).num_rows == 0


def test_a_parquet_file_comes_back_with_its_own_columns_and_types():
    made = io.BytesIO()
    table = pa.table({"Make": ["a", "b", None], "kW": pa.array([1, 2, 3], pa.decimal128(9, 3))})
    pq.write_table(table, made)
    told = [outcome(f"row {FIRST_ROW}", id="A-1"), refused(f"row {FIRST_ROW + 2}")]
    answer = pq.read_table(io.BytesIO(b"".join(parquet_with_answers(made, told, to_end=True))))
    assert answer.select(["Make", "kW"]) == table
    assert answer.column("FMAR status").to_pylist() == ["accepted", None, "rejected"]
    only = parquet_with_answers(made, told, to_end=True, only_rejected=True)
    assert pq.read_table(io.BytesIO(b"".join(only))).column("kW").to_pylist() == [3]


def test_a_parquet_file_with_answers_that_comes_again_has_their_columns_once():
    made = io.BytesIO()
    pq.write_table(pa.table({"FMAR status": ["rejected"], "Make": ["a"]}), made)
    answer = b"".join(parquet_with_answers(made, [outcome(f"row {FIRST_ROW}")], to_end=True))
    table = pq.read_table(io.BytesIO(answer))
    assert table.column_names == ["Make", *COLUMNS]
    assert table.column("FMAR status").to_pylist() == ["accepted"]


def test_series_are_named_as_their_sender_named_them():
    one = b"<TimeSeries><mRID>one</mRID></TimeSeries><TimeSeries/>"
    body = b"<D>%b<TimeSeries><mRID> three</mRID></TimeSeries>" % one
    told = [outcome(f"/D/TimeSeries[{n}]", item=n) for n in range(1, 5)]
    assert [each.get("mRID") for each in named(told, io.BytesIO(body))] == [
        "one",
        None,
        "three",
        None,
    ]


def _receipt(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"receipt_id": "R-1", "message_id": "m", "sender": "acme", "status": "accepted",
            "received_at": "2026-11-01T00:00:00Z", "items": items}  # fmt: skip


def test_an_acknowledgement_in_pieces_tells_all_refusals_and_bounded_texts():
    warned = refused("x")["reasons"][0] | {"severity": "warning"}
    items = [
        outcome("x", "rejected", item=n, reasons=[warned]) if n % 2 else outcome("x", item=n, id="A-1", reasons=[warned])
        for n in range(1, 1_001)
    ]  # fmt: skip
    pieces = list(acknowledgement_pieces(_receipt([]), iter(items)))
    assert b"".join(pieces) == acknowledgement(_receipt(items))
    root = etree.fromstring(b"".join(pieces))
    assert len(root.findall("{*}Rejected_TimeSeries")) == 500
    assert len(root.findall("{*}Reason")) == MOST_TEXTS + 2
    assert max(map(len, pieces)) < 100_000


def test_a_long_text_that_many_rows_share_is_written_out_for_few_of_them_at_a_time():
    """For all of them it would have 600 MB."""
    made = io.BytesIO()
    pq.write_table(pa.table({"Make": ["x" * 200_000] * 3_000}), made, store_schema=False)
    assert len(made.getvalue()) < 100_000
    told = [outcome(f"row {n}", item=n) for n in range(1, 3_001)]
    pool, most = pa.default_memory_pool(), 0
    before = pool.bytes_allocated()
    for _ in parquet_with_answers(made, told, to_end=True):
        most = max(most, pool.bytes_allocated() - before)
    assert 0 < most < 60_000_000
