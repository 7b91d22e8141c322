"""Materiality: which changes of an asset matter, by the rules of its category."""

from pathlib import Path

import pytest

from registry_store.category_documents import load_catalogue
from registry_store.materiality import changed_materially

BATTERY = load_catalogue(Path(__file__).parents[2] / "schemas" / "json").get(
    "battery_storage", "1.0"
)


@pytest.mark.parametrize(
    ("name", "before", "after", "is_material"),
    [
        ("export_capacity_kw", 5000, 5000, False),
        ("export_capacity_kw", 5000, 5000.001, True),
        ("export_capacity_kw", None, 5000, True),
        ("export_capacity_kw", 5000, None, True),
        ("metering", "boundary", "asset", True),
        ("flexible_connection", False, True, True),
        ("town", "Norwich", "NORWICH", False),
        ("town", None, "Norwich", False),
        ("latitude", 51.5, 51.6, False),
        ("round_trip_efficiency_percent", 80, 83.999, False),
        ("round_trip_efficiency_percent", 80, 84, True),
        ("round_trip_efficiency_percent", 80, 76, True),
        ("round_trip_efficiency_percent", 80, 76.001, False),
        ("round_trip_efficiency_percent", 0, 0.001, True),
        ("round_trip_efficiency_percent", None, 80, True),
        ("response_seconds", 0.3, 0.33, True),
        ("response_seconds", 0.3, 0.329, False),
    ],
)
def test_of_one_attribute(name, before, after, is_material):
    old = {} if before is None else {name: before}
    new = {} if after is None else {name: after}
    assert changed_materially(BATTERY, old, new) == ((name,) if is_material else ())


def test_names_what_changed_in_the_order_of_the_category():
    before = {"metering": "asset", "export_capacity_kw": 1, "town": "Norwich"}
    after = {"metering": "boundary", "export_capacity_kw": 2, "town": "Ely"}
    assert changed_materially(BATTERY, before, after) == ("export_capacity_kw", "metering")
