"""What a file as a whole is taken for: its category or categories, plants that repeat within a row, identity."""

from adapters.tables.drafting.categories import category_in
from tests.support.registry import mpan
from tests.unit.adapters.tables.drafting.drafting import (
    CATEGORIES,
    LANGUAGE,
    columns,
    document,
    drafted,
    written,
)

NAMES = tuple(each.name for each in CATEGORIES)


def test_a_text_speaks_of_the_category_with_the_longest_words_for_it() -> None:
    said = {
        text: category_in(text, NAMES)
        for text in (
            "Heat pump (ASHP)",
            "offshore wind farm",
            "Wind",
            "Pumped hydro",
            "vanilla",
            "PV",
        )
    }
    assert said == {
        "Heat pump (ASHP)": "heat_pump",
        "offshore wind farm": "wind_offshore",
        "Wind": "wind_onshore",
        "Pumped hydro": "pumped_storage",
        "vanilla": None,
        "PV": "solar_pv",
    }


def test_a_category_is_told_from_the_headings_or_not_at_all() -> None:
    told = drafted(written(["Make", "Refrigerant", "Heat source"], [["ACME", "R32", "air"]]))
    assert told.guess.names == ("heat_pump",)
    assert "Refrigerant" in told.guess.why
    untold = drafted(written(["Make", "Model"], [["ACME", "M"]]))
    assert untold.document is None
    assert untold.guess.names == ()


def test_a_column_may_tell_which_row_is_of_which_category() -> None:
    kinds = ["Heat pump", "EV charger", "Heat pump", "Home battery"]
    rows = [[mpan(n), kind, "3.5"] for n, kind in enumerate(kinds, 1)]
    proposal = drafted(written(["MPAN", "What it is", "Rated input (kW)"], rows))
    assert set(proposal.guess.names) == {"heat_pump", "ev_charge_point", "battery_storage"}
    telling = next(c for c in document(proposal)["columns"] if c.get("to") == "/category")
    assert telling["headings"] == ["What it is"]
    assert {
        code["code"]: code.get("spellings") for code in document(proposal)["codes"]["category"]
    } == {
        "heat_pump": None,
        "ev_charge_point": ["EV charger"],
        "battery_storage": ["Home battery"],
    }
    assert "/category" not in document(proposal)["constants"]


def test_columns_that_repeat_by_number_are_slots() -> None:
    headings = [
        "Site name",
        *(
            f"{what} {n}{unit}"
            for n in (1, 2)
            for what, unit in (("Energy source", ""), ("Rated power", " (MW)"))
        ),
    ]
    proposal = drafted(written(headings, [["Wharf", "Solar", "5", "Battery", "2"]]))
    slots = document(proposal)["slots"]
    assert slots["numbers"] == [1, 2]
    assert [column["headings"] for column in slots["columns"]] == [
        ["Energy source {n}"],
        ["Rated power {n} ({unit})"],
    ]
    assert LANGUAGE.profiles.check(document(proposal)) == ()


def test_numbers_that_are_part_of_a_name_are_no_slots() -> None:
    headings = ["Address line 1", "Address line 2", "Make"]
    proposal = drafted(written(headings, [["1 Road", "Village", "ACME"]]), "battery_storage")
    assert "slots" not in document(proposal)
    assert list(columns(proposal).values())[:2] == [
        "/attributes/address_line_1",
        "/attributes/address_line_2",
    ]


def test_a_grid_reference_becomes_a_location_and_half_of_one_nothing() -> None:
    both = drafted(written(["Eastings", "Northings"], [["530000", "180000"]]), "battery_storage")
    assert [step["do"] for step in document(both)["steps"]] == ["location"]
    half = drafted(written(["Eastings", "Make"], [["530000", "ACME"]]), "battery_storage")
    assert columns(half) == {"Make": "/attributes/make"}


def test_lines_are_found_again_by_the_senders_own_reference() -> None:
    rows = [[f"B-{n}", mpan(n)] for n in range(1, 5)]
    known = document(drafted(written(["Asset ID", "MPAN"], rows), "battery_storage"))
    assert known["steps"][-1]["parts"] == [{"values": ["reference"], "normalised": True}]
    assert known["constants"]["/on_existing"] == "update"
    repeated = [["same", point] for _, point in rows]
    unknown = document(drafted(written(["Asset ID", "MPAN"], repeated), "battery_storage"))
    assert "/on_existing" not in unknown["constants"]


def test_a_draft_is_made_of_any_separator_and_below_a_banner() -> None:
    body = "List of 2026;;\r\nMake;Model;Rated power (kW)\r\nACME;B1;5\r\n".encode("cp1252")
    assert list(columns(drafted(body, "battery_storage"))) == ["Make", "Model", "Rated power (kW)"]
