"""Workbooks that are damaged or meant to do harm: refused with a reason, before anything is expanded."""

import io
import random
import struct
import time
import zipfile

import pytest

from contracts.messages import Decoded, Limits
from tests.unit.adapters.tables.speaking import XLSX, read
from tests.unit.adapters.tables.workbooks import (
    MAIN,
    PACKAGE,
    RELATIONS,
    RELATIONSHIPS,
    ROW,
    SHEET,
    by_openpyxl,
    parts_of,
    row,
    sheet_xml,
    workbook,
    zipped,
)

BATTERY = f"{XLSX}; profile=battery_storage"
GOOD = parts_of(sheet_xml(row("Command"), row(*ROW)))
DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'


def keys(decoded: Decoded) -> list[str]:
    return [reason.rule.key for reason in decoded.reasons]


def sheet(*rows: str, **more: str) -> bytes:
    return zipped(parts_of(sheet_xml(*rows, **more)))


def encrypted() -> bytes:
    """A part says that it is encrypted."""
    body = bytearray(zipped(GOOD))
    entry = body.rfind(b"PK\x01\x02")
    body[entry + 8] |= 1
    return bytes(body)


def lying_about_its_size() -> bytes:
    """A sheet of ten megabytes that says it has a hundred bytes."""
    body = bytearray(zipped(parts_of(sheet_xml("<row/>" * 2_000_000))))
    entry = body.rfind(b"PK\x01\x02")
    struct.pack_into("<I", body, entry + 24, 100)
    return bytes(body)


def named_twice() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(SHEET, "<worksheet/>")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(SHEET, "<worksheet/>")
    return made.getvalue()


