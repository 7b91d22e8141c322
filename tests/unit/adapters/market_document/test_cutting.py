"""Documents of any size: what is cut out is read as it would be in the whole, and a break is told at its place."""

import io
import json
import random
import re
import time
from typing import Any

import pytest

from adapters.cutting import Cut, CutLimits, Cutter
from adapters.market_document import cutting, cutting_tags, known_shapes
from adapters.market_document.adapter import MarketDocuments
from adapters.market_document.cutting_tags import SoundSeries
from adapters.seen_names import SeenNames
from contracts.categories import Catalogue
from contracts.commands import COMMANDS
from contracts.messages import Decoded, Item, Limits
from tests.support import generated
from tests.support.registry import LANGUAGE
from tests.unit.adapters.market_document.documents import (
    adapter,
    decoded,
    document,
    envelope,
    heat_pump,
)
from tests.unit.adapters.market_document.test_repetition import ODD, large
from tests.unit.adapters.reading import ROOT
from tests.unit.adapters.test_any_bytes import mutated


class Trickle(io.RawIOBase):
    """A source that gives a few bytes at a time."""

    def __init__(self, body: bytes, size: int) -> None:
        self._rest, self._size = body, size

    def read(self, size: int = -1) -> bytes:  # noqa: ARG002 - of the protocol
        given, self._rest = self._rest[: self._size], self._rest[self._size :]
        return given


def cut_of(body: bytes, **limits: Any) -> Cut:
    return adapter().cut(io.BytesIO(body), envelope(b""), CutLimits(**limits))


def read_in_parts(body: bytes, rows: int) -> tuple[Cut, list[Item]]:
    """Every excerpt gives all of its items, whatever else is wrong with the document."""
    file, items = cut_of(body, rows=rows), []
    for excerpt in file.excerpts:
        said = json.loads(json.dumps(excerpt.said))
        part = adapter().decode(envelope(excerpt.body, excerpt=said), Limits())
        assert part.reasons == ()
        assert len(part.items) == excerpt.rows <= rows
        assert part.message_id == file.head.message_id
        items += part.items
    return file, items


def told(items: Any) -> list[Any]:
    """Everything but the words."""
    return [
        (
            item.number, item.place, item.command, generated.plain(item.payload),
            sorted({(reason.rule.key, reason.place, reason.path) for reason in item.reasons}),
        )
        for item in items
    ]  # fmt: skip


def errors(reasons: Any) -> list[str]:
    return [reason.rule.key for reason in reasons if reason.is_error]


def assert_cut_as_whole(body: bytes, rows: int = 7) -> None:
    """A document that is taken is cut whole and alike; one that is refused is refused, or breaks off."""
    whole = decoded(body)
    file, items = read_in_parts(body, rows)
    assert bool(errors(whole.reasons)) == bool(errors([*file.head.reasons, *file.reasons])), (
        whole.reasons, file.head.reasons, file.reasons,
    )  # fmt: skip
    if not errors(whole.reasons):
        assert told(items) == told(whole.items)
        assert header(file.head) == header(whole)
    else:
        assert len(items) <= body.count(b"TimeSeries")


def header(read: Decoded) -> Any:
    own = {name: value for name, value in read.document.items() if name != "series"}
    return read.message_id, read.on_behalf_of, read.sent_at, read.reasons, own


@pytest.mark.parametrize("seed", range(8))
def test_sound_documents_are_cut_alike_whatever_the_size_of_the_parts(seed: int) -> None:
    body = large(random.Random(seed), 60).encode()
    for rows in (1, 7, 30, 500):
        assert_cut_as_whole(body, rows)
        for size in (13, 1000):
            source: Any = Trickle(body, size)
            trickled = adapter().cut(source, envelope(b""), CutLimits(rows=rows))
            assert list(trickled.excerpts) == list(cut_of(body, rows=rows).excerpts)


def test_the_words_are_the_same_too() -> None:
    odd = [heat_pump(number=n, after="<network.area>EPN</network.area>\n") for n in range(1, 9)]
    body = document(*[heat_pump(number=n) for n in range(9, 40)], *odd).encode()
    _, items = read_in_parts(body, 5)
    assert items == list(decoded(body).items)
    assert items[-1].reasons[0].place.startswith("/AssetRegistration_MarketDocument/TimeSeries[39]")


