"""What the documents say of the code is compared with the code."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
import typer.main

from router.cli import build_app
from tests.support.readme_tables import README, with_table

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([README, *(ROOT / "docs").rglob("*.md"), ROOT / "CHANGELOG.md"])
_COMMAND_LINE = re.compile(r"\./hub ([^\n`#]+)")
#: What the script itself handles.
_OF_THE_SCRIPT = {"test", "python"}


def names(document: Path) -> str:
    return str(document.relative_to(ROOT))


def command_lines() -> list[tuple[str, str]]:
    return [
        (names(document), line.strip())
        for document in DOCUMENTS
        for line in _COMMAND_LINE.findall(document.read_text())
    ]


def resolved(words: list[str]) -> tuple[Any, list[str]]:
    """The command that these words name, and what follows. Raises LookupError."""
    command: Any = typer.main.get_command(build_app())
    while hasattr(command, "get_command"):
        name = words.pop(0) if words else ""
        command = command.get_command(None, name)
        if command is None:
            raise LookupError(name)
    return command, words


def test_the_table_of_formats_is_what_the_code_reads():
    assert with_table(README.read_text()) == README.read_text(), (
        "run ./hub python -m tests.support.readme_tables"
    )


def test_the_readme_is_short():
    assert len(README.read_text().splitlines()) < 150


@pytest.mark.parametrize(("document", "line"), command_lines())
def test_a_command_in_the_documents_exists_with_its_options(document, line):
    words = re.split(r"\s{2,}", line)[0].rstrip(".,;:)").split(" | ")[0].split()
    if words[0].strip(";,") in _OF_THE_SCRIPT:
        return
    command, rest = resolved([word.strip("[];,") for word in words])
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    given = {word.partition("=")[0] for word in rest if word.startswith("--")}
    assert given <= known, document


@pytest.mark.parametrize("document", DOCUMENTS, ids=names)
def test_links_lead_somewhere(document):
    links = re.findall(r"\]\(([^)#\s]+)\)", document.read_text())
    local = [link for link in links if not link.startswith(("http://", "https://"))]
    assert [link for link in local if not (document.parent / link).exists()] == []


def test_the_message_of_the_readme_is_the_example():
    first, second = re.findall(r"```json\n(.*?)```", README.read_text(), re.DOTALL)
    shown = orjson.loads(first)
    assert shown == orjson.loads(
        (ROOT / "examples" / "json" / "asset.amend.move.json").read_bytes()
    )
    notification = orjson.loads(second)
    assert notification["record"]["network"] == shown["data"]["patch"]["network"]


def test_every_decision_has_its_parts_and_stands_in_the_list():
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", (folder / "README.md").read_text())
    assert listed == sorted(file.name for file in folder.glob("0*.md"))
    for name in listed:
        headings = re.findall(r"^## (.+)$", (folder / name).read_text(), re.MULTILINE)
        assert headings == [
            "Context",
            "Decision",
            "Consequences",
            "Alternatives",
            "Revisit when",
        ], name


def test_the_code_that_a_decision_names_is_there():
    for decision in (ROOT / "docs" / "decisions").glob("0*.md"):
        status = re.search(r"^Status: .*$", decision.read_text(), re.MULTILINE)
        assert status is not None, decision.name
        for path in re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py)?)`", status[0]):
            assert (ROOT / path).exists(), f"{decision.name} names {path}"
