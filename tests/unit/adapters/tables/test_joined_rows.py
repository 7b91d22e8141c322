"""Market units in tables: one row per member, several units in a file, each reason in its own row."""

import pytest

from contracts.messages import Decoded, Item
from router.offline import validate
from tests.unit.adapters.tables.speaking import (
    LANGUAGE,
    XLSX,
    adapter,
    envelope,
    read,
    read_rows,
)
from tests.unit.adapters.tables.workbooks import by_openpyxl

HEADINGS = (
    "Item",
    "Command",
    "Market unit name",
    "Market unit type",
    "Member asset reference",
    "Member valid from",
)


def units(*rows: tuple[str, ...]) -> Decoded:
    return read_rows("market_unit", HEADINGS, *rows)


def members(item: Item) -> list[str]:
    return [member["asset"]["ref"] for member in item.payload["members"]]


@pytest.mark.parametrize(
    "rows",
    [
        [("1", "create", "East", "spg", "A", ""), ("1", "create", "East", "spg", "B", ""), ("2", "", "West", "spg", "C", "")],
        [("1", "", "East", "spg", "A", ""), ("1", "", "", "", "B", ""), ("2", "", "West", "spg", "C", "")],
        [("", "", "East", "spg", "A", ""), ("", "", "East", "spg", "B", ""), ("", "", "West", "spg", "C", "")],
        [("", "create", "East", "spg", "A", ""), ("", "", "", "", "B", ""), ("", "", "West", "spg", "C", "")],
    ],
)  # fmt: skip
def test_rows_that_follow_each_other_are_one_unit(rows: list[tuple[str, ...]]) -> None:
    decoded = units(*rows)
    assert [item.place for item in decoded.items] == ["rows 2 to 3", "row 4"]
    assert [(item.payload["name"], members(item)) for item in decoded.items] == [
        ("East", ["A", "B"]),
        ("West", ["C"]),
    ]
    assert all(not item.reasons for item in decoded.items)


def test_the_same_unit_twice_is_two_items_by_their_numbers() -> None:
    decoded = units(("1", "", "East", "spg", "A", ""), ("2", "", "East", "spg", "A", ""))
    assert len(decoded.items) == 2


def test_rows_of_one_number_that_say_different_things_are_refused_in_their_row() -> None:
    decoded = units(("1", "", "East", "spg", "A", ""), ("1", "", "West", "spg", "B", ""))
    (item,) = decoded.items
    assert [(reason.rule.key, reason.place) for reason in item.reasons] == [
        ("TAB-05", 'row 3, column "Item"')
    ]


def test_a_unit_without_members_has_none_and_is_refused_for_it() -> None:
    body = ";".join(HEADINGS) + "\n1;create;East;spg;;\n"
    result = validate(envelope("text/csv; profile=market_unit", body), LANGUAGE)
    assert result.reading.items[0].item.payload["members"] == []
    assert "UNIT-01" in {reason.rule.key for reason in result.outcomes[0].reasons}


def test_a_member_is_placed_in_its_own_row() -> None:
    decoded = units(
        ("", "", "East", "spg", "A", ""),
        ("", "", "", "", "", ""),
        ("", "", "", "", "B", "03/04/2026"),
    )
    (item,) = decoded.items
    place_of = adapter("text/csv").place_of
    assert item.place == "rows 2 to 4"
    assert place_of(item, "/members/1/asset") == 'row 4, column "Member asset reference"'
    assert place_of(item, "/members/1/valid_from") == 'row 4, column "Member valid from"'
    assert place_of(item, "/members/1") == "row 4"
    assert place_of(item, "/members/9") == "rows 2 to 4"
    assert place_of(item, "/name") == 'rows 2 to 4, column "Market unit name"'


def test_a_cell_of_a_member_that_cannot_be_read_is_a_reason_of_that_member() -> None:
    headings = (*HEADINGS, "Member asset id")
    decoded = read_rows(
        "market_unit",
        headings,
        ("1", "", "East", "spg", "A", "", ""),
        ("1", "", "", "", "B", "", "A-1"),
    )
    (item,) = decoded.items
    assert [(reason.rule.key, reason.path, reason.place) for reason in item.reasons] == [
        ("TAB-05", "/members/1/asset", 'row 3, column "Member asset reference"')
    ]
    assert item.payload["members"][1] == {"asset": "A-1"}


def test_no_unit_goes_from_sheet_to_sheet() -> None:
    first = [HEADINGS, ("1", "", "East", "spg", "A", "")]
    second = [HEADINGS, ("1", "", "", "", "B", "")]
    decoded = read(f"{XLSX}; profile=market_unit", by_openpyxl({"One": first, "Two": second}))
    assert [(item.place, members(item)) for item in decoded.items] == [
        ('sheet "One", row 2', ["A"]),
        ('sheet "Two", row 2', ["B"]),
    ]


def test_assets_and_units_may_stand_in_one_table() -> None:
    headings = (
        "Command",
        "Category",
        "Reference 1",
        "Market unit name",
        "Member asset reference",
        "Make",
    )
    decoded = read_rows(
        "items",
        headings,
        ("asset.register", "hydro", "W-1", "", "", "ACME"),
        ("asset.register", "hydro", "W-1", "", "", "ACME"),
        ("market_unit.create", "", "", "East", "W-1", ""),
        ("", "", "", "", "W-2", ""),
    )
    assert [(item.command, item.place) for item in decoded.items] == [
        ("asset.register", "row 2"),
        ("asset.register", "row 3"),
        ("market_unit.create", "rows 4 to 5"),
    ]
    assert "attributes" not in decoded.items[2].payload
