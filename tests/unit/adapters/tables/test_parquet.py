"""Parquet read as a table: types to cells, whole and in excerpts; what its footer declares is bounded first."""

import io
import random
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.tables.parquet.files import ParquetTable, open_parquet
from adapters.tables.writing_parquet import PARQUET
from contracts.messages import Limits
from tests.unit.adapters.reading import PLANT
from tests.unit.adapters.tables.cutting import CutUp, cut_as_whole, cut_up
from tests.unit.adapters.tables.speaking import adapter, envelope, read

BATTERY = f"{PARQUET}; profile=battery_storage"
ADAPTER = adapter(PARQUET)


def parquet(columns: Mapping[str, Any], **options: Any) -> bytes:
    made = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), made, **options)
    return made.getvalue()


def as_whole(columns: Mapping[str, Any], *, rows: int = 500, **options: Any) -> CutUp:
    return cut_as_whole(ADAPTER, envelope(BATTERY, parquet(columns, **options)), rows=rows)


def cut(body: bytes, **options: Any) -> CutUp:
    return cut_up(ADAPTER, envelope(BATTERY, body), **options)


def attribute(name: str, values: Any) -> Any:
    columns = {"Connection status": ["connected"], name: values}
    (item,) = as_whole(columns).items
    assert not item.reasons, item.reasons
    return {**item.payload["attributes"], **item.payload}


@pytest.mark.parametrize(
    ("heading", "values", "member", "value"),
    [
        ("Export capacity (kW)", pa.array([7.4]), "export_capacity_kw", 7.4),
        ("Export capacity (kW)", pa.array([7.4], pa.float32()), "export_capacity_kw", 7.4),
        ("Export capacity (kW)", pa.array([1.2e6]), "export_capacity_kw", 1_200_000),
        ("Export capacity (kW)", pa.array([5], pa.uint8()), "export_capacity_kw", 5),
        ("Export capacity (MW)", pa.array([Decimal("0.500")]), "export_capacity_kw", 500),
        ("Export capacity (kW)", pa.array(["1,234.5"]), "export_capacity_kw", 1234.5),
        ("Make", pa.array(["ACME"]).dictionary_encode(), "make", "ACME"),
        ("Make", pa.array([1200000000002]), "make", "1200000000002"),
        ("Make", pa.array([1200000000002.0]), "make", "1200000000002"),
        ("Make", pa.array([5]).dictionary_encode(), "make", "5"),
        ("Make", pa.array(["ACME"], pa.large_string()), "make", "ACME"),
        ("Make", pa.array([time(12, 30)]), "make", "12:30:00"),
        ("Make", pa.array(["'=1"]), "make", "'=1"),
        ("Flexible connection", pa.array([True]), "flexible_connection", True),
        ("Date connected", pa.array([date(2019, 5, 1)]), "connected_on", "2019-05-01"),
        ("Date connected", pa.array([datetime(2019, 5, 1)]), "connected_on", "2019-05-01"),  # noqa: DTZ001
        ("Valid from", pa.array([datetime(2019, 5, 1, 12, 0, 0, 500_000)]), "valid_from", "2019-05-01T12:00:00.5Z"),  # noqa: DTZ001
        ("Valid from", pa.array([datetime(2019, 5, 1, 12, tzinfo=UTC)]), "valid_from", "2019-05-01T12:00:00Z"),
        (
            "Valid from",
            pa.array([datetime(2019, 5, 1, 12, tzinfo=UTC)], pa.timestamp("ns", "Europe/London")),
            "valid_from",
            "2019-05-01T12:00:00Z",
        ),
    ],
)  # fmt: skip
def test_a_cell_is_read_by_the_type_of_its_column(
    heading: str, values: Any, member: str, value: object
) -> None:
    assert attribute(heading, values)[member] == value


def test_nothing_is_nothing_in_every_type() -> None:
    nothing = {
        "Make": pa.array([None, "A"]),
        "Export capacity (kW)": pa.array([None, 1.5]),
        "Flexible connection": pa.array([None, True]),
        "Date connected": pa.array([None, date(2019, 5, 1)]),
        "Model": pa.nulls(2),
        "Town": pa.array([None, None], pa.timestamp("us", "UTC")),
        "Connection status": pa.array(["connected", "connected"]),
    }
    first, second = as_whole(nothing).items
    assert first.payload["attributes"] == {"connection_status": "connected"}
    assert len(second.payload["attributes"]) == 5


def test_rows_are_numbered_from_one_and_those_without_cells_are_left_out() -> None:
    body = {"Make": ["A", None, "", "B"], "Connection status": ["connected", None, "", "gone"]}
    found = as_whole(body, rows=1)
    assert [item.place for item in found.items] == ["row 1", "row 4"]
    assert "blank rows: 2" in found.head.notes
    place_of = ADAPTER.place_of(found.items[1], "/attributes/connection_status")
    assert place_of == 'row 4, column "Connection status"'