@pytest.mark.parametrize("batch", range(6))
def test_changed_bytes_are_cut_alike(batch: int) -> None:
    for seed in range(batch * 25, batch * 25 + 25):
        chance = random.Random(seed)
        assert_cut_as_whole(mutated(large(chance, 30).encode(), chance))


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_texts_are_cut_alike_wherever_they_stand(odd: str) -> None:
    for seed in range(6):
        chance = random.Random(seed)
        body = large(chance, 30)
        at = chance.choice([m.start() for m in re.finditer("[><]", body)]) + chance.randint(0, 1)
        assert_cut_as_whole((body[:at] + odd + body[at:]).encode())
    text = f"<make>A{odd}B</make>\n"
    one = document(*(heat_pump(text if n == 28 else "", number=n) for n in range(1, 31)))
    assert_cut_as_whole(one.encode())
    assert_cut_as_whole(document(*(heat_pump(text, number=n) for n in range(1, 31))).encode())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<TimeSeries>", "<TimeSeries >"),
        ("</TimeSeries>", "</TimeSeries >"),
        ("<TimeSeries>", "<TimeSeries xml:lang='en'>"),
        ("<TimeSeries>", "<!-- one --><TimeSeries>"),
        ("<mRID>28<", "<mRID>3<"),
        ("<mRID>28<", "<mRID>&#51;<"),
        ("<mRID>28<", "<mRID><!-- -->3<"),
        ("<mRID>28</mRID>\n", ""),
        ("<make>B</make>", "<make/>"),
        ("</TimeSeries>\n</AssetR", "</TimeSeries>\n<!-- the end --></AssetR"),
        ("</TimeSeries>\n</AssetR", "</TimeSeries>late\n</AssetR"),
        ("</TimeSeries>\n</AssetR", "</TimeSeries><late/>\n</AssetR"),
        ("</TimeSeries>\n</AssetR", "</TimeSeries><?late ?>\n</AssetR"),
        ("<mRID>doc-1", "<!-- <TimeSeries> --><mRID>doc-1"),
        ("<revisionNumber>1", "<revisionNumber>0"),
        (">FMAR<", ">OTHER<"),
        ("<AssetReg", "<!DOCTYPE a><AssetReg"),
        ("<AssetReg", '<?xml version="1.0" encoding="UTF-16"?><AssetReg'),
        ("<AssetReg", '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<!-- <AssetX> -->\n<AssetReg'),
        ("urn:fmar:registration:1:0", "urn:fmar:registration:9:0"),
    ],
)
def test_one_thing_out_of_the_ordinary_is_cut_alike(before: str, after: str) -> None:
    series = [heat_pump("<make>B</make>\n", number=n) for n in range(1, 31)]
    body = document(*series)
    assert before in body
    assert_cut_as_whole(body.replace(before, after).encode())
    at = body.rindex(before)
    assert_cut_as_whole((body[:at] + after + body[at + len(before) :]).encode())


def prefixed(body: str) -> str:
    return re.sub(r"<(/?)(?=[A-Za-z])", r"<\1f:", body).replace(" xmlns=", " xmlns:f=")


def test_a_document_with_prefixes_is_cut_alike() -> None:
    assert_cut_as_whole(prefixed(large(random.Random(3))).encode())


@pytest.mark.parametrize("name", [p.name for p in sorted((ROOT / "examples/xml").glob("*.xml"))])
def test_every_example_is_cut_alike(name: str) -> None:
    assert_cut_as_whole((ROOT / "examples" / "xml" / name).read_bytes(), rows=2)


@pytest.mark.parametrize("comment", ["", "<!-- a comment -->"])
def test_where_a_document_is_cut_off_the_series_before_stand(comment: str) -> None:
    series = [heat_pump(number=n) for n in range(1, 31)]
    body = document(*series).replace("</TimeSeries>\n", f"</TimeSeries>\n{comment}", 3)
    whole = decoded(body)
    for count in (0, 1, 12, 29):
        at = body.index(f"<mRID>{count + 1}<") + 40
        file, items = read_in_parts(body[:at].encode(), 5)
        assert told(items) == told(whole.items[:count])
        assert errors(file.reasons) == ["MSG-02"]
        assert file.reasons[0].place.startswith(f"line {body.count(chr(10), 0, at) + 1}, column")
    file, items = read_in_parts(body[: body.rindex("</Asset")].encode(), 5)
    assert (len(items), errors(file.reasons)) == (30, ["MSG-02"])


