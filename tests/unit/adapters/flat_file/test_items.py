"""Items of the hub's own flow: what the fields and records become, and what is wrong with them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from adapters.flat_file.forms import NO_FORM, Forms
from contracts.categories import Catalogue, Category
from contracts.messages import Item
from tests.unit.adapters.flat_file.building import (
    ATTRIBUTES,
    ITEM,
    RECEIVED,
    decode,
    errors,
    flat,
    pool_file,
    register,
    spoken,
    user_file,
)

CHARGER = register(f15="ev_charge_point")
AMEND = "FA1|1|asset.amend|||||BATT-17|||||||battery_storage|1.0|"


def items(*records: str) -> tuple[Item, ...]:
    decoded = decode(user_file(*records))
    assert decoded.reasons == (), decoded.reasons
    return decoded.items


def payload(*records: str) -> Any:
    (item,) = items(*records)
    assert item.reasons == ()
    return item.payload


def test_fields_become_members_and_records_below_become_lists() -> None:
    assert payload(*ITEM, "FA4|acme|HP-1|", "FA4||second|") == {
        "category": "heat_pump",
        "category_version": "1.0",
        "accounting_point": {"scheme": "mpan", "id": "1200000000011"},
        "network": {"gsp_group": "_C", "area": "LPN"},
        "attributes": {"connection_status": "connected", "import_capacity_kw": 3.5},
        "refs": [{"party": "acme", "ref": "HP-1"}, {"ref": "second"}],
    }


def test_items_are_numbered_and_placed_by_the_line_of_their_fa1() -> None:
    first, second = items(*ITEM, register(2), *ATTRIBUTES)
    assert [(each.number, each.place) for each in (first, second)] == [(1, "line 2"), (2, "line 5")]
    places = {
        "/category": "line 5, field 15",
        "/accounting_point/id": "line 5, field 21",
        "/accounting_point": "line 5, field 20",
        "/fsp": "line 5, field 17",
        "/attributes/import_capacity_kw": "line 7, field 4",
        "/attributes/serial_number": "line 5",
        "/refs": "line 5",
        "": "line 5",
    }
    assert {path: flat().place_of(second, path) for path in places} == places


def test_elements_of_a_list_count_from_one_and_may_stand_in_any_order() -> None:
    stated = payload(
        CHARGER,
        *ATTRIBUTES,
        "FA2|81|connectors/2/type|ccs|",
        "FA2|81|connectors/1/type|type_2|",
        "FA2||connectors/1/tethered|true|",
        "FA2|81|connectors/1/power_kw|7.4|",
        "FA2|81|connectors/2/power_kw|50|",
    )
    assert stated["attributes"]["connectors"] == [
        {"type": "type_2", "tethered": True, "power_kw": 7.4},
        {"type": "ccs", "power_kw": 50},
    ]


def test_a_patch_tells_absent_from_taken_away() -> None:
    stated = payload(
        AMEND,
        "FA2|13|make||",
        "FA2|14|model|B3|",
        "FA6|network/area|",
        "FA6|owner|",
        "FA6|refs|",
    )
    assert stated == {
        "asset": {"ref": "BATT-17"},
        "patch": {
            "category": "battery_storage",
            "category_version": "1.0",
            "network": {"area": None},
            "owner": None,
            "refs": None,
            "attributes": {"make": None, "model": "B3"},
        },
    }


def test_a_patch_may_say_by_which_category_it_is_read_without_changing_it() -> None:
    stated = payload(
        "FA1|1|asset.amend||battery_storage|1.0||BATT-17|", "FA2|7|import_capacity_kw|9|"
    )
    assert stated["patch"] == {"attributes": {"import_capacity_kw": 9}}


def test_an_empty_patch_is_a_patch() -> None:
    assert payload("FA1|1|asset.amend||||A-1|") == {"asset": "A-1", "patch": {}}


def test_market_units_name_their_members_by_id_or_reference() -> None:
    stated = payload(
        f"FA1|1|market_unit.create|{'|' * 28}spg|East|",
        "FA3|A-1|",
        "FA3||HP-1|acme|2026-01-01T00:00:00Z|2027-01-01T00:00:00Z|",
    )
    assert stated == {
        "type": "spg",
        "name": "East",
        "members": [
            {"asset": "A-1"},
            {
                "asset": {"ref": "HP-1", "party": "acme"},
                "valid_from": "2026-01-01T00:00:00Z",
                "valid_to": "2027-01-01T00:00:00Z",
            },
        ],
    }


def test_text_that_is_not_of_its_type_is_left_for_the_rules_to_refuse() -> None:
    stated = payload(
        register(f13="one"), "FA2|7|import_capacity_kw|3,5|", "FA2|12|flexible_connection|yes|"
    )
    assert stated["attributes"] == {"import_capacity_kw": "3,5", "flexible_connection": "yes"}
    assert stated["expected_version"] == "one"


def test_a_category_that_is_not_known_leaves_its_attributes_as_text() -> None:
    stated = payload(
        register(f15="toaster"), "FA2|7|slots|2|", "FA2|8|plugs/1|x|", "FA2|8|pins/1/a|y|"
    )
    assert stated["attributes"] == {"slots": "2", "plugs": ["x"], "pins": [{"a": "y"}]}


def test_an_attribute_that_the_category_does_not_have_is_left_for_the_rules_to_refuse() -> None:
    stated = payload(*ITEM, "FA2||colour|red|", "FA2|999|shades/1/a|x|")
    assert stated["attributes"]["colour"] == "red"
    assert stated["attributes"]["shades/1/a"] == "x"


def test_the_sender_acts_for_one_organisation() -> None:
    decoded = decode(user_file(register(f4="O-1"), *ATTRIBUTES, register(2, f4="O-1"), *ATTRIBUTES))
    assert (decoded.on_behalf_of, decoded.reasons) == ("O-1", ())
    mixed = decode(user_file(register(f4="O-1"), *ATTRIBUTES, register(2), *ATTRIBUTES))
    assert errors(mixed.reasons) == [("MSG-13", "line 5, field 4")]


FLAWS = {
    "embedded pipe": ((*ITEM, "FA2|13|make|AC|ME|"), ("FLAT-07", "line 5, field 5")),
    "embedded pipe in FA1": ((register(f43="x"), *ATTRIBUTES), ("FLAT-07", "line 2, field 43")),
    "embedded pipe in FA4": ((*ITEM, "FA4|acme|HP|1|"), ("FLAT-07", "line 5, field 4")),
    "no value": ((*ITEM, "FA2|13|make|"), ("FLAT-07", "line 5, field 3")),
    "no name": ((*ITEM, "FA2|13||ACME|"), ("FLAT-07", "line 5, field 3")),
    "nothing at all": ((*ITEM, "FA2|"), ("FLAT-07", "line 5, field 1")),
    "ordinal of another": ((*ITEM, "FA2|14|make|ACME|"), ("FLAT-08", "line 5, field 2")),
    "ordinal of none": ((*ITEM, "FA2|999|make|ACME|"), ("FLAT-08", "line 5, field 2")),
    "ordinal of a name that is none": ((*ITEM, "FA2|13|maker|ACME|"), ("FLAT-08", "line 5, field 2")),
    "given twice": ((*ITEM, ATTRIBUTES[0]), ("FLAT-08", "line 5, field 3")),
    "given twice, without ordinal": ((*ITEM, "FA2||import_capacity_kw|4|"), ("FLAT-08", "line 5, field 3")),
    "element given twice": ((CHARGER, *["FA2|81|connectors/1/type|ccs|"] * 2), ("FLAT-08", "line 4, field 3")),
    "list and whole": ((CHARGER, "FA2|81|connectors/1/type|ccs|", "FA2|81|connectors|ccs|"), ("FLAT-08", "line 4, field 3")),
    "whole and list": ((CHARGER, "FA2|81|connectors|ccs|", "FA2|81|connectors/1/type|ccs|"), ("FLAT-08", "line 4, field 3")),
    "elements with a gap": ((CHARGER, "FA2|81|connectors/2/type|ccs|"), ("FLAT-08", "line 2")),
    "elements from 0": ((CHARGER, "FA2|81|connectors/0/type|ccs|"), ("FLAT-08", "line 3, field 2")),
    "element without member": ((CHARGER, "FA2|81|connectors/1|ccs|"), ("FLAT-08", "line 3, field 2")),
    "element of one value": ((*ITEM, "FA2|13|make/1|ACME|"), ("FLAT-08", "line 5, field 2")),
    "element without value": ((CHARGER, "FA2|81|connectors/1/type||"), ("FLAT-07", "line 3, field 4")),
    "number out of order": ((register(2), *ATTRIBUTES), ("FLAT-07", "line 2, field 2")),
    "id and reference": ((register(f3="asset.deregister", f7="A-1", f8="x"),), ("ITEM-03", "line 2, field 8")),
    "unknown group": ((*ITEM, "FZ9|x|"), ("FLAT-06", "line 5, field 1")),
    "group of another flow": ((*ITEM, "FO1|1|accepted|"), ("FLAT-06", "line 5, field 1")),
    "removal outside of a patch": ((*ITEM, "FA6|network|"), ("FLAT-06", "line 5, field 1")),
    "removal of what there is not": ((AMEND, "FA6|colour|"), ("ITEM-02", "line 3, field 2")),
    "given and taken away": ((register(f3="asset.amend"), "FA6|category|"), ("ITEM-03", "line 3, field 2")),
    "part given and whole taken away": ((register(f3="asset.amend"), "FA6|network|"), ("ITEM-03", "line 3, field 2")),
    "taken away twice": ((AMEND, "FA6|owner|", "FA6|owner|"), ("ITEM-03", "line 4, field 2")),
    "list taken away and given": ((AMEND, "FA6|refs|", "FA4|acme|HP-1|"), ("ITEM-03", "line 4")),
    "attributes of a patch, of what": (("FA1|1|asset.amend||||A-1|", "FA2|13|make|ACME|"), ("FLAT-08", "line 2, field 5")),
    "two categories": ((register(f5="battery_storage"), *ATTRIBUTES), ("FLAT-08", "line 2, field 5")),
    "unknown command": ((register(f3="asset.paint"),), ("MSG-10", "line 2, field 3")),
    "a command that goes as JSON": ((register(f3="organisation.register"),), ("MSG-10", "line 2, field 3")),
    "a record among commands": ((register(f3="asset.record"),), ("MSG-10", "line 2, field 3")),
    "no command": (("FA1|1|",), ("MSG-10", "line 2, field 3")),
    "nothing of an item": (("FA1|",), ("MSG-10", "line 2, field 3")),
}  # fmt: skip


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_of_an_item_is_its_own_and_at_its_place(flaw: str) -> None:
    records, expected = FLAWS[flaw]
    decoded = decode(user_file(*records, register(2), *ATTRIBUTES))
    assert decoded.reasons == ()
    flawed, sound = decoded.items
    assert expected in errors(flawed.reasons)
    assert sound.reasons == ()


def test_a_disagreement_is_told_in_words() -> None:
    (item,) = items(*ITEM, "FA2|14|make|ACME|")
    assert item.reasons[0].text == (
        "ordinal and name disagree: in heat_pump 1.0 make has the ordinal 13, and 14 is model"
    )


def test_all_flaws_of_an_item_are_named() -> None:
    (item,) = items(*ITEM, "FA2|14|make|AC|ME|", "FZ9|", "FA2|13|make|twice|", "FA4|a|b|c|d|")
    assert errors(item.reasons) == [
        ("FLAT-07", "line 5, field 5"),
        ("FLAT-08", "line 5, field 2"),
        ("FLAT-06", "line 6, field 1"),
        ("FLAT-08", "line 7, field 3"),
        ("FLAT-07", "line 8, field 4"),
    ]
    (long,) = items(*ITEM, *["FZ9|"] * 5_000)
    assert len(long.reasons) == 101


def test_nothing_closes_a_record_of_a_pool_file_so_that_an_empty_field_more_is_no_harm() -> None:
    lines = [*pool_file(*ITEM).decode().split("\n")[:2], "FA2|13|make|ACME|", "FA2|14|model|AC|ME"]
    body = "\n".join(lines)
    (reason,) = [r for r in decode(body).reasons if r.rule.key == "FLAT-07"]
    assert reason.place == "line 4, field 5"


class _Growing(Catalogue):
    """A catalogue to which versions are published while the hub runs."""

    def __init__(self) -> None:
        super().__init__(())
        self.published: dict[str, Category] = {}

    def get(self, name: str, version: str) -> Category | None:
        return self.published.get(name) if version == "1.0" else None

    def effective(self, name: str, at: datetime) -> Category | None:
        return self.published.get(name) if at == RECEIVED else None


def test_versions_that_are_published_while_the_hub_runs_are_read() -> None:
    catalogue = _Growing()
    forms = Forms(catalogue)
    assert forms.of("heat_pump", "1.0", RECEIVED) is NO_FORM
    published = spoken().catalogue.get("heat_pump", "1.0")
    assert published is not None
    catalogue.published["heat_pump"] = published
    form = forms.of("heat_pump", "1.0", RECEIVED)
    assert form.attribute("make") is not None
    assert forms.of("heat_pump", "", RECEIVED) is form
    catalogue.published["heat_pump"] = replace(published, attributes=published.attributes[:2])
    assert forms.of("heat_pump", "1.0", RECEIVED).attribute("make") is None