def test_a_file_may_name_its_template_itself() -> None:
    table = pa.table({"Make": ["A"]}).replace_schema_metadata({"template": "hydro"})
    made = io.BytesIO()
    pq.write_table(table, made)
    decoded = read(PARQUET, made.getvalue())
    assert decoded.items[0].payload["category"] == "hydro"
    assert read(BATTERY, made.getvalue()).reasons[0].rule.key == "MSG-01"
    assert read(PARQUET, parquet({"Make": ["A"]})).reasons[0].rule.key == "MSG-01"


@pytest.mark.parametrize(
    "type",
    [pa.list_(pa.string()), pa.struct([("a", pa.string())]), pa.binary(), pa.map_("string", "string"), pa.duration("s")],
)  # fmt: skip
def test_a_column_whose_type_is_no_cell_refuses_the_file_by_its_name(type: Any) -> None:
    body = parquet({"Make": ["A"], "Extra": pa.nulls(1, type)})
    found = cut(body)
    assert [(r.rule.key, r.place) for r in found.reasons] == [("TAB-02", 'row 0, column "Extra"')]
    assert found.excerpts == ()
    assert read(BATTERY, body).reasons == found.reasons


def test_headings_are_those_of_every_table() -> None:
    keys = [
        (r.rule.key, r.is_error) for r in cut(parquet({"Make": ["A"], "Colour": ["red"]})).reasons
    ]
    assert keys == [("TAB-02", False)]
    assert cut(parquet({"Make": ["A"], "make": ["B"]})).keys == ["TAB-02"]
    assert cut(parquet({"Make": pa.nulls(0, pa.string())})).keys == ["MSG-11"]


def test_groups_of_rows_follow_each_other() -> None:
    numbers = [f"M{n}" for n in range(1_234)]
    found = as_whole(
        {"Make": numbers, "Connection status": ["connected"] * 1_234}, row_group_size=100
    )
    assert [item.payload["attributes"]["make"] for item in found.items] == numbers
    assert [excerpt.rows for excerpt in found.excerpts] == [500, 500, 234]


def test_a_layout_that_compares_rows_is_one_excerpt() -> None:
    body = parquet({heading: [value, value] for heading, value in PLANT.items()})
    found = cut_as_whole(ADAPTER, envelope(f"{PARQUET}; profile=ecr", body), rows=1)
    assert [excerpt.rows for excerpt in found.excerpts] == [2]
    assert {reason.rule.key for item in found.items for reason in item.reasons} == {"ECR-04"}


