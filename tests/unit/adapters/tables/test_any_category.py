"""A category that nobody has written yet: every type, lists of scalars, headings that others have too."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from adapters import adapters
from contracts.categories import Attribute, Catalogue, Category
from contracts.documents import Entry
from contracts.messages import Limits
from tests.support.generated import attributes as conforming
from tests.support.generated import plain
from tests.unit.adapters.tables.speaking import MEDIA_TYPES, category, document, envelope

_LINE = {"type": "string", "minLength": 1, "maxLength": 40}
_FLAT = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {**_LINE, "title": "Name", "xml_name": "name"},
        "power_kw": {
            "type": "number", "minimum": 0, "maximum": 9, "fraction_digits": 3, "title": "Power", "unit": "kW",
            "xml_name": "powerKw",
        },
    },
}  # fmt: skip


def _attribute(name: str, ordinal: int, heading: str, schema: dict[str, Any]) -> Attribute:
    kind = schema["type"]
    return Attribute(name, ordinal, kind, heading, "x", name, heading, "market", schema=schema)


def _list(items: dict[str, Any], longest: int) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "maxItems": longest, "items": items}


ODD = replace(
    category("hydro"),
    name="odd_one",
    required=frozenset(),
    assertions=(),
    attributes=(
        _attribute("status", 901, "Status", {"type": "string", "enum": ["on", "off"]}),
        _attribute("command", 902, "Command", _LINE),
        _attribute("category", 903, "Category", _LINE),
        _attribute("braces", 904, "Braces {n} {unit}", _LINE),
        _attribute("percent", 905, "%%", {"type": "integer", "minimum": 0, "maximum": 100}),
        _attribute("tags", 906, "Tags", _list(_LINE, 5)),
        _attribute("days", 907, "Days", _list({"type": "string", "format": "date"}, 3)),
        _attribute("parts", 908, "Parts", _list(_FLAT, 100)),
        _attribute("sequence", 909, "Sequence", {"type": "boolean"}),
        _attribute("reference_1", 910, "Reference 1", _LINE),
    ),
)


def back(media_type: str, of: Category, entries: list[Entry]) -> list[Any]:
    known = adapters((), Catalogue([of]))
    adapter: Any = next(each for each in known if media_type in each.media_types)
    decoded = adapter.decode(envelope(*adapter.encode(document(*entries))), Limits())
    assert not decoded.reasons
    assert all(not item.reasons for item in decoded.items)
    return [plain(item.payload) for item in decoded.items]


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@given(attributes=conforming(ODD))
@settings(max_examples=60, deadline=None)
def test_it_is_carried_whatever_it_holds(media_type: str, attributes: dict[str, Any]) -> None:
    payload = {
        "category": "odd_one",
        "category_version": "1.0",
        "refs": [{"ref": "R"}],
        "attributes": attributes,
    }
    record = {"kind": "asset", "id": "A-1", "status": "verified", **payload}
    if not attributes:  # canonical records hold nothing that is empty
        del record["attributes"]
    entries = [Entry("asset.register", payload), Entry("asset.record", record)]
    assert back(media_type, ODD, entries) == [plain(entry.payload) for entry in entries]


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_a_list_of_a_hundred_has_a_column_for_each_element(media_type: str) -> None:
    parts = [{"name": f"part {number}", "power_kw": number / 20} for number in range(100)]
    payload = {"category": "odd_one", "attributes": {"parts": parts}}
    assert back(media_type, ODD, [Entry("asset.register", payload)]) == [plain(payload)]
