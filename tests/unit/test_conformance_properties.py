"""Conformance of any input: properties that hold for every category and every value."""

from decimal import Decimal
from pathlib import Path

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from contracts.canonical import canonical_json, plain_number
from contracts.reasons import Rule
from registry_store.category_documents import load_catalogue
from registry_store.conformance import Conformance

CATALOGUE = load_catalogue(Path(__file__).parents[2] / "schemas" / "json")
CONFORMANCE = Conformance(CATALOGUE)
BATTERY = CATALOGUE.get("battery_storage", "1.0")


def conform(**attributes):
    plain = {"connection_status": "connected", "export_capacity_kw": 5000}
    return CONFORMANCE.conform(BATTERY, {**plain, **attributes})


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals()
    | st.text(st.characters(exclude_categories=()), max_size=20)
)  # fmt: skip
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
categories = st.sampled_from(list(CATALOGUE))


@st.composite
def stated(draw, junk):
    """A category with an example of it, some attributes of which have another value or are added."""
    category = draw(categories)
    single = [each for each in category.attributes if each.type != "array"]
    some = st.lists(st.sampled_from(single), unique=True, max_size=12)
    values = {each.name: draw(value_of(each) | junk) for each in draw(some)}
    return category, draw(st.sampled_from(category.document["examples"])) | values


def value_of(attribute):
    schema = attribute.schema
    if attribute.type == "boolean":
        return st.booleans()
    if attribute.type == "integer":
        return st.integers(schema["minimum"], schema["maximum"])
    if attribute.type == "number":
        digits = attribute.fraction_digits
        bounds = (Decimal(str(schema[each])).scaleb(digits) for each in ("minimum", "maximum"))
        return st.integers(*map(int, bounds)).map(lambda number: Decimal(number).scaleb(-digits))
    return string_of(attribute)


def string_of(attribute):
    if attribute.options:
        return st.sampled_from(attribute.options)
    if "pattern" in attribute.schema:
        return st.from_regex(attribute.schema["pattern"], fullmatch=True)
    if "format" in attribute.schema:
        return st.dates().map(str)
    return st.text("aZ09-é\u0301 ", max_size=20).map(str.strip)


@st.composite
def groups(draw):
    """Assets of one category: some as the examples are, some with other values, some of them nearly equal."""
    category, odd = draw(stated(anything))
    numbers = st.sampled_from([0, -0.0, 1, 1.0, True, False, Decimal(1), Decimal("1.50"), 1.5, "1"])
    names = st.sampled_from([each.name for each in category.attributes] + ["nobody_knows_it"])
    others = draw(st.lists(st.dictionaries(names, numbers | scalars, max_size=3), max_size=5))
    examples = category.document["examples"]
    group = [*(examples[0] | other for other in others), odd, *others, *examples]
    return category, group * 4


class TestGroups:
    @given(groups())
    def test_each_of_a_group_is_answered_as_it_is_alone(self, case):
        category, group = case
        alone = [CONFORMANCE.conform(category, attributes) for attributes in group]
        # As text, since 1, 1.0 and True are equal.
        assert repr(CONFORMANCE.conform_all(category, group)) == repr(alone)

    def test_what_is_canonical_is_given_back_itself(self):
        group = [dict(BATTERY.document["examples"][0]) for _ in range(20)]
        answers = CONFORMANCE.conform_all(BATTERY, group)
        assert all(answer[0] is each for answer, each in zip(answers, group, strict=True))

    def test_values_that_nobody_states_twice_do_not_pile_up(self):
        plain = {"connection_status": "connected", "export_capacity_kw": 5000}
        for first in range(0, 20_000, 1_000):
            group = [{**plain, "make": f"M{number}"} for number in range(first, first + 1_000)]
            assert all(reasons == () for _, reasons in CONFORMANCE.conform_all(BATTERY, group))
        column = CONFORMANCE._form(BATTERY)._columns._columns["make"]
        assert len(column._sound[str]) <= 4_096


class TestAnyInput:
    @given(categories, anything)
    def test_any_value_gives_reasons_or_attributes_never_an_exception(self, category, value):
        canonical, reasons = CONFORMANCE.conform(category, value)
        assert reasons
        assert canonical == {}

    @given(stated(anything))
    def test_attributes_give_a_value_and_reasons_that_a_receipt_can_carry(self, case):
        canonical, reasons = CONFORMANCE.conform(*case)
        canonical_json(canonical)
        assert orjson.dumps([each.as_json() for each in reasons])
        assert all(each.path.startswith("/attributes/") for each in reasons)

    @given(stated(anything))
    def test_what_is_canonical_stays_as_it_is(self, case):
        category, attributes = case
        canonical, _ = CONFORMANCE.conform(category, attributes)
        again, _ = CONFORMANCE.conform(category, canonical)
        assert canonical_json(again) == canonical_json(canonical)

    @given(stated(st.none()))
    def test_canonical_json_is_that_of_rfc_8785(self, case):
        canonical, _ = CONFORMANCE.conform(*case)
        assert canonical_json(canonical) == rfc8785.dumps(canonical)

    @pytest.mark.parametrize("longitude", [0.000001, -0.000009, 0.00001, 0, -1e-5])
    def test_canonical_json_has_no_exponents_beside_the_prime_meridian(self, longitude):
        canonical, _ = conform(
            latitude=51.477, longitude=longitude, make='a\\"2e-6', model=":1e-6,"
        )
        assert canonical_json(canonical) == rfc8785.dumps(canonical)

    @given(stated(st.none()))
    def test_values_within_the_schema_are_refused_by_assertions_alone(self, case):
        _, reasons = CONFORMANCE.conform(*case)
        assert {each.rule for each in reasons} <= {Rule.SCH_ASSERT, Rule.SCH_REQUIRED}

    @given(stated(anything))
    def test_no_place_has_two_reasons_of_one_rule(self, case):
        _, reasons = CONFORMANCE.conform(*case)
        places = [(each.rule, each.path) for each in reasons if each.is_error]
        assert len(places) == len(set(places))

    @given(st.integers(0, 2_000_000_000))
    def test_three_decimal_places_survive_exactly(self, thousandths):
        stated = Decimal(thousandths).scaleb(-3)
        for form in (stated, float(stated)):
            canonical, reasons = conform(export_capacity_kw=form)
            assert reasons == ()
            assert Decimal(str(canonical["export_capacity_kw"])) == stated
            assert canonical["export_capacity_kw"] == plain_number(stated)

    @given(st.integers(-9_000_000, 4_000_000))
    def test_six_decimal_places_survive_exactly(self, millionths):
        stated = Decimal(millionths).scaleb(-6)
        for form in (stated, float(stated)):
            canonical, _ = conform(latitude=52, longitude=form)
            assert Decimal(str(canonical["longitude"])) == stated

    @given(st.integers(-(10**15), 10**15))
    def test_floats_of_more_places_are_refused(self, many):
        stated = Decimal(many).scaleb(-9)
        _, reasons = conform(export_capacity_kw=float(stated))
        has_step = any(each.rule is Rule.SCH_STEP for each in reasons)
        assert has_step == (round(stated, 3) != stated)
