"""The short way through what is stored agrees with conformance, which has the last word."""

from copy import deepcopy
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.canonical import canonical_json
from contracts.categories import Catalogue
from contracts.reasons import Reason, Rule
from registry_store.conformance import Conformance
from registry_store.replay.chunks import CHUNKS, chunks
from registry_store.replay.quick_check import QuickCheck
from registry_store.replay.stored import _cut
from registry_store.replay.tally import MOST_IDS, Tally
from registry_store.rules.merge_patch import merge_patch
from tests.support.categories import new_reader
from tests.support.registry import LANGUAGE

CATEGORIES = sorted(LANGUAGE.catalogue, key=lambda category: category.name)
READER = new_reader()


def changed(category, change):
    """The category with another document."""
    document = deepcopy(dict(category.document))
    change(document)
    read = READER.read(
        {**document, "version": "1.1", "$id": f"urn:fmar:category:{category.name}:1:1"}
    )
    assert not isinstance(read, tuple), read
    return read


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda each: each.name)
def test_what_is_accepted_passes_and_what_is_refused_does_not(category):
    check = QuickCheck(category, (category,))
    for example in category.document["examples"]:
        assert check.passes(example)
    for counter in category.document["counter_examples"]:
        broken = merge_patch(category.document["examples"][0], counter["change"])
        canonical, reasons = LANGUAGE.conformance.conform(category, broken)
        is_stored = canonical == broken and not reasons
        assert not check.passes(broken) or is_stored or counter["rule"] in ("SCH-STEP", "ITEM-04")


def test_fewer_decimal_places_are_found_though_json_schema_does_not_know_them():
    battery = LANGUAGE.catalogue.get("battery_storage", "1.0")
    whole = changed(
        battery, lambda d: d["properties"]["export_capacity_kw"].update(fraction_digits=0)
    )
    stored = {**battery.document["examples"][0], "export_capacity_kw": 1.5}
    assert QuickCheck(battery, (battery,)).passes(stored)
    assert not QuickCheck(whole, (battery,)).passes(stored)
    assert QuickCheck(whole, (battery,)).passes({**stored, "export_capacity_kw": 2})


CHANGES = {
    "a lower maximum": lambda d: d["properties"]["export_capacity_kw"].update(maximum=100),
    "fewer places": lambda d: d["properties"]["export_capacity_kw"].update(fraction_digits=1),
    "a value less": lambda d: d["properties"]["chemistry"]["enum"].remove("lead_acid"),
    "a mandatory attribute": lambda d: d["required"].append("make"),
    "an attribute less": lambda d: d["properties"].pop("town"),
    "a rule more": lambda d: d["assertions"].append(
        {
            "name": "both_names",
            "sentence": "make and model belong together",
            "together": ["make", "model"],
        }
    ),
}


@pytest.mark.parametrize("name", CHANGES)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.fixed_dictionaries(
        {"connection_status": st.just("connected")},
        optional={
            "export_capacity_kw": st.decimals(0, 200, places=3).map(float),
            "chemistry": st.sampled_from(["lead_acid", "lithium_titanate"]),
            "make": st.just("ACME"),
            "model": st.just("B2"),
            "town": st.just("Bath"),
        },
    )
)
def test_it_agrees_with_conformance_on_whatever_was_stored(name, attributes):
    battery = LANGUAGE.catalogue.get("battery_storage", "1.0")
    stored, reasons = LANGUAGE.conformance.conform(battery, attributes)
    if reasons:
        return
    new = changed(battery, CHANGES[name])
    accepted = not Conformance(Catalogue([new])).conform(new, stored)[1]
    assert QuickCheck(new, (battery,)).passes(stored) == accepted


@pytest.mark.parametrize(
    "content",
    [
        {
            "accounting_point": {"id": "1"},
            "attributes": {"make": "a"},
            "category": "marine",
            "refs": [],
        },
        {
            "attributes": {"make": '","category":"marine","category_version":"9"'},
            "category": "marine",
        },
        {
            "attributes": {"a": 1, "category": "marine", "category_version": "9.9"},
            "category": "marine",
        },
        {"attributes": {}, "category": "marine", "source": {"attributes": 1}},
    ],
)
def test_attributes_are_cut_out_of_a_content_as_they_are(content):
    text = canonical_json({**content, "category_version": "1.0"})
    cut = b',"category":"marine","category_version":"'
    assert _cut(text, cut) == ("1.0", content["attributes"])


class TestTally:
    def test_counts_elements_of_lists_at_one_path(self):
        tally = Tally()
        reasons = [Reason(Rule.SCH_ENUM, "no", f"/attributes/connectors/{n}/type") for n in (0, 7)]
        tally.fails("A-1", reasons)
        assert [(c["path"], c["count"]) for c in tally.as_json()["causes"]] == [
            ("/attributes/connectors/*/type", 1)
        ]

    def test_lists_the_first_ids_alone(self):
        one, other = Tally(), Tally()
        for number in range(MOST_IDS):
            one.fails(f"A-{number:04d}", [])
            other.fails(f"A-{number + 5000:04d}", [])
        other.add(one)
        assert other.failing == 2 * MOST_IDS
        assert other.ids == [f"A-{number:04d}" for number in range(MOST_IDS)]


@pytest.mark.parametrize(("low", "high"), [(1, 1), (1, 2), (7, 1000), (5, 5 + CHUNKS), (0, 10**12)])
def test_chunks_cover_every_row_once(low, high):
    found = chunks(low, high)
    assert len(found) <= CHUNKS + 1
    assert (found[0].low, found[-1].high) == (low, high + 1)
    assert all(one.high == other.low for one, other in pairwise(found))


def test_nothing_stored_is_no_chunk():
    assert chunks(None, None) == []


def test_a_version_is_not_its_own_predecessor():
    battery = LANGUAGE.catalogue.get("battery_storage", "1.0")
    assert QuickCheck(replace(battery), (battery,)).passes(battery.document["examples"][0])
