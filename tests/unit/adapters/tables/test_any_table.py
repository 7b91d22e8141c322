"""Any bytes and any cells under the templates give an answer: never an exception, never nothing."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.tables.known import KnownProfiles
from contracts.canonical import canonical_json
from contracts.messages import Decoded
from router.offline import validate
from tests.support.table_examples import EXAMPLES
from tests.unit.adapters.reading import csv_text
from tests.unit.adapters.tables.speaking import LANGUAGE, MEDIA_TYPES, NOW, adapter, envelope, read

PROFILES = ("ev_charge_point", "market_unit", "items")
KNOWN = KnownProfiles((), LANGUAGE.catalogue)
CELLS = st.text(max_size=12) | st.sampled_from(
    [
        "1e400", "NaN", "9" * 40, "31/02/2020", "=1+1", '"', "\n", "1.01457E+12", "²", "33kV", "1,234", "7,4",
        "[[", '{"a": 1}', "update", "create", "asset.record", "2026-01-01 25:99", "0000-00-00", "1 MW", "-0", "''",
    ]
)  # fmt: skip


def headings(profile: str) -> list[str]:
    known = KNOWN.named(profile, None, NOW)
    columns = known.profile.columns  # type: ignore[union-attr] - these layouts are there
    return [
        column.headings[0].replace("{unit}", next(iter(column.units), "")) for column in columns
    ]


HEADINGS = {profile: headings(profile) for profile in PROFILES}


def answered(media_type: str, body: bytes) -> Decoded:
    decoded = read(media_type, body)
    assert decoded.items or any(reason.is_error for reason in decoded.reasons)
    for item in decoded.items[:20]:
        for path in ("/attributes/connectors/1/type", "/members/1/asset", "/asset", "", "/refs/0"):
            assert adapter(media_type).place_of(item, path)
        canonical_json([reason.as_json() for reason in item.reasons])
    validate(envelope(media_type, body), LANGUAGE)
    return decoded


@pytest.mark.timeout(30)
def test_long_cells_and_headings_cost_no_more_than_their_length() -> None:
    long = [
        "T" * 3_999,
        " T" * 1_999,
        "1" * 3_999,
        "1." * 1_999,
        "[" * 3_999,
        "'" * 3_999,
        "1 Jan" + "," * 3_990,
    ]
    chosen = [
        "Valid from",
        "Export capacity (kW)",
        "Date connected",
        "Make",
        "Evidence",
        "Serial number",
    ]
    rows = [[f"{cell[:-6]}{number}" for _ in chosen] for number in range(60) for cell in long]
    answered("text/csv; profile=battery_storage", csv_text([chosen, *rows]).encode())
    heading = "Make" + "-" * 100_000
    (item,) = read("text/csv; profile=hydro", f"{heading}\n{'x' * 4_001}\n").items
    assert len(item.reasons[0].place) < 200


@pytest.mark.parametrize("profile", PROFILES)
@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_any_cells(profile: str, data: st.DataObject) -> None:
    chosen = data.draw(
        st.lists(st.sampled_from(HEADINGS[profile]), min_size=1, max_size=8, unique=True)
    )
    cells = st.lists(CELLS, min_size=len(chosen), max_size=len(chosen))
    rows = data.draw(st.lists(cells, min_size=1, max_size=5))
    answered(f"text/csv; profile={profile}", csv_text([chosen, *rows]).encode("utf-8", "replace"))


@pytest.mark.parametrize("media_type", [f"{each}; profile=hydro" for each in MEDIA_TYPES])
@given(body=st.binary(max_size=400) | st.binary(max_size=100).map(b"PK\x03\x04".__add__))
@settings(max_examples=150, deadline=None)
def test_any_bytes(media_type: str, body: bytes) -> None:
    answered(media_type, body)


def mutated(body: bytes, chance: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(changed))
        match chance.randrange(3):
            case 0:
                changed[at] = chance.randrange(256)
            case 1:
                del changed[at : at + chance.randint(1, 40)]
                changed = changed or bytearray(b"x")
            case _:
                changed[at:at] = chance.choice(
                    [b'"', b",", b"\n", b"\0", b"\xff", b"1", b";;", b"'"]
                )
    return bytes(changed)


@pytest.mark.parametrize(
    "file", sorted((EXAMPLES / "csv").glob("*.*.csv")), ids=lambda file: file.name
)
def test_mutations_of_the_examples(file: object) -> None:
    body = file.read_bytes()  # type: ignore[attr-defined] - a path
    for seed in range(60):
        answered("text/csv", mutated(body, random.Random(seed)))