def test_where_a_document_breaks_in_the_middle_the_series_before_stand() -> None:
    body = document(*[heat_pump("<make>A</make>\n", number=n) for n in range(1, 31)])
    at = body.index("<make>", body.index("<mRID>20<"))
    file, items = read_in_parts((body[:at] + "<make></oops>" + body[at:]).encode(), 8)
    assert [item.number for item in items] == list(range(1, 20))
    (reason,) = file.reasons
    assert reason.rule.key == "MSG-02"
    assert reason.place.startswith(f"line {body.count(chr(10), 0, at) + 1}, column")


@pytest.mark.parametrize("odd", ['<x xmlns="a:{"/>', "<y:x/>"])
def test_a_namespace_that_is_none_breaks_a_document_where_it_stands(odd: str) -> None:
    made = [f"<make>A</make>{odd if n == 20 else ''}" for n in range(31)]
    body = document(*[heat_pump(made[n], number=n) for n in range(1, 31)])
    file, items = read_in_parts(body.encode(), 8)
    assert [item.number for item in items] == list(range(1, 20))
    (reason,) = file.reasons
    line = body.count(chr(10), 0, body.index(odd)) + 1
    assert (reason.rule.key, reason.place.split(",")[0]) == ("MSG-02", f"line {line}")


@pytest.mark.parametrize("size", [1, 13, 1_000_000])
def test_a_document_breaks_at_the_same_place_whatever_the_size_of_the_parts(size: int) -> None:
    body = document(*[heat_pump(number=n) for n in range(1, 31)])
    at = body.index("<connectionStatus>", body.index("<mRID>21<"))
    source: Any = Trickle((body[:at] + "&own;" + body[at:]).encode(), size)
    file = adapter().cut(source, envelope(b""), CutLimits(rows=8))
    assert sum(excerpt.rows for excerpt in file.excerpts) == 20
    (reason,) = file.reasons
    line = body.count(chr(10), 0, at) + 1
    assert (reason.rule.key, reason.place.split(",")[0]) == ("MSG-02", f"line {line}")


def test_zeros_at_the_end_of_a_document_are_told_at_their_line() -> None:
    body = document(*[heat_pump(number=n) for n in range(1, 31)])
    at = body.index("<mRID>21<")
    file, items = read_in_parts(body[:at].encode() + b"\0" * 5_000, 8)
    assert [item.number for item in items] == list(range(1, 21))
    (reason,) = file.reasons
    assert (reason.rule.key, reason.place) == ("MSG-02", f"line {body.count(chr(10), 0, at) + 1}")
    source: Any = Trickle(body[:at].encode() + b"\0" * 5_000, 13)
    trickled = adapter().cut(source, envelope(b""), CutLimits(rows=8))
    assert sum(excerpt.rows for excerpt in trickled.excerpts) == 20
    assert trickled.reasons == file.reasons


def test_what_stands_between_the_series_ends_the_reading() -> None:
    series = [heat_pump(number=n) for n in range(1, 31)]
    body = document(*series).replace("<TimeSeries>\n<mRID>20<", "<late/><TimeSeries>\n<mRID>20<")
    file, items = read_in_parts(body.encode(), 8)
    assert len(items) == 19
    assert [(r.rule.key, r.place) for r in file.reasons] == [
        ("MSG-13", "/AssetRegistration_MarketDocument/late")
    ]


def test_more_series_than_a_file_may_have_are_not_read() -> None:
    body = document(*[heat_pump(number=n) for n in range(1, 31)]).encode()
    file = cut_of(body, rows=10, file_rows=20)
    assert [excerpt.rows for excerpt in file.excerpts] == [10, 10]
    assert errors(file.reasons) == ["MSG-03"]


def test_series_that_are_large_make_small_excerpts() -> None:
    gap = " " * 1_000_000
    body = document(*[heat_pump(gap, number=n) for n in range(1, 13)]).encode()
    for comment in (b"", b"<!-- -->"):
        file = cut_of(body.replace(b"<TimeSeries>", comment + b"<TimeSeries>"))
        sizes = [(excerpt.rows, len(excerpt.body)) for excerpt in file.excerpts]
        assert sum(rows for rows, _ in sizes) == 12
        assert max(size for _, size in sizes) < 6_000_000


