"""Generated portfolios: every fault that was sown is found at its place by its rule, and no other."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters import Writer
from bench.generate import Plan, generate
from bench.portfolio.documents import WRITTEN_AT
from bench.portfolio.faults import KINDS
from bench.portfolio.numbers import meter, mpan
from contracts.documents import Document, Entry, Header
from contracts.identifiers import mpan_problem
from contracts.messages import Envelope
from router.bootstrap import Language, language
from router.offline import Validation, validate

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/cloudevents+json",
    "json-batch": "application/cloudevents-batch+json",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
    "xml": "application/xml",
    "flat": "text/vnd.fmar.flat",
}
ROWS = 2_000
_NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.fixture(scope="module")
def spoken() -> Language:
    return language()


def _answered(
    plan: Plan, tmp_path: Path, spoken: Language
) -> tuple[list[dict[str, Any]], Validation]:
    """What the manifest says, and what the hub says without servers."""
    made = generate(plan, tmp_path / "portfolio", spoken.catalogue)
    envelope = Envelope(
        "generated" if plan.format == "json-batch" else "",
        "bench",
        MEDIA_TYPES[plan.format],
        made.file.read_bytes(),
        _NOW,
        statement_date=date(2026, 11, 1),
    )
    sown = [json.loads(line) for line in made.manifest.read_text().splitlines()]
    assert made.faults == len(sown)
    return sown, validate(envelope, spoken)


def _check_found(sown: list[dict[str, Any]], validation: Validation) -> None:
    assert validation.reasons == ()
    assert len(validation.outcomes) == ROWS
    found = {o.item: o.reasons for o in validation.outcomes if o.reasons}
    assert {o.item for o in validation.outcomes if o.status == "rejected"} == found.keys()
    assert found.keys() == {fault["item"] for fault in sown}
    for fault in sown:
        (reason,) = found[fault["item"]]
        assert (reason.rule.key, reason.path) == (fault["rule"], fault["path"]), fault
        assert reason.place.startswith(fault["place"]), fault
        if "column" in fault:
            assert reason.place == fault["place"]


@pytest.mark.parametrize("format", [*MEDIA_TYPES])
@pytest.mark.parametrize("category", ["heat_pump", "mixed"])
def test_every_fault_that_was_sown_is_found_at_its_place_and_no_other(
    format: str, category: str, tmp_path: Path, spoken: Language
) -> None:
    plan = Plan(ROWS, format, category, faults=0.1, shuffled=category == "mixed")
    sown, validation = _answered(plan, tmp_path, spoken)
    _check_found(sown, validation)
    carried = {kind.name for kind in KINDS.values() if format in kind.formats}
    assert {fault["fault"] for fault in sown} == carried


@pytest.mark.parametrize("category", ["ev_charge_point", "battery_storage"])
@pytest.mark.parametrize("dialect", ["continental", "megawatts"])
def test_a_dialect_changes_the_spelling_and_not_the_meaning(
    category: str, dialect: str, tmp_path: Path, spoken: Language
) -> None:
    sown, plainly = _answered(Plan(ROWS, category=category, faults=0.05), tmp_path, spoken)
    sown, otherwise = _answered(
        Plan(ROWS, category=category, faults=0.05, dialect=dialect), tmp_path, spoken
    )
    _check_found(sown, otherwise)
    assert _meaning(otherwise) == _meaning(plainly)


def _meaning(validation: Validation) -> dict[str, Any]:
    """What is accepted, by the sender's reference."""
    return {record["refs"][0]["ref"]: record for record in validation.records if record is not None}


@pytest.mark.parametrize(
    "format", ["xlsx", "json", "json-batch", "jsonl", "parquet", "xml", "flat"]
)
def test_every_format_carries_the_same_assets(
    format: str, tmp_path: Path, spoken: Language
) -> None:
    def refused(validation: Validation) -> list[int]:
        return [o.item for o in validation.outcomes if o.status == "rejected"]

    _, by_csv = _answered(Plan(500, "csv", "mixed", faults=0.05), tmp_path, spoken)
    _, by_other = _answered(Plan(500, format, "mixed", faults=0.05), tmp_path, spoken)
    assert refused(by_other) == refused(by_csv)
    assert _meaning(by_other) == _meaning(by_csv)


