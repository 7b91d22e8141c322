"""The walk of docs/stewards.md, as it stands there: each command run, each answer compared, the clock moved.

Comments of the document say what a reader does beside the commands: `clock` moves the hub's clock, `file`
writes a copy of the example (a JSON Merge Patch says what is changed), `registers` sends an asset of version
1.0 in every format, `keeps` looks at what was registered.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from adapters import Writer, adapter_for
from contracts.documents import Document, Entry, Header
from contracts.messages import Envelope, Limits
from registry_store.records import find
from registry_store.rules.merge_patch import merge_patch
from router.bootstrap import language
from router.cli import build_app, steps
from router.sending import Outgoing
from tests.support.categories import TIDAL_LAGOON
from tests.support.generated import plain
from tests.support.guides import assert_says, shown_after
from tests.support.registry import Registry, mpan

GUIDE = Path(__file__).parents[2] / "docs" / "stewards.md"
EXAMPLE = json.loads(TIDAL_LAGOON.read_bytes())
_STEP = re.compile(r"^<!-- (\w+): (.*?) -->$|^\$ \./hub (.*)$", re.MULTILINE)


class Walk:
    """A registry, a clock that the walk moves, and what it has registered."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.now = datetime.now(UTC)
        self.assets: list[str] = []
        self._points = count(1)
        registry.add_partner("steward", "steward")
        registry.add_partner("colleague", "steward")
        registry.add_partner("office", "facilitator")
        registry.add_partner("acme", "fsp")
        registry.pipeline.close()
        registry.pipeline = registry.new_pipeline(now=lambda: self.now)

    def send(self, message: Outgoing) -> bytes:
        """A message of the command line, straight into the pipeline: the receipt in canonical form."""
        envelope = Envelope(
            message.message_id, message.sender, message.media_type, message.body, self.now
        )
        return self.registry.pipeline.process([envelope])[0].receipt

    def clock(self, moment: str) -> None:
        self.now = datetime.fromisoformat(moment)

    def file(self, said: str) -> None:
        name, _, patch = said.partition(" ")
        Path(name).write_text(json.dumps(merge_patch(EXAMPLE, json.loads(patch))))

    def registers(self, expected: str) -> None:
        """The first example in every format: accepted and read back in each, or refused by that rule."""
        writers = [each for each in self.registry.spoken.adapters if isinstance(each, Writer)]
        assert {writer.name for writer in writers} == {
            "json",
            "jsonl",
            "xml",
            "flat",
            "csv",
            "xlsx",
            "parquet",
        }
        for writer in writers:
            receipt = self._register(writer)
            (item,) = receipt["items"] or [{"reasons": receipt["reasons"]}]
            if expected == "accepted":
                assert receipt["status"] == "accepted", (writer.name, receipt)
                self.assets.append(item["id"])
                self._reads_back(item["id"])
            else:
                rules = {reason["rule"] for reason in item["reasons"]}
                assert expected in rules, (writer.name, receipt)

    def keeps(self, version: str) -> None:
        assert self.assets
        assert {self._record(id)["category_version"] for id in self.assets} == {version}

    def _register(self, writer: Any) -> dict[str, Any]:
        number = next(self._points)
        payload = {
            "category": "tidal_lagoon",
            "category_version": "1.0",
            "accounting_point": {"scheme": "mpan", "id": mpan(number)},
            "network": {"gsp_group": "_K", "area": "SWALES"},
            "attributes": {**EXAMPLE["examples"][0], "serial_number": f"SL-{number}"},
        }
        header = Header(f"walk-{number}", "acme", "hub", self.now)
        # As a partner does who has the category already, from the public API.
        if self.registry.spoken.catalogue.get("tidal_lagoon", "1.0") is None:
            self._renew()
        media_type, body = writer.encode(Document(header, (Entry("asset.register", payload),)))
        return self.registry.receipt_of(
            Envelope("", "acme", media_type, body, self.now, statement_date=self.now.date())
        )

    def _reads_back(self, id: str) -> None:
        forms = self.registry.spoken.forms
        canonical = self._record(id)
        for format in forms.names:
            media_type, body = forms.record(canonical, format, reader="acme")
            if format == "json":
                assert orjson.loads(body) == canonical
                continue
            adapter = adapter_for(self.registry.spoken.adapters, media_type)
            assert adapter is not None
            envelope = Envelope(
                "", "hub", media_type, body, self.now, statement_date=self.now.date()
            )
            (read,) = adapter.decode(envelope, Limits()).items
            assert plain(read.payload) == canonical, format

    def _record(self, id: str) -> dict[str, Any]:
        with self.registry.database.engine.connect() as connection:
            found = find(connection, id)
        assert found is not None
        return found.canonical

    def _renew(self) -> None:
        with self.registry.database.dedicated() as connection:
            self.registry.spoken.live.renew(connection)


@pytest.fixture
def walk(database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walk]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    registry = Registry(database.url, language())
    walk = Walk(registry)
    monkeypatch.setattr(steps, "sent", lambda _settings, message, **_: walk.send(message))
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
        arguments = [one or two for one, two in re.findall(r'"([^"]*)"|(\S+)', line)]
        result = runner.invoke(app, arguments, catch_exceptions=False)
        shown = shown_after(text, step.end())
        assert shown, f"the guide shows no answer to {line}"
        assert_says(result.output, shown, line)
        commands += 1
    assert commands > 20
    events = walk.registry.query(
        "SELECT DISTINCT event FROM change WHERE event LIKE 'category_version.%%'"
    )
    assert len(events) == 8, "the walk takes every step there is"
