"""Cells as tables write them, read as what their column holds."""

from decimal import Decimal
from typing import Any

import pytest

from adapters.tables.cells import Unread
from adapters.tables.dates import DateOrder, date_reader
from adapters.tables.headings import Match
from adapters.tables.kinds import Asked
from adapters.tables.profile_model import Column
from adapters.tables.values import reader_of
from tests.unit.adapters.reading import ecr


def reader(kind: str, unit: str | None = None, **options: Any) -> Any:
    column = Column("x", ("X",), kind, None, frozenset(), options)
    return reader_of(Asked(Match(column, unit=unit), ecr(), DateOrder((), usual=True)))


MEGAWATTS = {"units": {"MW": "1000", "kW": "1"}}


@pytest.mark.parametrize(
    ("cell", "kilowatts"),
    [
        ("5", "5000"),
        ("5.0", "5000"),
        (" 1.466 ", "1466"),
        ("0.0005", "0.5"),
        ("1,234.5", "1234500"),
        ("500kW", "500"),
        ("5 MW", "5000"),
        (".5", "500"),
        ("1E-3", "1"),
        ("5e0", "5000"),
        ("-2", "-2000"),
        ("4.9990000000000006", "4999"),
    ],
)
def test_a_number_is_scaled_exactly(cell: str, kilowatts: str) -> None:
    value = reader("decimal", "MW", **MEGAWATTS)(cell)
    assert value == Decimal(kilowatts)
    assert "E" not in str(value)


@pytest.mark.parametrize(
    "cell", ["five", "1,23", "1.2.3", "5 GW", "NaN", "Infinity", "1e99", "9" * 19, "--1", "٣", "5,"]
)
def test_what_is_no_number_is_refused(cell: str) -> None:
    assert isinstance(reader("decimal", "MW", **MEGAWATTS)(cell), Unread)


def test_three_decimals_times_a_thousand_are_exact() -> None:
    read = reader("decimal", "MW", **MEGAWATTS)
    assert all(read(f"{n / 1000:.3f}") == n for n in range(1, 20_000, 7))


@pytest.mark.parametrize(
    ("cell", "kilovolts"),
    [
        ("33kV", "33"),
        ("33.0", "33"),
        ("33", "33"),
        ("LV", "0.4"),
        ("0.415", "0.4"),
        ("0.4 kV", "0.4"),
        ("400V", "0.4"),
        ("6.6", "6.6"),
    ],
)
def test_a_voltage_has_one_value_whatever_its_spelling(cell: str, kilovolts: str) -> None:
    column = next(column for column in ecr().columns if column.name == "connection_voltage")
    read = reader_of(Asked(Match(column, unit="kV"), ecr(), DateOrder((), usual=True)))
    assert read(cell) == Decimal(kilovolts)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1014569292506", "1014569292506"),
        ("1014569292506.0", "1014569292506"),
        ("'1014569292506", "1014569292506"),
        ("10 1456 9292 506", "1014569292506"),
        ("none", "none"),
    ],
)
def test_digits_that_a_spreadsheet_dressed_up_are_mended(cell: str, value: str) -> None:
    assert reader("digits")(cell) == value


@pytest.mark.parametrize("cell", ["1.01457E+12", "1E+12", "1.01457e12"])
def test_digits_that_a_spreadsheet_cut_are_refused(cell: str) -> None:
    unread = reader("digits")(cell)
    assert isinstance(unread, Unread)
    assert unread.rule.key == "ASSET-01"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("  Mill \t Farm\n", "Mill Farm"),
        ("A|B", "A/B"),
        ("Cafe\u0301", "Café"),
        ("a\x07b\u200bc", "a b c"),
        (" \x00 ", None),
    ],
)
def test_text_is_one_printable_line(cell: str, value: str | None) -> None:
    assert reader("text")(cell) == value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BRAMFORD GRID 132kV", "Bramford Grid"),
        ("WALPOLE GIS 132KV", "Walpole  GIS 132 kV"),
        ("WICKHAM MARKET GRID 132/33kV", "WICKHAM MARKET GRID 132kV"),
    ],
)
def test_a_substation_has_one_name_in_every_snapshot(one: str, other: str) -> None:
    read = reader("text", case="upper", voltages="drop")
    assert read(one) == read(other)


def test_a_voltage_inside_of_a_name_stays() -> None:
    assert reader("text", voltages="drop")("Wimbledon 132kV SEC 3&4") == "Wimbledon 132kV SEC 3&4"
    assert reader("text", voltages="drop")("33kV") == "33kV"


@pytest.mark.parametrize(
    ("cell", "value"), [("Yes", True), ("n", False), ("TRUE", True), ("0", False)]
)
def test_yes_and_no(cell: str, value: bool) -> None:
    assert reader("yes_no")(cell) is value
    assert isinstance(reader("yes_no")("perhaps"), Unread)


@pytest.mark.parametrize(
    ("cell", "value"), [("ip12  2tw", "IP12 2TW"), ("IP122TW", "IP12 2TW"), ("Rm9", "RM9")]
)
def test_postcodes_are_spaced_and_in_capitals(cell: str, value: str) -> None:
    assert reader("postcode")(cell) == value


class TestDates:
    @pytest.mark.parametrize(
        "cell",
        [
            "2013-06-03",
            "2013-06-03T00:00:00Z",
            "2013/6/3",
            "03/06/2013",
            "3.6.2013",
            "03-Jun-2013",
            "3 June 2013",
            "41428",
            "41428.5",
            "03/06/2013 00:00",
        ],
    )
    def test_one_day_in_every_form(self, cell: str) -> None:
        assert date_reader(DateOrder((), usual=True))(cell) == "2013-06-03"

    @pytest.mark.parametrize(
        "cell",
        ["soon", "31/02/2013", "2013-13-01", "03/06/13", "0013-01-01", "1", "99999", "41428a"],
    )
    def test_what_is_no_date_is_refused(self, cell: str) -> None:
        assert isinstance(date_reader(DateOrder((), usual=True))(cell), Unread)

    def test_the_dates_of_a_file_show_their_order_and_those_with_a_time_their_own(self) -> None:
        order = DateOrder(["25/12/2013", "06/13/2013 00:00"], usual=True)
        read = date_reader(order)
        assert (read("03/06/2013"), read("06/03/2013 00:00")) == ("2013-06-03", "2013-06-03")
        assert order.notes() == ("dates: day first, with a time month first",)

    def test_where_a_file_contradicts_itself_only_plain_dates_are_read(self) -> None:
        read = date_reader(DateOrder(["25/12/2013", "12/25/2013"], usual=True))
        assert (read("25/12/2013"), read("12/25/2013")) == ("2013-12-25", "2013-12-25")
        assert read("05/05/2013") == "2013-05-05"
        assert isinstance(read("03/06/2013"), Unread)

    def test_the_profile_says_what_is_usual(self) -> None:
        assert date_reader(DateOrder((), usual=False))("03/06/2013") == "2013-03-06"
