"""A document of any size as excerpts: small documents with its header, and some of its series.

Series are taken as they stand, as long as their tags tell that they are well-formed; from the first that has
something out of the ordinary on, what is left is read by a parser. Where a document breaks, the series before
stand, and the reasons say where. Another document than the hub's own is not cut: it is read in the whole.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from lxml import etree

from adapters.cutting import Cut, CutLimits, Excerpt
from adapters.market_document.cutting_header import Start, read_start
from adapters.market_document.cutting_tags import END, SoundSeries
from adapters.market_document.cutting_text import Remainder
from adapters.market_document.cutting_tree import Parsed, SeriesParser
from adapters.seen_names import SeenNames
from contracts.messages import Decoded
from contracts.reasons import Reason, Rule, has_errors

_EXCERPT_BYTES = 4 * 1024 * 1024
#: How a series begins in an excerpt of a document that has no prefixes.
_START = b"<TimeSeries>"


class Series(NamedTuple):
    """Series that make an excerpt, each with its end tag, and their names."""

    text: bytes
    names: list[str]


def cut_document(
    source: BinaryIO,
    limits: CutLimits,
    *,
    tags: tuple[str, str],
    head: Callable[[etree._Element], Decoded | None],
    whole: Callable[[bytes], Decoded],
) -> Cut:
    """`tags`: of a series, and of its mRID; `head` judges a header, None where its document is not cut;
    `whole` decodes a document as one.
    """
    start = read_start(source, limits.whole)
    if isinstance(start, tuple):
        return Cut(Decoded(reasons=start), iter(()))
    decoded = head(start.root) if isinstance(start, Start) else None
    if not isinstance(start, Start) or decoded is None:
        read = start.read if isinstance(start, Start) else start
        return _uncut(_with_more(read, source, limits.whole.body_bytes), whole)
    cut = Cut(decoded, iter(()))
    if not has_errors(decoded.reasons):
        cut.excerpts = _excerpts(start, _series(start, source, limits, tags, cut), limits, cut)
    return cut


def _with_more(read: bytes, source: BinaryIO, most: int) -> bytes:
    """All of a document, or one byte more than it may have."""
    blocks = [read]
    while (wanted := most + 1 - sum(map(len, blocks))) > 0 and (block := source.read(wanted)):
        blocks.append(block)
    return b"".join(blocks)


def _uncut(body: bytes, whole: Callable[[bytes], Decoded]) -> Cut:
    decoded = whole(body)
    excerpts = [Excerpt(body, {}, len(decoded.items))] if decoded.items else []
    return Cut(decoded._replace(items=()), iter(excerpts))


def _excerpts(
    start: Start, series: Iterator[Series], limits: CutLimits, cut: Cut
) -> Iterator[Excerpt]:
    """With the number of the first series, and those whose name an earlier series has."""
    known, first = SeenNames(), 1
    header, closing = start.header, start.closing
    for each in series:
        rows = len(each.names)
        if first + rows - 1 > limits.file_rows:
            text = f"the document has more than {limits.file_rows} TimeSeries: the rest is not read"
            cut.reasons.append(Reason(Rule.MSG_03, text))
            return
        twice = known.twice(each.names, first)
        yield Excerpt(header + each.text + closing, {"first": first, "twice": twice}, rows)
        first += rows


def _series(
    start: Start, source: BinaryIO, limits: CutLimits, tags: tuple[str, str], cut: Cut
) -> Iterator[Series]:
    line = start.read.count(b"\n", 0, start.first) + 1
    left = Remainder(source, start.read[start.first :], line)
    sound = SoundSeries(start.opening, start.closing, *tags)
    while taken := left.take(limits.rows, _EXCERPT_BYTES):
        text = END.join((*taken, b""))
        names = sound.names(taken, text)
        if names is None:
            left.give_back(taken)
            break
        yield Series(text, names)
    if left.is_end_of(start.name):
        return
    at, blocks = left.left()
    parser = SeriesParser(start.opening, *tags, line=at, reasons=cut.reasons)
    usual = _START[:-1] + start.opening.removeprefix(b"<" + start.name)
    yield from _grouped(parser.series(blocks), limits.rows, usual)


def _grouped(series: Iterator[Parsed], rows: int, usual: bytes) -> Iterator[Series]:
    """`usual`: how a series begins that is written by itself, with the namespaces of its root."""
    texts: list[bytes] = []
    names: list[str] = []
    size = 0
    for text, name in series:
        texts.append(_START + text[len(usual) :] if text.startswith(usual) else text)
        names.append(name)
        size += len(text)
        if len(names) == rows or size >= _EXCERPT_BYTES:
            yield Series(b"".join(texts), names)
            texts, names, size = [], [], 0
    if names:
        yield Series(b"".join(texts), names)