class TestHostileFiles:
    def test_without_statement_date(self) -> None:
        message = replace(envelope(BATTERY, parquet({"Make": ["A"]})), statement_date=None)
        assert cut_up(ADAPTER, message).keys == ["MSG-13"]

    @pytest.mark.parametrize(
        "body", [b"", b"PAR1", b"PAR1" * 3, b"PAR1\xff\xff\xff\x7fPAR1", b"PAR1x\1\0\0\0PAR1"]
    )
    def test_what_is_no_parquet(self, body: bytes) -> None:
        assert cut(body).keys == ["MSG-02"]
        assert [reason.rule.key for reason in read(BATTERY, body).reasons] == ["MSG-02"]

    @pytest.mark.parametrize("at", [0, -4])
    def test_an_encrypted_file(self, at: int) -> None:
        body = bytearray(parquet({"Make": ["A"]}))
        body[at : at + 4 or None] = b"PARE"
        found = cut(bytes(body))
        assert found.keys == ["MSG-02"]
        assert "encrypted" in found.reasons[0].text

    def test_a_footer_that_is_too_large(self) -> None:
        metadata = pa.schema([("Make", pa.string())], {"long": "x" * 17_000_000})
        made = io.BytesIO()
        pq.write_table(pa.table({"Make": ["A"]}).cast(metadata), made)
        assert cut(made.getvalue()).keys == ["MSG-03"]

    def test_more_columns_than_any_table_has(self) -> None:
        assert cut(parquet({f"C{n}": ["A"] for n in range(1_025)})).keys == ["MSG-03"]

    def test_more_rows_than_the_limit(self) -> None:
        body = parquet({"Make": ["A"] * 12})
        assert cut(body, file_rows=12).keys == []
        assert cut(body, file_rows=11).keys == ["MSG-03"]
        decoded = ADAPTER.decode(envelope(BATTERY, body), Limits(items=11))
        assert [reason.rule.key for reason in decoded.reasons] == ["MSG-03"]

    def test_a_group_of_rows_that_expands_too_far(self) -> None:
        same = pa.array(["x" * 1_000_000] * 600)
        body = parquet({"Make": same}, use_dictionary=False, compression="zstd", row_group_size=600)
        assert len(body) < 1_000_000
        found = cut(body)
        assert found.keys == ["MSG-03"]
        assert found.reasons[0].text == (
            "a group of 600 rows has 600002435 bytes in one column, the limit is 134217728: "
            "write the file in groups of at most 130 rows"
        )
        assert found.reasons[0].place == "group of rows 1"

    def test_a_large_group_of_many_columns_says_how_many_rows_are_right(self) -> None:
        same = pa.array(["x" * 100_000] * 600)
        wide = dict.fromkeys(("Make", *(f"C{n}" for n in range(9))), same)
        body = parquet(wide, use_dictionary=False, compression="zstd", row_group_size=600)
        (reason,) = cut(body).reasons
        assert "a group of 600 rows has 6000" in reason.text
        assert reason.text.endswith("write the file in groups of at most 530 rows")

    def test_a_dictionary_of_too_many_texts(self) -> None:
        texts = pa.array([f"{n:0100}" for n in range(200_000)]).dictionary_encode()
        found = cut(parquet({"Make": texts}))
        assert found.keys == ["MSG-03"]
        assert "bytes of texts in columns of the type dictionary" in found.reasons[0].text
        few = pa.array([f"{n % 9:0100}" for n in range(200_000)]).dictionary_encode()
        opened = open_parquet(io.BytesIO(parquet({"Make": few})), 200_000, 4_000)
        assert isinstance(opened, ParquetTable)

    def test_a_long_text_that_many_cells_share_is_not_written_out_for_each(self) -> None:
        body = parquet({"Make": pa.array(["x" * 900_000] * 3_000).dictionary_encode()})
        found = cut(body)
        assert sum(len(excerpt.body) for excerpt in found.excerpts) < 1_000_000
        assert {reason.rule.key for item in found.items for reason in item.reasons} == {"MSG-03"}

    @pytest.mark.parametrize("type", [pa.string(), pa.large_string()])
    def test_a_long_text_that_is_stored_once_is_in_memory_for_few_rows(self, type: Any) -> None:
        """Written out for 2,000 rows it would have 400 MB."""
        body = parquet({"Make": pa.array(["y", *["x" * 200_000] * 6_000, "z"], type)})
        assert len(body) < 1_000_000
        table = open_parquet(io.BytesIO(body), 10_000, 4_000)
        assert isinstance(table, ParquetTable)
        used = pa.default_memory_pool().bytes_allocated()
        first, *_, last = (pa.default_memory_pool().bytes_allocated() - used for _ in table)
        assert max(first, last) < 40_000_000

    def test_a_text_that_is_none(self) -> None:
        body = parquet({"Make": ["ACME", "WXYZ"]}, compression="none", write_statistics=False)
        first, second = cut(body.replace(b"WXYZ", b"\xff\xfe\xfd\xfc")).items
        assert not first.reasons
        assert [(r.rule.key, r.place) for r in second.reasons] == [
            ("TAB-03", 'row 2, column "Make"')
        ]

    def test_rows_before_a_damage_stand(self) -> None:
        makes = {"Make": [f"{n:064}" for n in range(40_000)]}
        options = {"use_dictionary": False, "compression": "none", "row_group_size": 10_000}
        options["write_page_checksum"] = True
        body = bytearray(parquet(makes, **options))
        middle = len(body) // 2
        body[middle : middle + 200_000] = bytes(200_000)
        found = cut(bytes(body))
        assert found.keys == ["MSG-02"]
        assert 10_000 <= len(found.items) < 40_000

    def test_damaged_bytes_are_answered(self) -> None:
        """In a process of its own: what reads the file is written in another language."""
        code = "from tests.unit.adapters.tables.test_parquet import answer_mutations; answer_mutations(150)"
        assert (
            subprocess.run([sys.executable, "-c", code], timeout=100, check=False).returncode == 0
        )


def answer_mutations(count: int) -> None:
    good = parquet(
        {
            "Make": [f"M{n % 7}" for n in range(300)],
            "Export capacity (kW)": [n / 7 for n in range(300)],
        },
        row_group_size=100,
    )
    for seed in range(count):
        chance = random.Random(seed)
        body = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            body[chance.randrange(4, len(body) - 8)] = chance.randrange(256)
        decoded = read(BATTERY, bytes(body))
        assert decoded.items or any(reason.is_error for reason in decoded.reasons)
        cut(bytes(body))


COLUMNS = {
    "Make": st.none() | st.text(max_size=8),
    "Export capacity (kW)": st.none() | st.decimals(-1000, 10_000, places=3),
    "Head (m)": st.none() | st.floats(allow_nan=True),
    "Date connected": st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    "Flexible connection": st.none() | st.booleans(),
    "Connection status": st.sampled_from(["connected", "7,4", "", None]),
}


@given(data=st.data(), size=st.integers(1, 5), group=st.integers(1, 7))
@settings(max_examples=80, deadline=None)
def test_any_table_is_read_as_at_once(data: st.DataObject, size: int, group: int) -> None:
    count = data.draw(st.integers(1, 12))
    chosen = data.draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, unique=True))
    columns = {
        name: data.draw(st.lists(COLUMNS[name], min_size=count, max_size=count)) for name in chosen
    }
    body = parquet(columns, row_group_size=group)
    whole = read(BATTERY, body)
    if any(reason.is_error for reason in whole.reasons):
        assert cut(body, rows=size).reasons == whole.reasons
    else:
        cut_as_whole(ADAPTER, envelope(BATTERY, body), rows=size)
