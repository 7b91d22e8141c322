"""A file of any size as excerpts of whole items, once its dress was found right."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from adapters.cutting import CutLimits, Excerpt
from adapters.flat_file.cutting_blocks import ReadAs, raw_blocks
from adapters.flat_file.layout import ITEM
from adapters.flat_file.survey import Surveyed

_EXCERPT_BYTES = 4 * 1024 * 1024
_BEGINNING = f"{ITEM}|".encode()
_NEXT = b"\n" + _BEGINNING


class Start(NamedTuple):
    """Where an excerpt begins, and what its file says: numbers of its first line and item."""

    line: int
    item: int
    flow: str
    dress: str
    acts_for: str | None


def excerpts(
    source: BinaryIO, read_as: ReadAs, file: Surveyed, limits: CutLimits
) -> Iterator[Excerpt]:
    """Items as UTF-8, their lines ended by LF. `file` has no error."""
    header = file.header
    assert header is not None
    pending: list[bytes] = []
    line, item = 0, 1

    def taken(count: int) -> Excerpt:
        nonlocal line, item
        start = Start(line, item, header.flow, header.dress, file.acts_for)
        body = _BEGINNING + _NEXT.join(pending[:count])
        del pending[:count]
        line += body.count(b"\n") + 1
        item += count
        return Excerpt(body, start._asdict(), count)

    for line_of_first, items in _items(source, read_as, file.end):
        line = line or line_of_first
        pending += items
        while (count := _full(pending, limits.rows)) < len(pending):
            yield taken(count)
    while pending:
        yield taken(_full(pending, limits.rows))


def _full(items: list[bytes], rows: int) -> int:
    """How many of these make an excerpt: `rows`, or fewer that have as many bytes as one may have."""
    if sum(map(len, items[:rows])) <= _EXCERPT_BYTES:
        return min(rows, len(items))
    size = 0
    for count, item in enumerate(items):
        size += len(item)
        if size > _EXCERPT_BYTES and count:
            return count
    return 1


def _items(source: BinaryIO, read_as: ReadAs, end: int) -> Iterator[tuple[int, list[bytes]]]:
    """(line of the first item of the file, the next items without the start and the last line end)."""
    rest: bytes | None = None
    line, first = 1, 0
    for block in _before(source, read_as, end):
        if rest is None:
            at = 0 if block.startswith(_BEGINNING) else block.find(_NEXT) + 1
            if not at and not block.startswith(_BEGINNING):
                line += block.count(b"\n")
                continue
            first = line + block.count(b"\n", 0, at)
            rest, text = b"", block[at + len(_BEGINNING) :]
        else:
            text = rest + block
        *items, rest = text.split(_NEXT)
        yield first, items
    if rest is not None:
        yield first, [rest.removesuffix(b"\n")]


def _before(source: BinaryIO, read_as: ReadAs, end: int) -> Iterator[bytes]:
    """The lines before line `end`, each ended by LF, in UTF-8."""
    codec, line = read_as.codec, 1
    for raw in raw_blocks(source):
        block = raw if codec == "utf-8" else raw.decode(codec).encode()
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n")
        count = block.count(b"\n")
        if line + count >= end:
            yield b"".join(text + b"\n" for text in block.split(b"\n")[: end - line])
            return
        yield block
        line += count
