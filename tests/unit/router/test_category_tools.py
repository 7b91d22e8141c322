"""`hub category list`, `show`, `template`, `docs`, `xsd`, `lint`: of categories and of files, without any server."""

import csv
import hashlib
import io
import json
from copy import deepcopy
from pathlib import Path

import pytest
from lxml import etree
from openpyxl import load_workbook
from typer.testing import CliRunner

from registry_store.category_identity import identity_hash
from router.cli import build_app
from tests.support.categories import TIDAL_LAGOON, tidal_lagoon
from tests.support.registry import LANGUAGE


def run(*words):
    return CliRunner().invoke(build_app(), ["category", *map(str, words)])


def answered(*words):
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def draft(tmp_path):
    """Writes a document, changed, into a file."""

    def write(change=lambda _: None, name="draft.json"):
        document = deepcopy(tidal_lagoon())
        change(document)
        file = tmp_path / name
        file.write_text(json.dumps(document))
        return file

    return write


class TestList:
    def test_names_every_category_with_the_version_in_force(self):
        listed = json.loads(answered("list", "--json"))
        assert [each["name"] for each in listed] == list(LANGUAGE.catalogue.names())
        assert {each["in_force"] for each in listed} == {"1.0"}

    def test_is_readable(self):
        assert "Battery storage" in answered("list")


class TestShow:
    def test_says_what_is_asked(self):
        text = answered("show", "heat_pump")
        assert "import_capacity_kw" in text
        assert "kW" in text

    def test_gives_the_document_by_whose_hash_the_version_is_known(self):
        body = answered("show", "heat_pump", "--json").encode()
        category = LANGUAGE.catalogue.get("heat_pump", "1.0")
        assert hashlib.sha256(body).hexdigest() == identity_hash(category.document)

    def test_takes_a_file_that_nobody_has_published(self):
        assert "tidal_lagoon" in answered("show", TIDAL_LAGOON)

    def test_gives_a_draft_without_number_the_next_one(self, draft):
        file = draft(lambda d: (d.pop("version"), d.pop("$id"), d.update(category="tidal_lagoon")))
        assert json.loads(answered("show", file, "--json"))["version"] == "1.0"

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (("nothing",), "there is no category nothing, and no such file"),
            (("heat_pump", "--version", "7.0"), "heat_pump has no version 7.0; there are 1.0"),
            (("missing.json",), "cannot read missing.json"),
        ],
    )
    def test_says_what_is_not_there(self, words, says):
        result = run("show", *words)
        assert result.exit_code == 2
        assert says in result.output

    def test_says_every_reason_why_a_file_is_no_category(self, draft):
        file = draft(lambda d: [part.pop("visibility", None) for part in d["properties"].values()])
        result = run("show", file)
        assert result.exit_code == 2
        assert result.output.count("CAT-09") > 1


class TestForms:
    def test_the_template_is_a_table_with_an_example(self):
        rows = list(
            csv.reader(io.StringIO(answered("template", "heat_pump").removeprefix("\ufeff")))
        )
        assert rows[0][:3] == ["Template", "heat_pump", "1.0"]
        assert "Import capacity (kW)" in rows[1]
        assert len(rows) == 3

    def test_the_template_is_a_workbook_too(self, tmp_path):
        out = tmp_path / "template.xlsx"
        answered("template", TIDAL_LAGOON, "--format", "xlsx", "--out", out)
        assert load_workbook(out).active["A1"].value == "Template"

    def test_a_workbook_is_not_printed(self):
        assert run("template", "heat_pump", "--format", "xlsx").exit_code == 2

    def test_the_xml_schema_is_one(self):
        schema = etree.fromstring(answered("xsd", "heat_pump").encode())
        assert etree.XMLSchema(schema) is not None
        assert schema.get("targetNamespace") == "urn:fmar:category:heat_pump:1:0"

    def test_the_documentation_names_the_attributes(self, tmp_path):
        out = tmp_path / "heat_pump.md"
        answered("docs", "heat_pump", "--out", out)
        assert "`import_capacity_kw`" in out.read_text()


class TestLint:
    @pytest.mark.parametrize("name", LANGUAGE.catalogue.names())
    def test_every_category_is_without_errors(self, name):
        assert run("lint", name).exit_code == 0

    def test_a_clean_file_is_without_findings(self):
        assert json.loads(answered("lint", TIDAL_LAGOON, "--json")) == {str(TIDAL_LAGOON): []}

    def test_what_is_to_be_mended_is_said_with_place_and_remedy(self, draft):
        file = draft(lambda d: d.update(titel=d.pop("title")))
        result = run("lint", file)
        assert result.exit_code == 1
        assert "error unknown_keyword /titel: the profile has no keyword titel" in result.output
        assert "Did you mean title?" in result.output

    def test_several_files_are_answered_together(self, draft):
        good, bad = draft(name="good.json"), draft(lambda d: d.pop("description"), "bad.json")
        result = run("lint", good, bad, "--json")
        assert result.exit_code == 1
        told = json.loads(result.stdout)
        assert told[str(good)] == []
        assert "description_missing" in {finding["rule"] for finding in told[str(bad)]}

    @pytest.mark.parametrize(
        ("text", "says"),
        [('{"a": 1, "a": 2}', "stands twice"), ("[" * 400, "not readable"), ("", "not readable")],
    )
    def test_what_is_no_json_is_refused(self, text, says, tmp_path):
        file = Path(tmp_path) / "draft.json"
        file.write_text(text)
        result = run("lint", file)
        assert result.exit_code == 2
        assert says in result.output

    def test_another_json_value_is_answered_with_a_finding(self, tmp_path):
        file = Path(tmp_path) / "draft.json"
        file.write_text("[1]")
        result = run("lint", file)
        assert result.exit_code == 1
        assert "no JSON object" in result.output


@pytest.mark.parametrize(
    "command", ["list", "show", "template", "docs", "xsd", "lint", "impact", "check"]
)
def test_every_command_teaches_with_an_example(command):
    assert f"hub category {command}" in " ".join(answered(command, "--help").split())
