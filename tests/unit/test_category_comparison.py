"""What a new version breaks: each kind of change in both directions."""

import time

import jsonschema
import jsonschema_rs
import pytest

from registry_store.category_comparison import compare
from tests.support.categories import new_reader, tidal_lagoon

READER = new_reader()
AREA = "basin_area_km2"
ADDED = {
    "ordinal": 630, "type": "boolean", "title": "Navigable", "description": "Whether boats may pass.",
    "xml_name": "navigable", "heading": "Navigable", "visibility": "market", "material": "never",
}  # fmt: skip
RATING = {
    "name": "modes_with_gates", "sentence": "flood generation needs gates",
    "when": {"generation_mode": ["flood"]}, "require": ["sluice_gates"],
}  # fmt: skip


def version(number, assertion=None, drop_required=None, **changed):
    document = tidal_lagoon(number, **changed)
    document["assertions"] += [assertion] if assertion else []
    document["required"] = [name for name in document["required"] if name != drop_required]
    return READER.read(document)


#: What changes -> how the proof goes forwards, and whether the step forwards, and the one back, breaks.
CHANGES = {
    "nothing": ({}, "proved", False, False),
    "a bound, wider": ({AREA: {"maximum": 2000}}, "proved", False, True),
    "a bound, narrower": ({AREA: {"maximum": 500}}, "refuted", True, False),
    "an optional attribute more": ({"navigable": ADDED}, "proved", False, True),
    "a mandatory attribute less": ({"drop_required": AREA}, "proved", False, True),
    "an option more": ({"generation_mode": {"enum": ["ebb", "flood", "two_way", "neap"]}}, "proved", False, True),
    "a pattern, narrower": ({"licence_numbers": {"items": {
        "type": "string", "pattern": "^ML/[0-9]{4}/[0-9]{5}$", "maxLength": 13}}}, "refuted", True, False),
    "fewer decimal places": ({AREA: {"fraction_digits": 2}}, "proved", True, False),
    "an assertion more": ({"assertion": RATING}, "proved", True, False),
    "a warning more": ({"assertion": RATING | {"severity": "warning"}}, "proved", False, False),
    "another unit": ({AREA: {"unit": "ha"}}, "proved", True, True),
    "another XML name": ({AREA: {"xml_name": "area"}}, "proved", True, True),
    "another heading": ({AREA: {"heading": "Area"}}, "proved", True, True),
    "another ordinal": ({AREA: {"ordinal": 650}}, "proved", True, True),
    "what identifies": ({AREA: {"identity": True}}, "proved", True, False),
    "what matters": ({AREA: {"material": "always"}}, "proved", False, False),
    "who sees it": ({AREA: {"visibility": "market"}}, "proved", False, False),
    "what it is called": ({AREA: {"title": "Area"}}, "proved", False, False),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_breaks_or_does_not(what):
    changed, backward, breaks, breaks_back = CHANGES[what]
    old, new = version("1.0"), version("1.1", **changed)
    forwards = compare(old, new)
    assert (forwards.backward, forwards.is_breaking) == (backward, breaks), forwards
    assert compare(new, old).is_breaking is breaks_back
    assert forwards.against == "1.0"


def test_the_keys_and_the_consent_break_when_they_change():
    old = READER.read(tidal_lagoon())
    fewer = READER.read(tidal_lagoon("1.1") | {"keys": ["device"]})
    consent = READER.read(tidal_lagoon("1.1") | {"requires_consent": True})
    assert compare(old, fewer).is_breaking
    assert compare(old, consent).is_breaking
    assert not compare(consent, old).is_breaking


def test_only_words_are_documentation():
    words = version("1.1", **{AREA: {"title": "Area"}})
    wider = version("1.1", **{AREA: {"maximum": 2000}})
    assert compare(version("1.0"), words).is_documentation
    assert not compare(version("1.0"), wider).is_documentation


@pytest.mark.parametrize(
    "changed",
    [{AREA: {"maximum": 500}}, {"sluice_gates": None}, {"turbine_sets": {"maxItems": 1}}],
)
def test_a_refutation_shows_attributes_that_are_no_longer_valid(changed):
    old, new = version("1.0"), version("2.0", **changed)
    comparison = compare(old, new)
    for engine in (jsonschema_rs.Draft202012Validator, jsonschema.Draft202012Validator):
        assert engine(dict(old.document)).is_valid(comparison.counterexample)
        assert not engine(dict(new.document)).is_valid(comparison.counterexample)
    assert comparison.as_json()["is_breaking"] is True


def test_a_proof_takes_only_what_has_moved():
    """A large document is proved as fast as a small one: a worker has messages waiting."""
    many = {
        f"extra_{n}": ADDED | {"ordinal": 1000 + n, "xml_name": f"extra{n}", "heading": f"Extra {n}",
                               "type": "string", "maxLength": 60, "pattern": f"^[A-Z]{{1,{n % 30 + 1}}}$"}
        for n in range(200)
    }  # fmt: skip
    old = version("1.0", **many)
    new = version("1.1", **many, **{AREA: {"maximum": 2000}})
    began = time.process_time()
    assert not compare(old, new).is_breaking
    assert time.process_time() - began < 5


def test_members_of_a_list_are_compared_too():
    items = tidal_lagoon()["properties"]["turbine_sets"]["items"]
    items["properties"]["rated_power_kw"]["unit"] = "MW"
    comparison = compare(version("1.0"), version("2.0", turbine_sets={"items": items}))
    assert comparison.breaks == ("the unit of rated_power_kw in turbine_sets is MW, it was kW",)
