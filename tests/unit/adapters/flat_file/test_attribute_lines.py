"""What those are told who write FA2 records: derived from the schema of any category."""

import pytest

from adapters.flat_file.attribute_lines import AttributeLine, allowed, attribute_lines
from adapters.flat_file.category_form import CategoryForm
from tests.unit.adapters.flat_file.building import RECEIVED, spoken

CATEGORIES = {
    name: spoken().catalogue.effective(name, RECEIVED) for name in spoken().catalogue.names()
}


def lines_of(name: str) -> dict[str, AttributeLine]:
    category = CATEGORIES[name]
    assert category is not None
    return {line.name: line for line in attribute_lines(category)}


def test_a_line_says_what_stands_in_its_fields() -> None:
    lines = lines_of("ev_charge_point")
    assert lines["import_capacity_kw"] == AttributeLine(
        7,
        "import_capacity_kw",
        "Import capacity",
        "number",
        "kW",
        "0 to 4000, at most 3 decimals",
        True,
    )
    assert lines["connectors/n/power_kw"] == AttributeLine(
        81,
        "connectors/n/power_kw",
        "Connectors: Power",
        "number",
        "kW",
        "0 to 4000, at most 3 decimals",
        False,
    )
    assert lines["phases"].allowed == "1 to 3, whole"
    assert lines["connected_on"].allowed == "YYYY-MM-DD"
    assert lines["flexible_connection"].allowed == "true, false"
    assert lines["metering"].allowed == "boundary, asset"
    assert lines["make"].allowed == "1 to 80 characters"
    assert lines["postcode"].allowed.endswith("at most 8 characters")
    assert allowed({"type": "string", "maxLength": 5}) == "1 to 5 characters"


@pytest.mark.parametrize("name", CATEGORIES)
def test_every_attribute_has_its_lines_and_each_line_is_read(name: str) -> None:
    category = CATEGORIES[name]
    assert category is not None
    lines = attribute_lines(category)
    assert {line.name.split("/")[0] for line in lines} == {
        each.name for each in category.attributes
    }
    assert [line.ordinal for line in lines] == sorted(line.ordinal for line in lines)
    form = CategoryForm(category)
    for line in lines:
        leaf = form.leaf(str(line.ordinal), line.name.replace("/n", "/1"))
        assert not isinstance(leaf, str), leaf
        assert leaf.name == line.name.split("/")[0]
        assert line.is_mandatory <= (leaf.name in category.required)