def test_a_series_without_an_end_is_no_reason_to_hold_everything() -> None:
    body = document(heat_pump(number=1), heat_pump("<make>A</make>" * 3_000_000, number=2))
    file, items = read_in_parts(body.encode(), 5)
    assert [item.number for item in items] == [1]
    assert errors(file.reasons) == ["MSG-03"]


def test_the_parser_is_asked_only_of_what_is_rare(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[int] = []
    by_parser = SoundSeries._parsed

    def counted(self: SoundSeries, series: list[bytes]) -> Any:
        parsed.append(len(series))
        return by_parser(self, series)

    monkeypatch.setattr(cutting_tags.SoundSeries, "_parsed", counted)
    monkeypatch.setattr(cutting, "SeriesParser", None)
    series = [heat_pump(f"<make>A&amp;{n}</make>\n", number=n) for n in range(1, 401)]
    series[7] = series[7].replace("<make>A", "<make>&#65;")
    excerpts = list(cut_of(document(*series).encode(), rows=10).excerpts)
    assert (len(excerpts), parsed) == (40, [1])


def test_unprefixed_series_below_a_prefixed_root_are_none_of_the_document() -> None:
    body = document(*[heat_pump(number=n) for n in range(1, 31)]).replace(" xmlns=", " xmlns:f=", 1)
    body = body.replace("<AssetR", "<f:AssetR").replace("</AssetR", "</f:AssetR")
    assert_cut_as_whole(body.encode())


def test_the_pattern_takes_the_time_of_one_pass() -> None:
    began = time.process_time()
    for odd in (
        "<a>" * 100_000,
        "<a></a>" * 100_000,
        "<a> " * 50_000,
        "&amp;" * 100_000,
        " " * 10**6,
    ):
        text = f"<TimeSeries><mRID>1</mRID><b>{odd}".encode()
        assert cutting_tags._SERIES.fullmatch(text) is None
    assert time.process_time() - began < 1


@pytest.mark.parametrize("chance", [random.Random(seed) for seed in range(4)])
def test_names_are_compared_over_the_whole_document(chance: random.Random) -> None:
    kinds = [str, lambda n: f"S{n}", lambda n: str(n) if n < 3_000 else f"x{n % 4_000}"]
    make = chance.choice(kinds)
    names = [make(n) for n in range(1, 9_001)]
    for _ in range(50):
        names[chance.randrange(9_000)] = chance.choice([*names[:20], "", "007", "4000", "ä"])
    first: dict[str, int] = {}
    expected = [
        (number, first[name])
        for number, name in enumerate(names, 1)
        if name and first.setdefault(name, number) != number
    ]
    known, found = SeenNames(), []
    for start in range(0, 9_000, 700):
        part = names[start : start + 700]
        found += [(start + 1 + at, earlier) for at, earlier in known.twice(part, start + 1)]
    assert found == expected


def test_it_is_a_cutter_that_needs_no_whole_file() -> None:
    assert isinstance(adapter(), Cutter)
    assert not adapter().needs_whole(envelope(b""))


def test_what_was_learnt_of_one_excerpt_is_known_in_the_next_as_long_as_the_categories_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learnt: list[str] = []
    learn = known_shapes.learnt

    def counted(text: str, *others: Any) -> Any:
        learnt.append(text)
        return learn(text, *others)

    monkeypatch.setattr(known_shapes, "learnt", counted)
    body = document(*[heat_pump(f"<make>{n}</make>\n", number=n) for n in range(1, 201)]).encode()
    catalogue = Catalogue(LANGUAGE.catalogue)
    read = MarketDocuments(catalogue, COMMANDS)
    for renewed in (False, True):
        if renewed:
            catalogue.renew(LANGUAGE.catalogue)
        for excerpt in cut_of(body, rows=40).excerpts:
            items = read.decode(envelope(excerpt.body, excerpt=excerpt.said), Limits()).items
            assert [item.payload["attributes"]["make"] for item in items] == [
                str(item.number) for item in items
            ]
        assert len(learnt) == 1 + renewed


def test_shapes_are_forgotten_where_a_file_has_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_shapes, "_MOST", 3)
    for seed in range(3):
        assert_cut_as_whole(large(random.Random(seed), 60).encode(), 30)
