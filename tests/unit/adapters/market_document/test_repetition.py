"""Large documents are read by the shapes of their series: with the same result as by their tree, always."""

import random
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.market_document import repetition
from adapters.market_document.repetition import taken_apart
from contracts.documents import Entry
from contracts.messages import Limits
from router.offline import validate
from tests.support import generated
from tests.support.registry import LANGUAGE
from tests.unit.adapters.market_document.documents import (
    CATEGORIES,
    adapter,
    decoded,
    document,
    envelope,
    heat_pump,
    written,
)
from tests.unit.adapters.reading import ROOT
from tests.unit.adapters.test_any_bytes import mutated

SERIES = re.compile("<TimeSeries>\n(.*?)</TimeSeries>", re.DOTALL)
EXAMPLES = [
    found
    for path in sorted((ROOT / "examples" / "xml").glob("*.xml"))
    if path.name != "configuration.xml"
    for found in SERIES.findall(path.read_text())
]
ODD = [
    "&amp;", "&#65;", "&#x41;", "&#0;", "&#xD800;", "&own;", "&", "]]>", "<!-- -->", "<![CDATA[x]]>", "<?x y?>",
    "\r\n", "\r", "\t", "\x01", "\ufffe", "\ue0001\ue000", "</TimeSeries><TimeSeries>", "<TimeSeries>", "</TimeSeries>",
    "<!-- <TimeSeries> -->", "<![CDATA[</TimeSeries>]]>", '<x a="1>2"/>', "7", "true", " ", "\n", "ä", "<", ">", '"',
]  # fmt: skip


def numbered(series: str, number: int) -> str:
    """The series under names of its own, so that no two of a document are the same."""
    series = re.sub("<mRID>[^<]*</mRID>", f"<mRID>{number}</mRID>", series, count=1)
    series = series.replace("<reference>", f"<reference>{number} ")
    return series.replace("<marketUnit.name>", f"<marketUnit.name>{number} ")


def large(chance: random.Random, count: int = 40) -> str:
    kinds = chance.sample(EXAMPLES, chance.randint(1, 3))
    return document(*(numbered(chance.choice(kinds), number) for number in range(1, count + 1)))


def told(body: bytes) -> Any:
    """Everything that a sender hears, but for the words."""
    result = validate(envelope(body), LANGUAGE)
    reasons = [(reason.rule.key, reason.place) for reason in result.reasons]
    outcomes = [
        (o.item, o.place, o.status, o.command, sorted({(r.rule.key, r.place) for r in o.reasons}))
        for o in result.outcomes
    ]
    decoded = result.reading.decoded
    payloads = [generated.plain(item.payload) for item in decoded.items]
    return reasons, outcomes, payloads, result.records, decoded.message_id, decoded.document