def with_many_parts() -> bytes:
    return zipped({**GOOD, **{f"xl/media/{number}.png": "" for number in range(1_100)}})


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "MSG-02"),
        (b"PK\x03\x04", "MSG-02"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "XLSX-04"),
        (zipped(GOOD)[:-300], "MSG-02"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "MSG-02"),
        (zipped({**GOOD, "xl/workbook.bin": b"x"}), "MSG-02"),
        (zipped({**GOOD, "xl/vbaProject.bin": b"x"}), "XLSX-04"),
        (zipped({**GOOD, "xl/externalLinks/externalLink1.xml": "<x/>"}), "XLSX-04"),
        (encrypted(), "XLSX-04"),
        (named_twice(), "MSG-02"),
        (with_many_parts(), "MSG-03"),
        (zipped({**GOOD, "xl/media/bomb.bin": bytes(20_000_000)}), "MSG-03"),
        (lying_about_its_size(), "MSG-02"),
        (zipped({**GOOD, SHEET: GOOD[SHEET][:-20]}), "MSG-02"),
        (zipped({name: part for name, part in GOOD.items() if name != SHEET}), "MSG-02"),
        (zipped({**GOOD, SHEET: DOCTYPE + GOOD[SHEET]}), "XLSX-04"),
        (zipped({**GOOD, "xl/sharedStrings.xml": f"{DOCTYPE}<sst {MAIN}/>"}), "XLSX-04"),
        (zipped({**GOOD, "xl/workbook.xml": DOCTYPE + GOOD["xl/workbook.xml"]}), "XLSX-04"),
        (zipped({**GOOD, "xl/workbook.xml": f"<workbook {MAIN}/>"}), "MSG-02"),
        (zipped({**GOOD, SHEET: b'<?xml version="1.0" encoding="rot13"?><x/>'}), "MSG-02"),
        (
            zipped({
                **GOOD,
                RELATIONSHIPS: f'<Relationships {PACKAGE}><Relationship Id="rId1" TargetMode="External" '
                f'Type="{RELATIONS}/worksheet" Target="http://example.org/x"/></Relationships>',
            }),
            "XLSX-04",
        ),
        (sheet(row("a", number=2), row("b", number=2)), "MSG-02"),
        (sheet('<row r="x"><c/></row>'), "MSG-02"),
        (sheet('<row><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'), "MSG-02"),
        (sheet('<row><c r="1"><v>1</v></c></row>'), "MSG-02"),
        (sheet('<row><c t="s"><v>9</v></c></row>'), "MSG-02"),
        (sheet('<row><c t="x"><v>9</v></c></row>'), "MSG-02"),
        (sheet('<row><c t="s"><v>00000000009</v></c></row>'), "MSG-02"),
        (sheet('<row r="99999999999"><c/></row>'), "MSG-02"),
        (sheet('<row><c r="XFD1"><v>1</v></c></row>'), "MSG-03"),
        (sheet("<row/>" * 121_000), "MSG-03"),
        (workbook(*(row(*ROW) for _ in range(20_200))), "MSG-03"),
        (workbook(after="<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 10_001 + "</mergeCells>"), "MSG-03"),
        (
            workbook(*(row(*ROW) for _ in range(500)),
                     after="<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 100 + "</mergeCells>"),
            "MSG-03",
        ),
        (workbook(), "MSG-11"),
        (sheet(row("Notes"), row("nothing of a table")), "MSG-11"),
    ],
)  # fmt: skip
@pytest.mark.timeout(20)
def test_it_is_refused_with_its_rule(body: bytes, rule: str) -> None:
    decoded = read(BATTERY, body)
    assert keys(decoded) == [rule], decoded.reasons
    assert not decoded.items


def test_what_expands_beyond_the_limit_is_refused_before_it_is_expanded() -> None:
    body = zipped(
        {
            **GOOD,
            **{
                f"xl/media/{number}": random.Random(number).randbytes(3_000) for number in range(40)
            },
        }
    )
    assert keys(read(BATTERY, body, Limits(body_bytes=len(body) + 1))) == ["MSG-11"]
    big = zipped({**GOOD, **{f"xl/media/{number}": bytes(1_000_000) for number in range(200)}})
    began = time.perf_counter()
    assert keys(read(BATTERY, big)) == ["MSG-03"]
    assert time.perf_counter() - began < 0.5


def test_more_sheets_than_the_limit_are_refused() -> None:
    body = by_openpyxl({f"Sheet {number}": [["x"]] for number in range(101)})
    assert keys(read(BATTERY, body)) == ["MSG-03"]


def test_a_cell_in_the_last_corner_costs_no_memory_for_those_between() -> None:
    body = sheet(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    )
    assert keys(read(BATTERY, body)) == ["MSG-11"]


@pytest.mark.timeout(60)
def test_a_long_token_takes_no_quadratic_time() -> None:
    long = random.Random(0).randbytes(8_000_000).hex()  # does not compress well enough to be a bomb
    began = time.perf_counter()
    assert keys(read(BATTERY, sheet(row("Command", "Make"), f'<row a="{long}"/>'))) == ["MSG-02"]
    (item,) = read(BATTERY, sheet(row("Command", "Make"), row("register", long[:4_000_000]))).items
    assert time.perf_counter() - began < 10
    assert [reason.rule.key for reason in item.reasons] == ["MSG-03"]


def test_a_row_without_end_refuses_the_workbook() -> None:
    long = random.Random(0).randbytes(17_000_000).hex()
    body = sheet(row("Command", "Make"), row("register", f"{long}{long}"))
    assert keys(read(BATTERY, body, Limits(body_bytes=64 * 1024 * 1024))) == ["MSG-03"]


@pytest.mark.timeout(30)
def test_long_numbers_and_formats_cost_no_more_than_their_length() -> None:
    digits = "".join(random.Random(1).choices("123456789", k=2_000_000))
    styles = GOOD["xl/styles.xml"].replace("dd\\/mm\\/yyyy", "[" * 60_000)
    cell = f'<c s="1"><v>{digits}x</v></c>'
    parts = parts_of(sheet_xml(row("Command", "Make"), row("register", cell)))
    (item,) = read(BATTERY, zipped({**parts, "xl/styles.xml": styles})).items
    assert [reason.rule.key for reason in item.reasons] == ["MSG-03"]


def mutated(body: bytes, chance: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    if chance.random() < 0.2:
        del changed[chance.randrange(len(changed)) :]
    return bytes(changed)


def test_any_change_of_bytes_is_answered() -> None:
    """Within a part its checksum tells; elsewhere the file is read as it was, or refused."""
    body = workbook(row(*ROW), row(*ROW))
    whole = [item.payload for item in read(BATTERY, body).items]
    for seed in range(600):
        decoded = read(BATTERY, mutated(body, random.Random(seed)))
        assert decoded.reasons or [item.payload for item in decoded.items] == whole


def test_any_change_of_a_part_is_answered() -> None:
    parts = parts_of(sheet_xml(row("Command", "Make"), row("register", '<c t="s"><v>0</v></c>')))
    for seed in range(600):
        chance = random.Random(seed)
        name = chance.choice([*parts])
        changed = mutated(parts[name].encode(), chance)
        decoded = read(BATTERY, zipped({**parts, name: changed}))
        assert decoded.reasons or decoded.items
