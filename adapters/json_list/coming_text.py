"""The text of a document that comes in blocks, as far as it is needed at a time."""

import codecs
import io
from typing import BinaryIO

from adapters.json_diagnosis import line_and_column

_BLOCK_BYTES = 256 * 1024
#: Bytes that are not UTF-8 are kept as half surrogates, so that the text gives its bytes back.
_KEEPING = "surrogateescape"


class ComingText:
    """`text`: what was read and not dropped; `line` and `column` of its first character, from 1."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder("utf-8")(_KEEPING)
        self.text = ""
        self.is_at_end = False
        self.line = self.column = 1

    @classmethod
    def of(cls, body: bytes, line: int, column: int) -> "ComingText":
        """A text that is there, and stands at this line and column."""
        made = cls(io.BytesIO(body))
        made.more(len(body) + 1)
        made.line, made.column = line, column
        return made

    def more(self, characters: int = 1) -> bool:
        """Reads so many characters at least, if there are; False at the end."""
        blocks: list[str] = []
        while characters > 0 and not self.is_at_end:
            block = self._source.read(_BLOCK_BYTES)
            self.is_at_end = not block
            blocks.append(self._decoder.decode(block, final=not block))
            characters -= len(blocks[-1])
        read = "".join(blocks)
        self.text += read
        return bool(read)

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of a character of `text`."""
        return line_and_column(self.text, offset, self.line, self.column)

    def drop(self, count: int) -> None:
        self.line, self.column = self.at(count)
        self.text = self.text[count:]


def as_bytes(text: str) -> bytes:
    """As it came."""
    return text.encode("utf-8", _KEEPING)
