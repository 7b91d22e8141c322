"""The text of a table file of any size, as it comes: decoded in blocks, never whole in memory.

The encoding is found as in `encodings`. A file that nothing declares is UTF-8 until the first block with
other characters than ASCII shows that it is not: then it is Windows-1252 from there, which changes nothing of what
was read. A byte that is wrong further down ends the text, and what stands before its line is kept.
"""

import codecs
import io
from collections.abc import Iterator
from itertools import chain
from typing import Protocol

from adapters.tables.encodings import (
    UNDECLARED,
    UNLIKE_UTF8,
    declared_encoding,
    nul_problem,
    wrong_byte,
)
from contracts.reasons import Reason, Rule

_BLOCK_BYTES = 256 * 1024


class Bytes(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


class TextSource:
    """Text from a source of bytes. `problem`: why it ends before the source does, once that is known.

    `note`: what is said of the encoding; `warnings`: what showed later. `characters`: handed out so far;
    `answered_characters`: as many as that when the reader last had a row. A row beyond `longest_row` characters
    ends the text (MSG_03).
    """

    def __init__(self, source: Bytes, declared: str | None, longest_row: int) -> None:
        self._source = source
        self._longest_row = longest_row
        self._lines = 0
        self._is_begun = self._is_other = False
        self._ahead: list[str] = []
        self.problem: Reason | None = None
        self.warnings: list[Reason] = []
        self.characters = self.answered_characters = 0
        first = filled(source, _BLOCK_BYTES)
        found = declared_encoding(first, declared)
        if isinstance(found, Reason):
            self.problem = found
            found = UNDECLARED
        self._encoding = found
        self._decoder = codecs.getincrementaldecoder(found.codec)()
        self._blocks = chain((first[len(found.mark) :],), iter(self._block, b""))
        self._pieces = self._texts()

    @property
    def note(self) -> str:
        return f"encoding: {self._encoding.name}"

    def head(self, characters: int) -> str:
        """The beginning of the text; it is read again after."""
        while sum(map(len, self._ahead)) < characters:
            if (piece := next(self._pieces, None)) is None:
                break
            self._ahead.append(piece)
        return "".join(self._ahead)[:characters]

    def lines(self) -> Iterator[str]:
        """The lines with their ends, once."""
        return chain.from_iterable(io.StringIO(piece, newline="") for piece in self._whole_lines())

    def _whole_lines(self) -> Iterator[str]:
        """Pieces that end where a line does."""
        rest = ""
        while True:
            piece = self._ahead.pop(0) if self._ahead else next(self._pieces, None)
            if piece is None:
                break
            self.characters += len(piece)
            if self.characters - self.answered_characters > self._longest_row + _BLOCK_BYTES:
                text = f"a row has more than {self._longest_row} characters"
                self.problem = Reason(Rule.MSG_03, text, place=f"line {self._lines + 1}")
                return
            text = rest + piece
            # A carriage return at the end may be half of a line end.
            end = max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1
            rest = text[end:]
            if end:
                yield text[:end]
        if rest and self.problem is None:
            yield rest

    def _texts(self) -> Iterator[str]:
        """Blocks as text, up to the end of the file or the line of a problem."""
        while self.problem is None and (block := next(self._blocks, None)) is not None:
            if text := self._checked(self._decoded(block, final=False)):
                yield text
        if self.problem is None and (text := self._checked(self._decoded(b"", final=True))):
            yield text

    def _decoded(self, block: bytes, *, final: bool) -> str:
        try:
            return self._decoder.decode(block, final)
        except UnicodeDecodeError as error:
            if self._encoding is UNDECLARED and not self._is_other:
                self._fall_back()
                return self._decoded(error.object, final=final)
            before = error.object[: error.start].decode(self._encoding.codec)
            place = self._lines + before.count("\n") + 1
            self.problem = wrong_byte(error, self._encoding, place)
            return before

    def _fall_back(self) -> None:
        if self._is_begun:
            text = f"read as {UNLIKE_UTF8.name} from here; what stands before is ASCII"
            self.warnings.append(Reason.warning(Rule.MSG_02, text, place=f"line {self._lines + 1}"))
        self._encoding = UNLIKE_UTF8
        self._decoder = codecs.getincrementaldecoder(UNLIKE_UTF8.codec)()

    def _checked(self, text: str) -> str:
        if (at := text.find("\0")) >= 0:
            self.problem = nul_problem(self._lines + text.count("\n", 0, at) + 1)
            text = text[:at]
        self._is_begun = True
        self._lines += text.count("\n")
        self._is_other = self._is_other or not text.isascii()
        return text

    def _block(self) -> bytes:
        return filled(self._source, _BLOCK_BYTES)


def filled(source: Bytes, size: int) -> bytes:
    """So many bytes, fewer only at the end: blocks are the same however the bytes arrive."""
    pieces: list[bytes] = []
    while size and (piece := source.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
