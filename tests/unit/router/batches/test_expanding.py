"""Compressed files: read as they were written, or answered; never more than is allowed."""

import gzip
import io
import random

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from router.batches.expanding import ExpandBounds, Expanded, FileBroken

COMPRESS = {"gzip": gzip.compress, "zstd": zstandard.compress}
WIDE = ExpandBounds(1 << 30, 1_000_000)


def outcome(body: bytes, encoding: str) -> str:
    """`bytes`, or the rule that is broken."""
    try:
        expanded(body, encoding)
    except FileBroken as broken:
        return broken.reason.rule.key
    return "bytes"


BOTH = pytest.mark.parametrize("encoding", COMPRESS)


def expanded(body: bytes, encoding: str, bounds: ExpandBounds = WIDE) -> bytes:
    return io.BufferedReader(Expanded(io.BytesIO(body), encoding, bounds), 65_536).read()


def rule(body: bytes, encoding: str, bounds: ExpandBounds = WIDE) -> str:
    with pytest.raises(FileBroken) as broken:
        expanded(body, encoding, bounds)
    return broken.value.reason.rule.key


@BOTH
@given(body=st.binary(max_size=5_000), more=st.binary(max_size=5_000))
def test_members_one_after_another_are_one_file(encoding: str, body: bytes, more: bytes):
    compress = COMPRESS[encoding]
    assert expanded(compress(body) + compress(more), encoding) == body + more


@BOTH
@given(body=st.binary(min_size=1, max_size=3_000), share=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_off_anywhere_is_no_whole_file(encoding: str, body: bytes, share: float):
    whole = COMPRESS[encoding](body)
    assert rule(whole[: int(len(whole) * share)], encoding) == "MSG-02"


@BOTH
@pytest.mark.parametrize("garbage", [b"\x00", b"PK\x03\x04", b"one more line\n" * 50])
def test_what_follows_the_end_is_not_passed_over(encoding: str, garbage: bytes):
    assert rule(COMPRESS[encoding](b"a,b\n1,2\n") + garbage, encoding) == "MSG-02"


@BOTH
def test_a_file_that_is_not_compressed_at_all_is_answered(encoding: str):
    assert rule(b"a,b\n1,2\n" * 1_000, encoding) == "MSG-02"


@BOTH
@given(seed=st.integers(0, 2**32))
def test_any_bytes_give_bytes_or_a_reason(encoding: str, seed: int):
    order = random.Random(seed)
    body = bytearray(COMPRESS[encoding](order.randbytes(2_000)))
    for _ in range(order.randint(1, 5)):
        body[order.randrange(len(body))] = order.randrange(256)
    assert outcome(bytes(body), encoding) in ("bytes", "MSG-02", "MSG-03")


@BOTH
def test_a_file_that_expands_to_more_than_is_allowed_is_stopped_there(encoding: str):
    body = COMPRESS[encoding](bytes(3_000_000))
    assert rule(body, encoding, ExpandBounds(2_000_000, 1_000_000)) == "MSG-03"
    assert len(expanded(body, encoding, ExpandBounds(3_000_000, 1_000_000))) == 3_000_000


@BOTH
def test_beyond_64_mebibytes_the_ratio_is_bounded(encoding: str):
    body = COMPRESS[encoding](bytes(80 * 1024 * 1024))
    assert rule(body, encoding, ExpandBounds(1 << 30, 200)) == "MSG-03"


def test_a_bomb_of_frames_is_stopped_before_it_fills_the_memory():
    frame = zstandard.compress(bytes(32 * 1024 * 1024), level=19)
    source = io.BytesIO(frame * 1_000)
    with pytest.raises(FileBroken):
        io.BufferedReader(Expanded(source, "zstd", ExpandBounds(1 << 40, 200)), 65_536).read(
            1 << 30
        )
    assert source.tell() < 100_000
