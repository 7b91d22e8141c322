"""Schemas made of several files, schemas that cannot be used, and pairs of them in files."""

import pytest

from adapters.xsd_comparison.checking import check
from adapters.xsd_comparison.sources import Source
from contracts.verdicts import Unusable
from router.category_pairs import answered, kind_of
from tests.support.xsd_writing import codes, element, holds, of, schema, simple

INT = schema(element("xs:int"))


def unusable(old):
    """What is said of an old schema that cannot be used."""
    answer = check(Source(old.encode()), Source(INT.encode()))
    assert isinstance(answer, tuple)
    assert all(isinstance(reason, Unusable) and reason.side == "old" for reason in answer)
    return "; ".join(map(str, answer))


def files(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.xsd").write_text(text)
    return folder


def asked(folder, old="old.xsd", new="new.xsd"):
    return answered({"old_xsd": old, "new_xsd": new}, (folder,))


class TestSeveralFiles:
    def test_what_is_included_is_part_of_the_schema(self, tmp_path):
        old = schema('<xs:include schemaLocation="types.xsd"/>' + element("T"))
        types = codes("T", "aaa")
        files(
            tmp_path, old=old, types=schema(types), new=schema(simple("xs:string", "maxLength=2"))
        )
        answer = asked(tmp_path)
        assert answer["backward"] == "refuted"
        assert answer["counterexample"] == '<r xmlns="urn:a">aaa</r>'

    def test_what_has_no_namespace_takes_that_of_the_schema_that_includes_it(self, tmp_path):
        old = schema('<xs:include schemaLocation="types.xsd"/>' + element("T"))
        types = '<xs:simpleType name="T"><xs:restriction base="xs:int"/></xs:simpleType>'
        files(tmp_path, old=old, types=schema(types, ""), new=schema(element("xs:long"), "urn:b"))
        assert asked(tmp_path)["backward"] == "proved"

    def test_what_is_imported_keeps_its_namespace(self, tmp_path):
        main = schema(
            '<xs:import namespace="urn:c" schemaLocation="./other.xsd"/>'
            + holds('<xs:sequence><xs:element ref="c:s" xmlns:c="urn:c"/></xs:sequence>')
        )
        files(tmp_path, old=main, new=main.replace("urn:a", "urn:b"))
        (tmp_path / "other.xsd").write_text(schema(element("xs:int", name="s"), "urn:c"))
        assert asked(tmp_path)["backward"] == "proved"

    def test_a_file_that_is_missing_is_named(self, tmp_path):
        files(tmp_path, old=schema('<xs:include schemaLocation="types.xsd"/>'), new=INT)
        assert "cannot read 'types.xsd'" in asked(tmp_path)["error"]


class TestNamespaces:
    @pytest.mark.parametrize(("old", "new"), [("urn:a", "urn:b"), ("", "urn:b"), ("urn:a", "")])
    def test_are_mapped_onto_each_other(self, old, new):
        one, other = (Source(schema(of("a b?"), each).encode()) for each in (old, new))
        assert check(one, other).backward == "proved"

    def test_of_local_elements_are_part_of_the_schema(self):
        one, other = (
            Source(schema(of("a"), "urn:a").encode()),
            Source(schema(of("a"), "urn:a", "").encode()),
        )
        assert check(one, other).backward == "refuted"


#: What is given, and what the refusal speaks of.
UNUSABLE = {
    "what is no XML": ("<xs:schema", "not well-formed"),
    "another document": ("<a/>", "no XML schema"),
    "a document type": ('<!DOCTYPE a [<!ENTITY x "y">]>' + INT, "document type declaration"),
    "an address": (
        schema('<xs:import namespace="urn:c" schemaLocation="https://example.org/c.xsd"/>'),
        "nothing is fetched",
    ),
    "a path": (schema('<xs:include schemaLocation="../c.xsd"/>'), "nothing is fetched"),
    "a type that does not exist": (schema(element("T")), "does not take it"),
    "a content that is ambiguous": (schema(of("a? a")), "does not take it"),
    "a pattern that nothing reads": (
        schema(simple("xs:string", "pattern=[b-a]")),
        "does not take it",
    ),
}


class TestWhatCannotBeUsed:
    @pytest.mark.parametrize("case", UNUSABLE)
    def test_is_refused_with_the_reason(self, case, tmp_path):
        text, says = UNUSABLE[case]
        files(tmp_path, old=text, new=INT)
        assert says in asked(tmp_path)["error"]

    def test_is_refused_by_the_comparison_itself(self):
        assert "does not take it" in unusable(schema(element("T")))

    def test_nothing_is_opened_but_files_beside(self, tmp_path):
        secret = tmp_path / "secret.xsd"
        secret.write_text(schema(element("xs:int", name="s"), "urn:c"))
        folder = tmp_path / "schemas"
        folder.mkdir()
        located = schema(f'<xs:import namespace="urn:c" schemaLocation="file://{secret}"/>')
        files(folder, old=located, new=INT)
        assert "nothing is fetched" in asked(folder)["error"]


class TestPairs:
    def test_are_told_by_their_members(self):
        assert kind_of({"old_xsd": "a.xsd", "new_xsd": "b.xsd"}).endings == (".xsd",)

    def test_answer_in_the_same_form_as_pairs_of_json_schemas(self, tmp_path):
        files(tmp_path, old=INT, new=schema(element("xs:byte")))
        answer = asked(tmp_path)
        assert list(answer) == ["backward", "counterexample", "method", "differences"]
        assert (
            answer["differences"][0]["sentence"]
            == "`/r`: the text has fewer values: byte; it was int"
        )

    def test_may_hold_the_schemas_themselves(self, tmp_path):
        assert asked(tmp_path, INT, schema(element("xs:long")))["backward"] == "proved"
