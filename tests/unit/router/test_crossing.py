"""What a process reads for another: the same decisions, and the same writes, as of what that one reads itself."""

import io
import itertools
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters import adapter_for
from adapters.cutting import CutLimits
from bench.batches.sending import MEDIA_TYPES
from bench.generate import Plan, generate
from contracts.batches import BatchHeader, Policy
from contracts.categories import Catalogue
from contracts.changes import Record
from contracts.messages import Envelope
from registry_store.batches.chunks import ChunkBatch, StoredChunk
from registry_store.rules.state import State
from registry_store.writing import WriteSet
from router.pipeline.chunk_group import Prepared, ReadChunk, prepare_chunks
from router.pipeline.crossing import packed, unpacked
from router.pipeline.deciding import decide
from router.pipeline.excerpts import all_refused, read_chunk
from router.pipeline.group_reading import ReadGroup
from tests.support.batching import JSON_LINES, lines, pumps
from tests.support.registry import HUB_KEY, LANGUAGE

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SENDER, ORGANISATION = "bench", "O-7K3Q-9M2T-8X4B-T"
LATER = "2026-12-24T00:00:00Z"
SETTING = LANGUAGE.setting(NOW, HUB_KEY)
UPDATE = Policy(existing="update")


def read(body: bytes, media_type: str, policy: Policy = UPDATE) -> ReadGroup:
    """The whole file as one group, chunks of 50 rows."""
    header = BatchHeader(
        sender=SENDER, media_type=media_type, statement_date="2026-01-01", policy=policy
    )
    batch = ChunkBatch(7, "B-1", "file", header, None, NOW)
    envelope = Envelope("file", SENDER, media_type, b"", NOW, statement_date=date(2026, 1, 1))
    adapter: Any = adapter_for(LANGUAGE.adapters, media_type)
    chunks, first = [], 1
    for number, each in enumerate(
        adapter.cut(io.BytesIO(body), envelope, CutLimits(rows=50)).excerpts, 1
    ):
        chunks.append(StoredChunk(batch, number, first, each.rows, dict(each.said), each.body))
        first += each.rows
    readings = [
        ReadChunk(chunk, read_chunk(chunk, LANGUAGE.adapters, LANGUAGE.limits)) for chunk in chunks
    ]
    return ReadGroup(chunks, prepare_chunks(readings, SETTING, ORGANISATION), (1, 2, 3, 4))


def crossed(group: ReadGroup) -> ReadGroup:
    return unpacked(packed(group), SETTING, LANGUAGE.adapters)


def decided(group: ReadGroup) -> tuple[Any, ...]:
    """Outcomes, and what would be rendered and written."""
    content = {"roles": ["fsp"], "status": "active", "legal_name": "Example"}
    state = State({ORGANISATION: Record("organisation", ORGANISATION, 1, content, NOW, row=1)})
    writes = WriteSet(new_row=itertools.count(2).__next__)
    answers = []
    for chunk, work in zip(group.chunks, group.prepared.works, strict=True):
        if not work.reading.is_readable:
            answers.append(all_refused(chunk, None, work.reading.reasons))
            continue
        answers.append(decide(work, state, SETTING, writes))
    written = (writes.versions.taken, writes.keys, writes.refs, writes.revisions, writes.scheduled)
    return answers, *written


def portfolio(folder: Path, format: str) -> bytes:
    file = folder / f"portfolio.{format}"
    generate(Plan(rows=120, seed=5, format=format, faults=0.2), file, LANGUAGE.catalogue)
    return file.read_bytes()


@pytest.mark.parametrize("format", sorted(MEDIA_TYPES))
def test_a_portfolio_with_faults_is_decided_alike(tmp_path: Path, format: str):
    group = read(portfolio(tmp_path, format), MEDIA_TYPES[format])
    answers, *written = decided(group)
    assert (answers, *written) == decided(crossed(group))
    assert answers
    assert written[0]


