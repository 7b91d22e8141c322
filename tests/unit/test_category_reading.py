"""Category documents that come by message: read, or refused with every reason and its place."""

from decimal import Decimal

import pytest

from contracts.categories import Catalogue, Category
from registry_store.category_identity import contract_hash, identity_hash
from registry_store.category_profile import Ordinals
from registry_store.category_reading import MOST_BYTES, plain
from registry_store.conformance import Conformance
from registry_store.rules.merge_patch import merge_patch
from tests.support.categories import new_reader, tidal_lagoon

READER = new_reader("ecr")


def found(document):
    """Rule and path of every reason."""
    reasons = READER.read(document)
    assert not isinstance(reasons, Category)
    return {(reason.rule.key, reason.path) for reason in reasons}


class TestADocumentThatIsRead:
    def test_is_a_category_like_those_of_the_hub_itself(self):
        category = READER.read(tidal_lagoon())
        assert (category.name, category.version) == ("tidal_lagoon", "1.0")
        assert category.attribute("basin_area_km2").unit == "km2"
        assert category.attribute("export_capacity_kw").title, "the shared definition"

    def test_is_frozen_without_its_date(self):
        dated = tidal_lagoon() | {"effective_from": "2030-01-01T00:00:00Z"}
        assert READER.read(dated).document == READER.read(tidal_lagoon()).document
        assert "effective_from" not in READER.read(dated).document

    def test_gives_the_same_object_again(self):
        assert READER.read(tidal_lagoon()) is READER.read(tidal_lagoon())

    def test_has_examples_that_hold_and_counter_examples_that_break_one_rule(self):
        category = READER.read(tidal_lagoon())
        conform = Conformance(Catalogue([category])).conform
        for example in category.document["examples"]:
            assert conform(category, example) == (example, ())
        for counter in category.document["counter_examples"]:
            broken = merge_patch(category.document["examples"][0], counter["change"])
            _, reasons = conform(category, broken)
            said = [(reason.rule.key, reason.path) for reason in reasons]
            assert said == [(counter["rule"], counter["path"])]


class TestADocumentThatIsRefused:
    def test_names_everything_at_once(self):
        document = tidal_lagoon(
            basin_area_km2={"minimum": "none", "oneOf": []}, sluice_gates={"visibility": "friends"}
        )
        document["additionalProperties"] = True
        paths = {path for rule, path in found(document) if rule == "CAT-09"}
        assert paths >= {
            "/additionalProperties",
            "/properties/basin_area_km2/minimum",
            "/properties/sluice_gates/visibility",
        }

    @pytest.mark.parametrize("schema", [{}, {"type": "object"}, {"anyOf": [{}] * 9}])
    def test_is_no_category(self, schema):
        assert {rule for rule, _ in found(schema)} == {"CAT-09"}

    def test_refers_to_another_place(self):
        document = tidal_lagoon()
        document["properties"]["make"] = {"$ref": "https://example.org/make.json"}
        assert found(document) == {("CAT-10", "/properties/make/$ref")}

    def test_refers_to_itself(self):
        document = tidal_lagoon()
        document["properties"]["make"] = {"$ref": "#/properties/make"}
        assert found(document) == {("CAT-10", "/properties/make/$ref")}

    def test_refers_to_what_is_not_there_and_widens_what_is(self):
        document = tidal_lagoon(metering={"enum": ["boundary", "roof"]})
        document["properties"]["make"] = {"$ref": "urn:fmar:common:1:0#/$defs/nothing"}
        assert found(document) == {
            ("CAT-10", "/properties/make/$ref"),
            ("CAT-10", "/properties/metering"),
        }

    def test_speaks_of_what_it_does_not_have_and_names_twice(self):
        document = tidal_lagoon(sluice_gates={"ordinal": 600, "heading": "Make"})
        document["required"].append("tide")
        assert {path for rule, path in found(document) if rule == "CAT-11"} == {
            "/required",
            "/properties/sluice_gates/ordinal",
            "/properties/sluice_gates/heading",
        }

    def test_is_too_large(self):
        document = tidal_lagoon()
        document["examples"].append({"site_name": "x" * MOST_BYTES})
        assert found(document) == {("CAT-14", "")}

    def test_has_the_name_of_another_table_layout(self):
        document = tidal_lagoon() | {"category": "ecr", "$id": "urn:fmar:category:ecr:1:0"}
        assert found(document) == {("CAT-02", "/category")}

    def test_has_a_number_that_reads_like_another(self):
        document = tidal_lagoon() | {
            "version": "1.01",
            "$id": "urn:fmar:category:tidal_lagoon:1:01",
        }
        assert found(document) == {("CAT-09", "/version")}


class TestOrdinals:
    def test_are_compared_with_all_that_is_published(self):
        ordinals = Ordinals([READER.read(tidal_lagoon())])
        other = READER.read(
            tidal_lagoon("1.1", basin_area_km2={"xml_name": "area"}, sluice_gates={"ordinal": 640})
        )
        assert [(r.rule.key, r.path) for r in ordinals.reasons(other)] == [
            ("CAT-12", "/properties/basin_area_km2/ordinal"),
            ("CAT-12", "/properties/sluice_gates/ordinal"),
        ]


class TestPlainDocuments:
    def test_have_numbers_as_json_writes_them_shortest(self):
        value, reasons = plain({"a": [Decimal("1.0"), Decimal("2.50"), 3, True, None, "x"]})
        assert (value, reasons) == ({"a": [1, 2.5, 3, True, None, "x"]}, ())

    @pytest.mark.parametrize("number", ["0.0000001", "1000000000000", "1E+30"])
    def test_have_no_number_without_canonical_form(self, number):
        _, reasons = plain({"a": {"b/c": [Decimal(number)]}}, "/document")
        assert [(r.rule.key, r.path) for r in reasons] == [("CAT-09", "/document/a/b~1c/0")]

    def test_have_member_names_in_ascii(self):
        _, reasons = plain({"größe": 1})
        assert [r.rule.key for r in reasons] == ["CAT-09"]


class TestHashes:
    def test_the_identity_is_of_the_whole_document_but_its_date(self):
        document = READER.read(tidal_lagoon()).document
        assert identity_hash(document) == identity_hash(document | {"effective_from": "2030"})
        assert identity_hash(document) != identity_hash(document | {"title": "Lagoon"})

    @pytest.mark.parametrize(
        "changed",
        [
            {"basin_area_km2": {"title": "Area", "description": "How large the lagoon is."}},
            {"turbine_sets": {"title": "Machines"}},
        ],
    )
    def test_documentation_alone_leaves_the_contract_as_it_is(self, changed):
        old = READER.read(tidal_lagoon()).document
        new = READER.read(tidal_lagoon("1.1", **changed)).document | {"title": "Lagoon"}
        assert contract_hash(new) == contract_hash(old)
        assert identity_hash(new) != identity_hash(old)

    @pytest.mark.parametrize(
        "changed",
        [
            {"unit": "ha"},
            {"identity": True},
            {"material": "never"},
            {"visibility": "market"},
            {"personal": True, "visibility": "owner"},
            {"xml_name": "area"},
            {"heading": "Area"},
            {"ordinal": 650},
            {"maximum": 900},
        ],
        ids=lambda changed: next(iter(changed)),
    )
    def test_the_contract_holds_what_partners_rely_on(self, changed):
        old = READER.read(tidal_lagoon()).document
        new = READER.read(tidal_lagoon(basin_area_km2=changed)).document
        assert contract_hash(new) != contract_hash(old)
