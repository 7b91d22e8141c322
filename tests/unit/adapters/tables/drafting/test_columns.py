"""What a column is taken for: headings, units, values; what is not sure is left out and said."""

import pytest

from adapters.tables.drafting.units import unit_in, with_mark, without_unit
from adapters.tables.drafting.wording import likeness, words_of
from tests.support.registry import mpan
from tests.unit.adapters.tables.drafting.drafting import columns, document, drafted, written


@pytest.mark.parametrize(
    ("heading", "unit", "bare", "marked"),
    [
        ("Rated power (MW)", "MW", "Rated power", "Rated power ({unit})"),
        ("rated_power_kw", "kw", "rated_power", "rated_power_{unit}"),
        ("Storage [MWh]", "MWh", "Storage", "Storage [{unit}]"),
        ("Model m", None, "Model m", "Model m"),
        ("Capacity (site)", None, "Capacity (site)", "Capacity (site)"),
        ("Power {kW}", "kW", "Power", "Power ({unit})"),
    ],
)
def test_units_are_found_in_headings(
    heading: str, unit: str | None, bare: str, marked: str
) -> None:
    found = unit_in(heading)
    assert (found and found.written) == unit
    assert without_unit(heading) == bare
    assert with_mark(heading) == marked


@pytest.mark.parametrize(
    ("heading", "phrase", "least", "most"),
    [
        ("Post-Code", "Post code", 1, 1),
        ("Mfr", "Manufacturer", 0.97, 0.97),
        ("Exp. Cap.", "Export capacity", 0.97, 0.97),
        ("Serail number", "Serial number", 0.8, 0.99),
        ("Colour", "Export capacity", 0, 0),
    ],
)
def test_headings_are_compared_by_words_and_then_by_letters(
    heading: str, phrase: str, least: float, most: float
) -> None:
    assert least <= likeness(heading, phrase) <= most


def test_abbreviations_and_joined_words_are_written_out() -> None:
    assert words_of("expCap_kW (per site)") == ("export", "capacity", "kw", "site")


def test_a_factor_follows_from_the_unit_of_the_heading() -> None:
    proposal = drafted(written(["Rated power (MW)"], [["0.5"], ["1"]]), "battery_storage")
    (column,) = document(proposal)["columns"]
    assert column["to"] == "/attributes/export_capacity_kw"
    assert column["headings"] == ["Rated power ({unit})"]
    assert next(iter(column["units"].items())) == ("MW", "1000")


def test_power_and_apparent_power_are_told_apart_by_their_units() -> None:
    headings = ["Maximum export capacity (MW)", "Maximum export capacity (MVA)"]
    proposal = drafted(written(headings, [["1", "2"]]), "battery_storage")
    assert list(columns(proposal).values()) == [
        "/attributes/site_export_limit_kw",
        "/attributes/site_export_limit_kva",
    ]


def test_two_columns_that_only_a_unit_tells_apart_do_not_share_spellings() -> None:
    headings = ["Rated power (kW)", "Rated power (MW)"]
    proposal = drafted(written(headings, [["5", "0.005"]]), "battery_storage")
    (column,) = document(proposal)["columns"]
    assert column["units"] == {"kW": "1"}
    assert document(proposal)["dropped"][0]["headings"] == ["Rated power (MW)"]


def test_an_mpan_is_known_by_its_check_digit_whatever_the_heading() -> None:
    good = [[mpan(number), f"{number}"] for number in range(1, 9)]
    proposal = drafted(written(["Colour", "Shade"], good), "heat_pump")
    assert columns(proposal) == {"Colour": "/accounting_point/id"}
    wrong = [[f"{int(point) ^ 1}", shade] for point, shade in good]
    assert columns(drafted(written(["Colour", "Shade"], wrong), "heat_pump")) == {}


def test_a_column_that_may_be_two_things_is_left_out_with_both() -> None:
    proposal = drafted(written(["Rated power (kW)"], [["7"]]), "v2g_charge_point")
    (left,) = proposal.as_json()["dropped"]
    assert {each["to"] for each in left["nearest"]} >= {
        "/attributes/export_capacity_kw",
        "/attributes/import_capacity_kw",
    }
    assert "say which" in left["why"]


def test_a_column_of_people_is_never_proposed() -> None:
    headings = ["Customer contact", "Tenant name", "Contact email"]
    proposal = drafted(written(headings, [["a", "b", "c"]]), "battery_storage")
    assert columns(proposal) == {}
    assert len(proposal.left) == 3


def test_values_speak_against_a_heading() -> None:
    proposal = drafted(written(["Date connected"], [["yes"], ["no"]]), "battery_storage")
    assert columns(proposal) == {}
    assert "only 0% of its values are dates" in proposal.as_json()["dropped"][0]["why"] or (
        proposal.left[0].nearest == ()
    )


def test_words_of_an_enumeration_come_with_how_sure_they_are() -> None:
    cells = ["LFP", "lithium iron phosphate", "Lead-acid", "Sodium-ionn", "Salt water", "n/a"]
    proposal = drafted(written(["Chemistry", "Make"], [[c, "A"] for c in cells]), "battery_storage")
    chemistry = next(e for e in proposal.as_json()["columns"] if e["heading"] == "Chemistry")
    told = {each["spelling"]: (each["value"], each["confidence"]) for each in chemistry["values"]}
    assert told["lithium iron phosphate"] == ("lithium_iron_phosphate", 1.0)
    assert told["LFP"] == ("lithium_iron_phosphate", 0.95)
    assert told["Sodium-ionn"][0] == "sodium_ion"
    assert told["Sodium-ionn"][1] < 0.95
    assert chemistry["unknown_values"] == [{"spelling": "Salt water", "rows": 1}]
    assert document(proposal)["null_markers"] == ["n/a"]


def test_what_no_column_states_is_assumed_or_said() -> None:
    proposal = drafted(written(["Make"], [["ACME"]]), "battery_storage")
    assert proposal.assumed == {"/attributes/connection_status": "connected"}
    assert any("/attributes/export_capacity_kw" in note for note in proposal.notes)
