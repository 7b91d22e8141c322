"""A file in parts reads as the file."""

import io
import random

from hypothesis import given
from hypothesis import strategies as st

from router.batches.parts import PartsFile, PartsStream
from router.batches.prompt import Prompt

PARTS = st.lists(st.binary(min_size=1, max_size=40), max_size=12)


def reader(parts: list[bytes]):
    return lambda number: parts[number - 1] if number <= len(parts) else None


@given(parts=PARTS, size=st.integers(1, 60))
def test_a_stream_gives_all_bytes_in_order(parts: list[bytes], size: int):
    stream = Prompt(PartsStream(reader(parts), lambda _: False), 64)
    found = b"".join(iter(lambda: stream.read(size), b""))
    assert found == b"".join(parts)


@given(parts=PARTS)
def test_lines_of_a_stream_are_lines_of_the_file(parts: list[bytes]):
    stream = Prompt(PartsStream(reader(parts), lambda _: False), 64)
    assert list(stream) == io.BytesIO(b"".join(parts)).readlines()


def test_a_part_that_is_not_there_is_waited_for_and_what_is_there_is_given_before():
    parts = [b"first"]
    asked: list[int] = []

    def wait(number: int) -> bool:
        asked.append(number)
        if len(asked) < 3:
            return True
        parts.append(b"second")
        return True

    stream = Prompt(PartsStream(reader(parts), wait), 64)
    assert stream.read(100) == b"first"
    assert asked == []
    assert stream.read(100) == b"second"
    assert asked == [2, 2, 2]


@given(parts=PARTS, seed=st.integers(0, 2**32))
def test_a_file_is_read_here_and_there_as_from_memory(parts: list[bytes], seed: int):
    order = random.Random(seed)
    body = b"".join(parts)
    file = io.BufferedReader(PartsFile(reader(parts), [len(part) for part in parts]), 16)
    whole = io.BytesIO(body)
    for _ in range(20):
        offset, whence = order.randint(0, len(body)), order.choice((io.SEEK_SET, io.SEEK_END))
        where = offset if whence == io.SEEK_SET else -offset
        assert file.seek(where, whence) == whole.seek(where, whence)
        size = order.randint(0, 50)
        assert file.read(size) == whole.read(size)


def test_a_file_keeps_few_of_its_parts_in_memory():
    parts = [bytes([number]) * 10 for number in range(50)]
    loads: list[int] = []

    def load(number: int) -> bytes:
        loads.append(number)
        return parts[number - 1]

    file = PartsFile(load, [10] * 50)
    assert file.read(500)[:10] == parts[0]
    file.seek(0)
    assert len(io.BufferedReader(file, 10).read()) == 500
    assert loads.count(50) == 1
    assert len(file._kept) <= 4
