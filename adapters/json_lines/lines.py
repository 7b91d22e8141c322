"""The lines of a text of any size, as bytes, one after another."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from contracts.reasons import Reason, Rule

BOM = codecs.BOM_UTF8
#: What one item may take: an asset with everything is some ten thousand bytes.
LONGEST_LINE = 1024 * 1024
#: What is kept of a longer one: enough to see that it is.
_KEPT = LONGEST_LINE + len(BOM) + 1
_BLOCK_BYTES = 1024 * 1024
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def lines_of(source: BinaryIO) -> Iterator[bytes]:
    """Each line without its LF; of one that is too long its start. What follows the last LF is a line only
    if something is there.
    """
    rest = b""
    while block := source.read(_BLOCK_BYTES):
        first, *others = block.split(b"\n")
        rest += first
        if len(rest) > _KEPT:
            rest = rest[:_KEPT]
        if others:
            yield rest
            rest = others.pop()
            for line in others:
                yield line if len(line) <= _KEPT else line[:_KEPT]
    if rest:
        yield rest


def is_blank(line: bytes) -> bool:
    return not line or not line.strip(b" \t\r")


def no_text(start: bytes) -> Reason | None:
    """Why a file that begins so is no UTF-8 text at all (MSG_02)."""
    if start.startswith(_WIDE_MARKS):
        return Reason(Rule.MSG_02, "this is UTF-16: write the file as UTF-8", place="line 1")
    return None
