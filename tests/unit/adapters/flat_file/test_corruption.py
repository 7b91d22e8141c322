"""Damaged files: an answer to whatever bytes, and never another record without a word.

The checksum that the hub writes finds any one changed, added or lost byte, and the counts find lost records.
"""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.canonical import canonical_json
from contracts.documents import Document, Entry
from contracts.messages import Decoded
from tests.support.generated import plain
from tests.unit.adapters.flat_file.building import decode, errors, flat, pool_file, user_file
from tests.unit.adapters.flat_file.test_round_trip import HEADER
from tests.unit.adapters.test_any_bytes import mutated

ASSET = {
    "category": "ev_charge_point",
    "refs": [{"ref": "Käfer-1"}],
    "accounting_point": {"scheme": "mpan", "id": "1200000000011"},
    "network": {"area": "LPN"},
    "attributes": {
        "connection_status": "connected",
        "import_capacity_kw": 7.4,
        "make": "Blåtand",
        "connectors": [{"type": "type_2", "power_kw": 7.4}, {"type": "ccs", "power_kw": 50}],
    },
}
UNIT = {"type": "spg", "name": "East", "members": [{"asset": {"ref": "Käfer-1"}}]}
ENTRIES = (Entry("asset.register", ASSET), Entry("market_unit.create", UNIT))
WHOLE = flat().encode(Document(HEADER, ENTRIES))[1]


def answered(body: bytes) -> Decoded:
    """The answer, which is one: errors or items, with places and in JSON."""
    decoded = decode(body)
    assert errors(decoded.reasons) or decoded.items
    assert [item.number for item in decoded.items] == list(range(1, len(decoded.items) + 1))
    for item in decoded.items[:20]:
        assert flat().place_of(item, "/attributes/postcode")
        canonical_json([reason.as_json() for reason in item.reasons])
    canonical_json([reason.as_json() for reason in decoded.reasons])
    return decoded


def is_silent(decoded: Decoded) -> bool:
    return not decoded.reasons and not any(item.reasons for item in decoded.items)


def assert_never_another_record_silently(body: bytes) -> None:
    decoded = answered(body)
    if is_silent(decoded):
        assert [plain(item.payload) for item in decoded.items] == plain([ASSET, UNIT])


def test_one_byte_that_changes_comes_or_goes_is_found() -> None:
    chance = random.Random(1)
    for at in range(len(WHOLE)):
        assert_never_another_record_silently(WHOLE[:at] + WHOLE[at + 1 :])
        for other in (b"|", b"\n", b"1", bytes([chance.randrange(256)])):
            assert_never_another_record_silently(WHOLE[:at] + other + WHOLE[at + 1 :])
            assert_never_another_record_silently(WHOLE[:at] + other + WHOLE[at:])


def test_a_file_that_is_cut_off_anywhere_is_refused() -> None:
    for end in range(len(WHOLE) - 1):
        assert errors(answered(WHOLE[:end]).reasons), WHOLE[:end]


def test_a_line_that_is_lost_or_doubled_is_found() -> None:
    lines = WHOLE.split(b"\n")[:-1]
    for number in range(len(lines)):
        assert errors(answered(b"\n".join(lines[:number] + lines[number + 1 :])).reasons)
        assert errors(answered(b"\n".join(lines[: number + 1] + lines[number:])).reasons)


def test_many_changes_are_answered() -> None:
    for seed in range(200):
        answered(mutated(WHOLE if seed % 2 else pool_file(*_records()), random.Random(seed)))


def _records() -> list[str]:
    return WHOLE.decode().split("\n")[1:-2]


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_answered(body: bytes) -> None:
    answered(body)
    answered(b"ZHV|" + body)


FIELDS = st.text(max_size=8) | st.sampled_from(
    ["", "1", "asset.register", "asset.amend", "market_unit.compose", "heat_pump", "1.0", "make", "13",
     "connectors/1/type", "connectors/9999/type", "81", "9" * 400, "connectors/" + "9" * 400]
)  # fmt: skip
GROUPS = st.sampled_from(
    ["FA1", "FA2", "FA3", "FA4", "FA5", "FA6", "FB1", "FB2", "FO1", "ZHV", "ZPT", ""]
)


@given(st.lists(st.tuples(GROUPS, st.lists(FIELDS, max_size=45)), max_size=8))
@settings(max_examples=300, deadline=None)
def test_any_records_are_answered(records: list[tuple[str, list[str]]]) -> None:
    texts = ["|".join([group, *fields, ""]) for group, fields in records]
    trailer = f"ZPT|0000000042|{len(texts)}||0||"
    answered(
        "\n".join([*user_file(trailer=trailer).decode().split("\n")[:1], *texts, trailer]).encode(
            "utf-8", "replace"
        )
    )
