"""Flat files of any size: the dress of the whole is checked first, then items are read as they are in the whole."""

import codecs
import io
import json
import random
from typing import Any

import pytest

from adapters.cutting import Cut, CutLimits, Cutter
from adapters.flat_file import cutting_blocks
from adapters.flat_file.adapter import MEDIA_TYPE
from contracts.documents import Document, Entry
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import has_errors
from tests.support.generated import plain
from tests.unit.adapters.flat_file.building import (
    ATTRIBUTES,
    RECEIVED,
    decode,
    errors,
    flat,
    pool_file,
    register,
    user_file,
)
from tests.unit.adapters.flat_file.test_corruption import ENTRIES
from tests.unit.adapters.flat_file.test_dress import D0155, RECORDS
from tests.unit.adapters.flat_file.test_published_files import FILES
from tests.unit.adapters.flat_file.test_round_trip import HEADER
from tests.unit.adapters.reading import ROOT, real_data
from tests.unit.adapters.test_any_bytes import mutated

WRITTEN = flat().encode(Document(HEADER, ENTRIES * 6))[1]


@pytest.fixture(autouse=True, params=[64, 1024 * 1024], ids=["small blocks", "usual blocks"])
def _blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting_blocks, "_BLOCK_BYTES", request.param)


def envelope(body: bytes = b"", charset: str | None = None, **members: Any) -> Envelope:
    media_type = MEDIA_TYPE if charset is None else f"{MEDIA_TYPE}; charset={charset}"
    return Envelope("", "acme", media_type, body, RECEIVED, **members)


def read_in_parts(
    body: bytes, rows: int = 3, charset: str | None = None, limits: CutLimits | None = None
) -> tuple[Cut, list[Item]]:
    limits = limits or CutLimits(rows=rows)
    file, items = flat().cut(io.BytesIO(body), envelope(charset=charset), limits), []
    for excerpt in file.excerpts:
        said = json.loads(json.dumps(excerpt.said))
        part = flat().decode(envelope(excerpt.body, charset, excerpt=said), Limits())
        assert part.reasons == ()
        assert len(part.items) == excerpt.rows <= limits.rows
        assert (part.versions, part.on_behalf_of) == (file.head.versions, file.head.on_behalf_of)
        items += part.items
    assert file.reasons == []
    return file, items


def told(items: Any) -> list[Any]:
    return [
        (
            item.number, item.place, item.command, plain(item.payload), item.reasons,
            flat().place_of(item, "/attributes/make"), flat().place_of(item, "/category"),
        )
        for item in items
    ]  # fmt: skip


def assert_cut_as_whole(body: bytes, rows: int = 3, charset: str | None = None) -> Decoded:
    whole = decode(body, charset=charset)
    file, items = read_in_parts(body, rows, charset)
    assert file.head == whole._replace(items=())
    assert told(items) == told(whole.items)
    return whole


def many(count: int = 20, *attributes: str) -> list[str]:
    numbers = range(1, count + 1)
    return [line for n in numbers for line in (register(n), *ATTRIBUTES, *attributes)]


@pytest.mark.parametrize("rows", [1, 3, 7, 500])
def test_user_and_pool_files_are_cut_alike(rows: int) -> None:
    for body in (WRITTEN, user_file(*many()), pool_file(*many())):
        assert not assert_cut_as_whole(body, rows).reasons


@pytest.mark.parametrize("name", [p.name for p in sorted((ROOT / "examples/flat").iterdir())])
def test_every_example_is_cut_alike(name: str) -> None:
    assert_cut_as_whole((ROOT / "examples" / "flat" / name).read_bytes(), 1)


@pytest.mark.parametrize("name", FILES)
def test_a_published_file_is_refused_alike(name: str) -> None:
    assert_cut_as_whole(real_data(name).read_bytes())


