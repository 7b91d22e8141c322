"""The walk of docs/mapping-profiles.md, as it stands there: each command run, each answer compared.

Comments of the document say what a reader does beside the commands: `spelling` adds one to a code table of a
profile, `reads` sends a file under the published profile.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from contracts.messages import Envelope
from registry_store.database import Database
from router.bootstrap import language
from router.cli import build_app, mapping_versions, steps
from router.sending import Outgoing
from tests.support.guides import assert_says, shown_after
from tests.support.registry import Registry, receipt

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "mapping-profiles.md"
_STEP = re.compile(r"^<!-- (\w+): (.*?) -->$|^\$ \./hub (.*)$", re.MULTILINE)


class Walk:
    """A registry with the partner of the guide."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        registry.add_partner("acme", "fsp")

    def send(self, message: Outgoing) -> bytes:
        """A message of the command line, straight into the pipeline: the receipt in canonical form."""
        envelope = Envelope(
            message.message_id, message.sender, message.media_type, message.body, datetime.now(UTC)
        )
        return self.registry.pipeline.process([envelope])[0].receipt

    def spelling(self, said: str) -> None:
        file, table, code, spelling = said.split(" ", 3)
        document = json.loads(Path(file).read_bytes())
        (entry,) = [each for each in document["codes"][table] if each["code"] == code]
        entry.setdefault("spellings", []).append(spelling)
        Path(file).write_text(json.dumps(document))

    def reads(self, said: str) -> None:
        file, accepted, refused = said.split()
        envelope = Envelope(
            "", "acme", "text/csv; profile=acme-batteries", Path(file).read_bytes(), datetime.now(UTC),
            statement_date=date(2026, 10, 31),
        )  # fmt: skip
        answer = receipt(self.registry.pipeline.process([envelope])[0])
        statuses = [item["status"] for item in answer["items"]]
        assert statuses.count("accepted") == int(accepted), answer
        assert statuses.count("rejected") == int(refused)


@pytest.fixture
def walk(database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walk]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    registry = Registry(database.url, language())
    walk = Walk(registry)
    monkeypatch.setattr(steps, "sent", lambda _settings, message, **_: walk.send(message))
    monkeypatch.setattr(mapping_versions, "database", lambda *_, **__: Database(database.url))
    yield walk
    assert registry.audit().is_clean
    registry.close()


def test_the_walk_goes_as_it_is_told(walk: Walk) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    runner, app, commands = CliRunner(), build_app(), 0
    for step in _STEP.finditer(text):
        directive, said, line = step.groups()
        if directive is not None:
            getattr(walk, directive)(said)
            continue
        result = runner.invoke(app, line.split(), catch_exceptions=False)
        shown = shown_after(text, step.end())
        assert shown, f"the guide shows no answer to {line}"
        assert_says(result.output, shown, line)
        commands += 1
    assert commands == 10


def test_the_exit_status_says_what_became_of_a_trial(tmp_path: Path) -> None:
    runner, app = CliRunner(), build_app()
    table = ROOT / "examples" / "mapping" / "batteries.csv"
    profile = tmp_path / "acme-batteries.json"
    assert (
        runner.invoke(app, ["mapping", "draft", str(table), "--out", str(profile)]).exit_code == 0
    )
    assert runner.invoke(app, ["mapping", "test", str(profile), str(table)]).exit_code == 1
    good = tmp_path / "good.csv"
    lines = table.read_text().splitlines()
    good.write_text("\n".join(lines[:6]))
    assert runner.invoke(app, ["mapping", "test", str(profile), str(good)]).exit_code == 0
    document = json.loads(profile.read_bytes())
    document["columns"][0]["kind"] = "colour"
    document["columns"][1]["to"] = "/a/b/c"
    profile.write_text(json.dumps(document))
    result = runner.invoke(app, ["mapping", "test", str(profile), str(table), "--json"])
    assert result.exit_code == 2
    problems = {each["path"] for each in json.loads(result.output)["problems"]}
    assert problems == {"/columns/0/kind", "/columns/1/to"}
    empty = tmp_path / "empty.csv"
    empty.write_text("a,b\nc,d\n")
    assert runner.invoke(app, ["mapping", "draft", str(empty)]).exit_code == 2
