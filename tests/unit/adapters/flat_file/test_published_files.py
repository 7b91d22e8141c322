"""Files that others published: envelope right, refused by name; and the checksum that one of them carries."""

import pytest

from adapters.flat_file.checksum import checksum
from tests.unit.adapters.flat_file.building import decode, errors
from tests.unit.adapters.reading import real_data

#: What they are, and where their header names the flow.
FILES = {
    "dtc/D0149001_one_register.txt": ("D0149 version 001", "0000733557/BMET", 3),
    "dtc/D0155001_appointment.txt": ("D0155 version 001", "0000000042/MRCY", 3),
    "dtc/D0268002_hh_mtd.txt": ("D0268 version 002", "MI19074296/SWEB", 3),
    "dtc/P0142001_VOLT_20110803.txt": ("P0142 version 001", "P0142001.20110803162013/VOLT", 2),
}


@pytest.mark.parametrize("name", FILES)
def test_a_published_file_is_well_formed_and_refused_by_name(name: str) -> None:
    flow, message_id, field = FILES[name]
    decoded = decode(real_data(name).read_bytes())
    (reason,) = decoded.reasons
    assert (reason.rule.key, reason.place) == ("MSG-10", f"line 1, field {field}")
    assert reason.text == f"{flow} is well-formed; the hub has no command for it"
    assert decoded.message_id == message_id


@pytest.mark.parametrize("name", FILES)
def test_a_published_file_with_one_byte_less_is_not_well_formed(name: str) -> None:
    body = real_data(name).read_bytes()
    at = body.index(b"\n") + 1
    damaged = body[:at] + body[at + 1 :]
    assert {rule for rule, _ in errors(decode(damaged).reasons)} - {"MSG-10"}


def test_the_checksum_is_the_published_one() -> None:
    lines = real_data("dtc/P0142001_VOLT_20110803.txt").read_bytes().split(b"\n")
    assert lines[16] == b"ZPT|17|575762248"
    assert checksum(lines[:16]) == 575_762_248


def test_the_checksum_takes_words_of_four_bytes_filled_up_with_zeros() -> None:
    assert checksum([]) == 0
    assert checksum([b"\x01\x02\x03\x04"]) == 0x01020304
    assert checksum([b"\x01", b"\x00\x02"]) == 0x01020000
    assert checksum([b"\x01\x02\x03\x04\x10"]) == 0x11020304
    long = [bytes([n % 251]) * (n % 97) for n in range(9_000)]
    by_words = 0
    for record in long:
        padded = record + bytes(-len(record) % 4)
        for start in range(0, len(padded), 4):
            by_words ^= int.from_bytes(padded[start : start + 4], "big")
    assert checksum(long) == by_words