def test_a_shuffled_portfolio_holds_the_same_assets_in_another_order(
    tmp_path: Path, spoken: Language
) -> None:
    _, ordered = _answered(Plan(ROWS, faults=0), tmp_path, spoken)
    _, strewn = _answered(Plan(ROWS, faults=0, shuffled=True), tmp_path, spoken)
    assert _meaning(strewn) == _meaning(ordered)
    assert [*_meaning(strewn)] != [*_meaning(ordered)]


def test_a_share_of_the_rows_is_changed_in_meaning(tmp_path: Path, spoken: Language) -> None:
    _, before = _answered(Plan(ROWS), tmp_path, spoken)
    _, after = _answered(Plan(ROWS, changed=0.1), tmp_path, spoken)
    old, new = _meaning(before), _meaning(after)
    assert old.keys() == new.keys()
    changed = [ref for ref in old if old[ref] != new[ref]]
    assert 0.07 < len(changed) / ROWS < 0.13
    name = "import_capacity_kw"
    assert all(
        float(new[r]["attributes"][name] - old[r]["attributes"][name]) == 0.5 for r in changed
    )


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path, spoken: Language) -> None:
    for format in ("csv", "xlsx", "parquet", "xml"):
        plan = Plan(300, format, faults=0.1)
        first = generate(plan, tmp_path / "first", spoken.catalogue).file.read_bytes()
        again = generate(plan, tmp_path / "again", spoken.catalogue).file.read_bytes()
        assert first == again


def test_devices_and_meters_are_unique_in_a_large_portfolio(spoken: Language) -> None:

    meters = {meter(number, 7) for number in range(100_000)}
    assert len(meters) == 100_000
    assert meters.isdisjoint(
        {meter(number, seed) for seed in (1, 8, 107) for number in range(100_000)}
    )
    assert all(mpan_problem(mpan(12, each)) is None for each in list(meters)[::100])


def test_an_unknown_word_is_answered_with_those_that_are_known(
    tmp_path: Path, spoken: Language
) -> None:
    with pytest.raises(ValueError, match="there is no format pdf: known are csv"):
        generate(Plan(1, "pdf"), tmp_path / "x", spoken.catalogue)
    with pytest.raises(ValueError, match="xml is written in one way only"):
        generate(Plan(1, "xml", dialect="continental"), tmp_path / "x", spoken.catalogue)


@pytest.mark.parametrize("format", ["xml", "flat"])
def test_documents_are_written_as_the_formats_own_writer_writes_them(
    format: str, tmp_path: Path, spoken: Language
) -> None:
    plan = Plan(300, format, "mixed", faults=0)
    made = generate(plan, tmp_path / "portfolio", spoken.catalogue)
    envelope = Envelope("", "bench", MEDIA_TYPES[format], made.file.read_bytes(), _NOW)
    adapter = next(each for each in spoken.adapters if each.name == format)
    assert isinstance(adapter, Writer)
    items = adapter.decode(envelope, spoken.limits).items
    assert len(items) == 300
    header = Header(plan.document_id, "bench", "hub", WRITTEN_AT)
    document = Document(header, tuple(Entry(item.command, item.payload) for item in items))
    written = adapter.encode(document)[1]
    assert sorted(written.splitlines()) == sorted(made.file.read_bytes().splitlines())


def test_portfolios_of_two_seeds_have_no_asset_and_no_reference_in_common(
    tmp_path: Path, spoken: Language
) -> None:
    _, first = _answered(Plan(ROWS, seed=1), tmp_path, spoken)
    _, other = _answered(Plan(ROWS, seed=2), tmp_path, spoken)
    assert _meaning(first).keys().isdisjoint(_meaning(other).keys())