ODD = {
    "a mark": codecs.BOM_UTF8 + user_file(*many()),
    "blank lines": user_file(*many(5, "")).replace(b"ZHV", b"\n\nZHV") + b"\n\n",
    "line ends of Windows": user_file(*many(), end="\r\n"),
    "mixed line ends": user_file(*many()).replace(b"|1.0||||mpan", b"|1.0||||mpan\r\n", 1),
    "mixed": user_file(*many()).replace(b"3.5|\n", b"3.5|\r\n"),
    "the first otherwise": user_file(*many(), end="\r\n").replace(b"|\r\n", b"|\n", 1),
    "no last line end": user_file(*many())[:-1],
    "Windows-1252": user_file(*many(9, "FA2|13|make|Blåtand|")).decode().encode("cp1252"),
    "no text": user_file(*many(9, "FA2|13|make|Blåtand|")).replace("å".encode(), b"\x81"),
    "late NUL": user_file(*many(9, "FA2|13|make|a\0|")),
    "UTF-16": user_file(*many(2)).decode().encode("utf-16"),
    "empty": b"",
    "blank": b"\n\n",
    "no header": b"\n".join(user_file(*many()).split(b"\n")[1:]),
    "no trailer": b"\n".join(user_file(*many()).split(b"\n")[:-2]),
    "cut off": user_file(*many())[:-60],
    "wrong count": user_file(*many(), trailer="ZPT|0000000042|59||20|20261124093000|"),
    "wrong instances": user_file(*many(), trailer="ZPT|0000000042|60||19|20261124093000|"),
    "wrong checksum": user_file(*many(), trailer="ZPT|0000000042|60|17|20|20261124093000|"),
    "another file's": user_file(*many(), trailer="ZPT|0000000043|60||20|20261124093000|"),
    "completed before": user_file(*many(), trailer="ZPT|0000000042|60||20|20251124093000|"),
    "trailer not closed": user_file(*many(), trailer="ZPT|0000000042|60||20|20261124093000"),
    "header not closed": user_file(*many()).replace(b"OPER|", b"OPER", 1),
    "records not closed": user_file(*many()).replace(b"3.5|", b"3.5"),
    "a second header": user_file(*many(), "ZHV|x|", *many()),
    "a header among pool records": pool_file(*many(), "ZHD|x|", *many()),
    "records after": user_file(*many()) + b"FA1|x|\n" * 200,
    "two files": user_file(*many()) * 2,
    "records before": user_file("FA2|1|x|y|", "FB1|", *many()),
    "odd records": user_file(*many(9, "FZ9|x|", "FA2|14|make|a|")),
    "no item": user_file("FA2|1|x|y|"),
    "no record": user_file(trailer="ZPT|0000000042|0||0|20261124093000|"),
    "another flow": user_file(*RECORDS * 9, header=D0155),
    "another flow without groups": user_file(*RECORDS, "1|2|", header=D0155),
    "outcomes": user_file("FO1|0|accepted|", header=D0155.replace("D0155001", "F0101001")),
    "for another": user_file(*many()).replace(b"Z|FMAR", b"X|MRCY"),
    "a test": user_file(*many()).replace(b"OPER", b"TR01"),
    "two organisations": user_file(*many(), register(21, f4="O-1"), *many()),
    "no command for one": user_file(*many(), register(21, f3="x", f4="O-1"), *ATTRIBUTES),
    "numbers out of order": user_file(*many(), *many()),
    "a long value": user_file(*many(9, f"FA2|13|make|{'x' * 4001}|")),
    "long values": user_file(*many(60, *[f"FA2|13|make|{'x' * 4001}|"] * 2)),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_told_as_in_the_whole(name: str) -> None:
    for rows in (1, 3):
        assert_cut_as_whole(ODD[name], rows)


@pytest.mark.parametrize("charset", ["windows-1252", "iso-8859-1", "utf-8", "klingon"])
def test_a_declared_charset_is_kept(charset: str) -> None:
    assert_cut_as_whole(ODD["Windows-1252"], charset=charset)


@pytest.mark.parametrize("seed", range(80))
def test_changed_bytes_are_told_as_in_the_whole(seed: int) -> None:
    chance = random.Random(seed)
    whole = chance.choice([WRITTEN, user_file(*many(6)), pool_file(*many(6))])
    assert_cut_as_whole(mutated(whole, chance))


def test_a_file_cut_off_anywhere_is_refused_before_its_first_item() -> None:
    for end in range(0, len(WRITTEN) - 1, 97):
        file, items = read_in_parts(WRITTEN[:end])
        assert (has_errors(file.head.reasons), items) == (True, [])


@pytest.mark.parametrize("name", ODD)
def test_of_a_file_that_is_too_large_for_one_message_the_same_is_told(name: str) -> None:
    """Of what holds for the whole file: nothing is said of its items then."""
    if len(ODD[name]) <= 400:
        return
    whole, small = decode(ODD[name]), CutLimits(rows=3, whole=Limits(body_bytes=400))
    file, items = read_in_parts(ODD[name], limits=small)
    head = file.head
    assert has_errors(head.reasons) == has_errors(whole.reasons)
    assert (head.message_id, head.sent_at, head.notes) == (
        whole.message_id, whole.sent_at, whole.notes,
    )  # fmt: skip
    of_items = ("ITEM", "FLAT-08", "FLAT-07")
    expected = [each for each in errors(whole.reasons) if not each[0].startswith(of_items)]
    if name not in ("odd records", "mixed line ends"):
        assert errors(head.reasons)[: len(expected)] == expected
    assert has_errors(head.reasons) or told(items) == told(whole.items)


def test_more_items_than_a_file_may_have_are_refused() -> None:
    file, items = read_in_parts(WRITTEN, limits=CutLimits(file_rows=11))
    assert items == []
    assert "MSG-03" in [rule for rule, _ in errors(file.head.reasons)]


def test_an_item_of_many_records_is_an_excerpt_of_its_own() -> None:
    long = [register(2), *[f"FA4|acme|{'r' * 3_000}{n}|" for n in range(2_000)]]
    body = user_file(*many(1), *long, register(3), *ATTRIBUTES)
    file = flat().cut(io.BytesIO(body), envelope(), CutLimits())
    assert [(excerpt.rows, excerpt.said["line"]) for excerpt in file.excerpts] == [
        (1, 2), (1, 5), (1, 2006),
    ]  # fmt: skip


def test_a_line_without_an_end_is_no_reason_to_hold_everything() -> None:
    body = user_file(*many(3), "x" * 40_000_000 + "|")
    (reason,) = read_in_parts(body)[0].head.reasons
    assert (reason.rule.key, reason.place) == ("MSG-03", "line 11")


def test_bundles_and_records_are_cut_though_the_hub_takes_none() -> None:
    entry = Entry("asset.record", {"kind": "asset", "id": "A-1", "version": 1})
    assert_cut_as_whole(flat().encode(Document(HEADER, (entry,) * 7))[1])


def test_it_is_a_cutter_that_needs_the_whole_file() -> None:
    assert isinstance(flat(), Cutter)
    assert flat().needs_whole(envelope())