def every_kind() -> list[dict[str, Any]]:
    """Items of all commands, right and wrong, now and later."""
    items = pumps(8, refs=[{"ref": "R"}])
    for number, item in enumerate(items):
        item["refs"] = [{"ref": f"R-{number}"}]
    items[2]["attributes"]["import_capacity_kw"] = -1
    items[3]["valid_from"] = LATER
    items[4]["attributes"]["nonsense"] = 1
    items[5]["unknown"] = True
    asset = {"asset": {"ref": "R-0"}}
    unit = {"type": "spg", "name": "North", "members": [asset], "refs": [{"ref": "U"}]}
    organisation = {"legal_name": "Another", "roles": ["fsp"], "contact_email": "x"}
    return [
        *items,
        {"command": "asset.amend", **asset, "patch": {"attributes": {"model": "Air 9"}}},
        {"command": "asset.amend", **asset, "patch": {"attributes": {"model": 9}}},
        {**pumps(1)[0], "command": "asset.update", **asset, "expected_version": 1},
        {"command": "market_unit.create", **unit},
        {"command": "market_unit.create", **unit, "name": "South", "valid_from": LATER},
        {"command": "market_unit.compose", "market_unit": {"ref": "U"}, "members": [asset]},
        {"command": "organisation.register", **organisation},
        {"command": "asset.deregister", "asset": {"ref": "R-1"}},
        {"command": "asset.deregister", "asset": {"ref": "R-6"}, "valid_from": LATER},
    ]


@pytest.mark.parametrize("existing", ["as_stated", "update", "refuse"])
def test_items_of_every_kind_are_decided_alike(existing: Any):
    group = read(lines(every_kind()), JSON_LINES, Policy(existing=existing))
    (((_, outcomes),), *written) = decided(group)
    assert {each.status for each in outcomes} >= {"accepted", "rejected", "scheduled"}
    assert ([((), outcomes)], *written) == decided(crossed(group))


def test_what_cannot_be_read_as_a_whole_crosses_with_its_reasons():
    group = read(lines(pumps(3)), JSON_LINES)
    group.chunks[0] = group.chunks[0]._replace(body=b"\xff\xfe")
    readings = [
        ReadChunk(chunk, read_chunk(chunk, LANGUAGE.adapters, LANGUAGE.limits))
        for chunk in group.chunks
    ]
    group = group._replace(prepared=prepare_chunks(readings, SETTING, ORGANISATION))
    assert decided(group) == decided(crossed(group))


def test_what_is_decided_leans_on_the_same():
    group = read(lines(every_kind()), JSON_LINES)
    there: Prepared = crossed(group).prepared
    assert there.needed == group.prepared.needed
    assert there.organisation == ORGANISATION
    assert there.setting is SETTING
    assert [work.reading.cause for work in there.works] == [None]


def test_a_load_that_is_told_by_its_marker_keeps_its_cause():
    group = read(lines(pumps(3)), JSON_LINES, Policy(notify="snapshot"))
    (work,) = group.prepared.works
    (there,) = crossed(group).prepared.works
    assert there.reading.cause == work.reading.cause is not None


def test_a_category_version_is_the_one_that_the_other_side_has():
    group = read(lines(pumps(3)), JSON_LINES)
    heat_pump = SETTING.catalogue.get("heat_pump", "1.0")
    there = crossed(group).prepared.works[0].prepared[0]
    assert there.category is heat_pump
    assert heat_pump.title.encode() not in packed(group)


def test_a_category_version_that_is_not_known_there_is_said_so():
    others = Catalogue(each for each in SETTING.catalogue if each.name != "heat_pump")
    group = read(lines(pumps(3)), JSON_LINES)
    with pytest.raises(LookupError, match="heat_pump"):
        unpacked(packed(group), replace(SETTING, catalogue=others), LANGUAGE.adapters)