def assert_read_alike(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    by_shapes = told(body)
    with monkeypatch.context() as patched:
        patched.setattr(repetition, "FEWEST", 10**9)
        by_tree = told(body)
    assert by_shapes == by_tree


def is_read_by_shapes(body: bytes) -> bool:
    frame = taken_apart(body, Limits())
    if frame is None:
        return False
    reader = adapter()._reader_of(frame.root)
    return reader is not None and reader.read_frame(frame, envelope(body), Limits()) is not None


def test_large_documents_are_read_by_shapes():
    for seed in range(10):
        assert is_read_by_shapes(large(random.Random(seed)).encode())
    assert not is_read_by_shapes(document(heat_pump()).encode())


@pytest.mark.parametrize("seed", range(12))
def test_sound_documents_are_read_alike(seed, monkeypatch):
    assert_read_alike(large(random.Random(seed)).encode(), monkeypatch)


@pytest.mark.parametrize("batch", range(6))
def test_changed_bytes_are_read_alike(batch, monkeypatch):
    for seed in range(batch * 25, batch * 25 + 25):
        chance = random.Random(seed)
        assert_read_alike(mutated(large(chance, 30).encode(), chance), monkeypatch)


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_texts_are_read_alike_wherever_they_stand(odd, monkeypatch):
    for seed in range(6):
        chance = random.Random(seed)
        body = large(chance, 30)
        at = chance.choice([m.start() for m in re.finditer("[><]", body)]) + chance.randint(0, 1)
        assert_read_alike((body[:at] + odd + body[at:]).encode(), monkeypatch)
    in_a_text = document(
        *(heat_pump(f"<make>A{odd if n == 28 else ''}B</make>\n", number=n) for n in range(1, 31))
    )
    assert_read_alike(in_a_text.encode(), monkeypatch)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("importCapacityKw>3.5<", "importCapacityKw>+3.5<"),
        ("importCapacityKw>3.5<", "importCapacityKw>3<"),
        ("importCapacityKw>3.5<", "importCapacityKw>123456789012.1234567<"),
        ("importCapacityKw>3.5<", "importCapacityKw><"),
        ("importCapacityKw>3.5<", "importCapacityKw> 3.5<"),
        ("asset.register<", "asset.update<"),
        ("asset.register<", "asset.destroy<"),
        (">heat_pump<", ">solar_pv<"),
        ("heat_pump:1:0", "heat_pump:7:0"),
        ("<mRID>28<", f"<mRID>{'2' * 61}<"),
        ("<mRID>28<", "<mRID>3<"),
        ("<mRID>28</mRID>\n", ""),
        ("<connectionStatus>connected</connectionStatus>\n", ""),
        (
            "<connectionStatus>connected</connectionStatus>",
            "<connectionStatus a='b'>connected</connectionStatus>",
        ),
        ("<validFrom.dateTime>2026-01-01T00:00:00Z", "<validFrom.dateTime>2026-02-30T00:00:00Z"),
        ("<validFrom.dateTime>2026-01-01T00:00:00Z", "<validFrom.dateTime>2026-01-01T00:00:00.5Z"),
        ("<validFrom.dateTime>2026-01-01T00:00:00Z", "<validFrom.dateTime>2026-01-01T00:00:00"),
        ("</TimeSeries>\n", "</TimeSeries>late\n"),
        ("</TimeSeries>\n</AssetR", "</TimeSeries><late/>\n</AssetR"),
        ("<revisionNumber>1", "<revisionNumber>0"),
        (">FMAR<", ">OTHER<"),
    ],
)
def test_one_that_differs_among_many_is_read_alike(before, after, monkeypatch):
    time = "<validFrom.dateTime>2026-01-01T00:00:00Z</validFrom.dateTime>\n<Reference>"
    series = [heat_pump(number=n).replace("<Reference>", time) for n in range(1, 31)]
    if before in series[27]:
        body = document(*series[:27], series[27].replace(before, after), *series[28:])
    else:
        body = document(*series).replace(before, after, 1)
    assert body != document(*series)
    assert_read_alike(body.encode(), monkeypatch)


@given(choice=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_assets_come_back_by_their_shape_as_they_were(choice):
    """One asset, many times: what was learnt from the first must give the others back."""
    category = choice.draw(st.sampled_from(CATEGORIES))
    command = choice.draw(st.sampled_from(["asset.register", "asset.update", "market_unit.create"]))
    payload = choice.draw(generated.payloads(command, category))
    body = written(*[Entry(command, payload)] * 30)
    items = decoded(body).items
    assert [item.reasons for item in items] == [()] * 30
    assert all(generated.plain(item.payload) == generated.plain(payload) for item in items)


@given(choice=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_assets_that_are_alike_in_nothing_come_back_as_they_were(choice):
    category = choice.draw(st.sampled_from(CATEGORIES))
    assets = st.lists(generated.assets(category), min_size=25, max_size=30)
    payloads = choice.draw(assets)
    items = decoded(written(*(Entry("asset.register", payload) for payload in payloads))).items
    assert [generated.plain(item.payload) for item in items] == generated.plain(payloads)
