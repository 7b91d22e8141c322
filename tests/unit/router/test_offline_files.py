"""Files of any size validated in excerpts: every item is answered as it is where the file is read as one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters import adapter_for
from adapters.cutting import CutLimits, Cutter
from bench.generate import Plan, generate
from contracts.messages import Envelope, Limits
from router.offline import validate
from router.offline_excerpts import speak
from router.offline_files import FileValidation
from tests.support.registry import LANGUAGE, heat_pump

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
MEDIA_TYPES = {
    "csv": "text/csv; profile=heat_pump",
    "json": "application/cloudevents+json",
    "json-batch": "application/cloudevents-batch+json",
    "jsonl": "application/jsonl",
    "xml": "application/xml",
    "flat": "text/vnd.fmar.flat",
}


def envelope(media_type: str) -> Envelope:
    # A batch of events has no id of its own.
    id = "b-1" if "batch" in media_type else ""
    return Envelope(id, "acme", media_type, b"", NOW, statement_date=date(2026, 11, 24))


def in_excerpts(
    file: Path, media_type: str, rows: int, *, shows_results: bool = True
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What was counted, and the items."""
    cutter = adapter_for(LANGUAGE.adapters, media_type)
    assert isinstance(cutter, Cutter)
    with file.open("rb") as source, ThreadPoolExecutor(1, initializer=speak) as pool:
        cut = cutter.cut(source, envelope(media_type), CutLimits(rows=rows))
        validation = FileValidation(cut, envelope(media_type), shows_results=shows_results)
        parts = [part.results for part in validation.parts(pool, 3)]
    return validation.tally.as_json(), orjson.loads(b"[%s]" % b",".join(filter(None, parts)))


def at_once(file: Path, media_type: str) -> dict[str, Any]:
    spoken = replace(LANGUAGE, limits=Limits(body_bytes=2**30, items=2**30))
    return validate(replace(envelope(media_type), body=file.read_bytes()), spoken).as_json()


@pytest.mark.parametrize("format", MEDIA_TYPES)
def test_every_item_is_answered_as_in_the_whole_file(format: str, tmp_path: Path):
    plan = Plan(rows=1_500, format=format, faults=0.2, shuffled=True)
    file = generate(plan, tmp_path / f"portfolio.{format}", LANGUAGE.catalogue).file
    whole = at_once(file, MEDIA_TYPES[format])
    counts, items = in_excerpts(file, MEDIA_TYPES[format], rows=100)
    assert whole["by_rule"]["ASSET-02"] > 5
    assert items == whole["results"]
    assert counts["by_rule"] == whole["by_rule"]
    assert (counts["items"], counts["rejected"]) == (1_500, whole["rejected"])
    alone, none = in_excerpts(file, MEDIA_TYPES[format], rows=100, shows_results=False)
    assert (alone, none) == (counts, [])


def test_what_a_row_holds_that_is_refused_is_free_for_a_later_one(tmp_path: Path):
    """The first row lacks a mandatory attribute; the second, in another excerpt, is the same device in order."""
    file = tmp_path / "pumps.jsonl"
    file.write_bytes(
        lines(pump("A", connection_status=None), pump("B"), pump("C"), pump("B", serial="2"))
    )
    _, items = in_excerpts(file, MEDIA_TYPES["jsonl"], rows=1)
    assert [item["status"] for item in items] == ["rejected", "accepted", "rejected", "rejected"]
    found = [[(r["rule"], r["text"]) for r in item["reasons"]] for item in items]
    assert found[2] == [
        ("ASSET-02", "an asset with the same device key is registered already: line 2")
    ]
    assert found[3] == [("REC-05", "the reference B names line 2 already")]


def test_a_file_that_breaks_off_says_so_and_keeps_what_stands_before(tmp_path: Path):
    file = tmp_path / "pumps.csv"
    plan = Plan(rows=300, faults=0.0)
    generate(plan, file, LANGUAGE.catalogue)
    file.write_bytes(file.read_bytes() + b'"never closed')
    counts, items = in_excerpts(file, MEDIA_TYPES["csv"], rows=100)
    assert len(items) == counts["accepted"] == 300
    assert [reason["rule"] for reason in counts["reasons"]] == ["MSG-02"]


def pump(ref: str, serial: str = "1", **changed: Any) -> dict[str, Any]:
    stated = heat_pump(ref, 1, refs=[{"ref": ref}])
    attributes = {**stated["attributes"], "make": "ACME", "serial_number": serial, **changed}
    return {"command": "asset.register", **stated, "attributes": attributes}


def lines(*items: dict[str, Any]) -> bytes:
    return b"".join(orjson.dumps(item) + b"\n" for item in items)
