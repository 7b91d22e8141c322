"""What a group adds to the versions and to the log: rendered for all at once, as for each alone."""

from datetime import UTC, datetime

import pytest

from contracts.canonical import canonical_json, content_hash
from contracts.changes import Audience, RecordChange
from registry_store import version_writing
from registry_store.change_log import LogEntry
from registry_store.version_writing import Origin, VersionRows

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SALTS = [bytes([number]) * 16 for number in range(1, 9)]


def change(number: int) -> RecordChange:
    return RecordChange(
        kind="asset",
        id=f"A-{number}",
        event="asset.registered",
        expected=number,
        content={"name": f'back\\slash "{number}"', "a": number},
        valid_from=NOW,
        audience_after=Audience("asset", (f"O-{number % 2}",)),
    )


@pytest.fixture
def _known_salts(monkeypatch: pytest.MonkeyPatch) -> None:
    salts = iter(SALTS)
    monkeypatch.setattr(
        version_writing, "_salts", lambda count: [next(salts) for _ in range(count)]
    )


@pytest.mark.usefixtures("_known_salts")
def test_many_changes_are_rendered_as_each_alone_in_their_order():
    origins = [Origin("O-1", "O-1", 7, "m-7", item) for item in range(1, 5)]
    rows = VersionRows()
    for number, origin in enumerate(origins, 1):
        rows.take(change(number), 100 + number, origin)
    rows.render()
    assert len(rows.lines) == len(rows.leaves) == len(rows.entries) == len(origins)
    for number, salt in enumerate(SALTS[:4], 1):
        content = canonical_json(change(number).content)
        line, entry = rows.lines[number - 1], rows.entries[number - 1]
        assert line.split("\t")[:2] == entry.split("\t")[:2] == [str(100 + number), str(number + 1)]
        assert line.split("\t")[3].replace("\\\\", "\\") == content.decode()
        assert line.endswith(salt.hex())
        assert content_hash(salt, content).hex() in entry


@pytest.mark.usefixtures("_known_salts")
def test_what_is_rendered_is_not_rendered_again_and_more_comes_behind_it():
    origin, rows = Origin("O-1", "O-1", 7, "m-7", 1), VersionRows()
    rows.take(change(1), 101, origin)
    rows.render()
    first = list(rows.leaves)
    rows.render()
    assert rows.leaves == first
    rows.take(change(2), 102, origin)
    rows.render()
    assert rows.leaves[:1] == first
    assert [line.split("\t")[0] for line in rows.lines] == ["101", "102"]


@pytest.mark.usefixtures("_known_salts")
def test_the_leaf_is_that_of_the_entry_which_the_audit_makes_of_the_log():
    rows, origin = VersionRows(), Origin("O-1", "O-2", 7, "m-7", 3, cause="dates")
    rows.take(change(1), 101, origin)
    rows.render()
    hash_ = content_hash(SALTS[0], canonical_json(change(1).content))
    occasion = version_writing._occasion(change(1), origin)
    assert rows.leaves == [LogEntry(101, "A-1", 2, 3, hash_, occasion).leaf()]
