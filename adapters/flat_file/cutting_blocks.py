"""The lines of a file of any size, in blocks of whole lines; numbered from 1, ended by LF alone."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from adapters.flat_file.line_ends import LineEnds
from adapters.flat_file.lines import (
    Block,
    Encoding,
    block_of,
    encodings,
    line_of,
    marked,
    no_text,
    other_encoding,
    undecodable,
)
from adapters.flat_file.places import place
from contracts.reasons import Reason, Rule

#: No value that the hub reads is nearly as long.
LONGEST_LINE = 1024 * 1024
_BLOCK_BYTES = LONGEST_LINE // 2


class ReadAs(NamedTuple):
    """How a whole file is encoded. `reasons`: warnings, where it is not as it should be."""

    codec: str
    name: str
    reasons: tuple[Reason, ...]


def blocks(source: BinaryIO, read_as: ReadAs, ends: LineEnds) -> Iterator[Block]:
    """`ends` sees the lines as they are."""
    first_line = 1
    for body in raw_blocks(source):
        block = block_of(first_line, ends.add(body.decode(read_as.codec)), body)
        yield block
        first_line += len(block.texts)


def raw_blocks(source: BinaryIO) -> Iterator[bytes]:
    """From its start, without its byte order mark; with all line ends but perhaps the last."""
    source.seek(0)
    rest = source.read(len(codecs.BOM_UTF8)).removeprefix(codecs.BOM_UTF8)
    while block := source.read(_BLOCK_BYTES):
        if len(rest) > LONGEST_LINE:
            break
        end = block.rfind(b"\n") + 1
        if end:
            yield rest + block[:end]
            rest = block[end:]
        else:
            rest += block
    if rest:
        yield rest


def encoding_of(source: BinaryIO, charset: str | None) -> ReadAs | Reason:
    """The encoding; or why it is no text (MSG_02, MSG_03)."""
    known = encodings(charset)
    if isinstance(known, Reason):
        return known
    source.seek(0)
    is_marked = source.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
    warnings = [marked()] if is_marked else []
    for encoding in known:
        problem = _problem(source, encoding)
        if problem is None:
            return ReadAs(*encoding, tuple(warnings))
        if isinstance(problem, Reason):
            return problem
        byte, line = problem
        warnings.append(other_encoding(byte, line))
    return undecodable(byte, line, known)


def _problem(source: BinaryIO, encoding: Encoding) -> Reason | tuple[int, int] | None:
    """What is no text in any encoding; or the first byte that is not of this one, with its line."""
    first_line = 1
    for body in raw_blocks(source):
        problem = no_text(body, first_line) or _too_long(body, first_line)
        if problem is not None:
            return problem
        try:
            body.decode(encoding[0])
        except UnicodeDecodeError as error:
            return body[error.start], first_line + line_of(body, error.start) - 1
        first_line += body.count(b"\n")
    return None


def _too_long(body: bytes, first_line: int) -> Reason | None:
    if len(body) <= LONGEST_LINE:
        return None
    lines = enumerate(body.split(b"\n"), first_line)
    long = next((number for number, line in lines if len(line) > LONGEST_LINE), None)
    if long is None:
        return None
    text = f"the line is longer than {LONGEST_LINE} bytes"
    return Reason(Rule.MSG_03, text, place=place(long))
