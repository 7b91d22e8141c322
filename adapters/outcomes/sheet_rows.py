"""The XML of a sheet, passed on row by row; rows gain the cells of their answers.

Rows are found by their tags, in the bytes as they are: a sheet of any size takes the memory of a few rows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from adapters.outcomes.answers import COLUMNS, REJECTED, RowAnswers, answer_of
from adapters.tables.workbook.sheets import column_letters

MOST_COLUMNS = 16_384
_ROW = re.compile(rb"<(?P<prefix>(?:[\w.-]+:)?)row(?=[\s/>])(?P<attributes>[^>]*?)(?P<empty>/?)>")
_CELL = re.compile(rb"<(?:[\w.-]+:)?c(?=[\s/>])([^>]*)>")
_NUMBER = re.compile(rb"""\sr=["']([0-9]{1,7})["']""")
_REFERENCE = re.compile(rb"""\sr=["']([A-Z]{1,3})[0-9]{1,7}["']""")
_STYLE = re.compile(rb"""\ss=["']([0-9]{1,6})["']""")
_SPANS = re.compile(rb"""\sspans=["'][0-9: ]*["']""")
#: What a reader would take for the size of the sheet, which it no longer is.
_DIMENSION = re.compile(rb"<(?:[\w.-]+:)?dimension\s[^>]*/>")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_LONGEST_TEXT = 32_767
#: What may be the beginning of a tag of a row, at the end of a block.
_LONGEST_TAG = 4_096


@dataclass(slots=True)
class Added:
    """What is added to which rows of a sheet. `where`: the words before its rows in places."""

    answers: RowAnswers
    where: str
    heading_row: int
    to_end: bool
    only_rejected: bool

    def cells(self, row: int) -> Sequence[str] | None:
        """The texts to be added, () for none; None where the row is left out."""
        if row == self.heading_row:
            return COLUMNS
        if row < self.heading_row:
            return ()
        if self.answers.is_at_end and not self.to_end:
            return None
        own = self.answers.of(row, self.where)
        if self.only_rejected and not any(each["status"] == REJECTED for each in own):
            return None
        return answer_of(own) if own else ()


def wide(blocks: Iterable[bytes]) -> int:
    """How many columns a sheet has cells in."""
    return max((_width(text) for tag, text in _parts(blocks) if tag is not None), default=0)


class SheetRows:
    """Rewrites a sheet. `column`: the first one, from 0, that is added."""

    def __init__(self, added: Added, column: int) -> None:
        self._added = added
        self._column = column
        self._row = 0

    def pieces(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        for tag, text in _parts(blocks):
            yield _DIMENSION.sub(b"", text) if tag is None else self._rewritten(tag, text)

    def _rewritten(self, tag: "re.Match[bytes]", text: bytes) -> bytes:
        number = _NUMBER.search(tag["attributes"])
        self._row = int(number[1]) if number else self._row + 1
        cells = self._added.cells(self._row)
        if cells is None:
            return b""
        if not cells or self._column + len(cells) > MOST_COLUMNS:
            return text
        prefix, attributes = tag["prefix"], _SPANS.sub(b"", tag["attributes"])
        end = b"</%brow>" % prefix
        inside = b"" if tag["empty"] else text[tag.end() : -len(end)]
        style = _last_style(inside) if self._row == self._added.heading_row else b""
        own = b"".join(
            _cell(prefix, f"{column_letters(column)}{self._row}", style, cell)
            for column, cell in enumerate(cells, self._column)
            if cell
        )
        return b"<%brow%b>%b%b%b" % (prefix, attributes, inside, own, end)


def _cell(prefix: bytes, reference: str, style: bytes, text: str) -> bytes:
    """A number where it is one, else text as text."""
    p = prefix.decode()
    if text.isdecimal() and text.isascii():
        return f'<{p}c r="{reference}"{style.decode()}><{p}v>{text}</{p}v></{p}c>'.encode()
    shown = _ESCAPE.sub("_x005F_", _NOT_IN_XML.sub("?", text))[:_LONGEST_TEXT]
    inner = f'<{p}is><{p}t xml:space="preserve">{escape(shown)}</{p}t></{p}is>'
    return f'<{p}c r="{reference}"{style.decode()} t="inlineStr">{inner}</{p}c>'.encode()


def _width(row: bytes) -> int:
    """Columns up to the last cell of a row."""
    cells = _CELL.findall(row)
    named = _REFERENCE.search(cells[-1]) if cells else None
    return _index(named[1]) if named else len(cells)


def _index(letters: bytes) -> int:
    """`A` is 1."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index


def _last_style(row: bytes) -> bytes:
    cells = _CELL.findall(row)
    style = _STYLE.search(cells[-1]) if cells else None
    return b' s="%b"' % style[1] if style else b""


def _parts(blocks: Iterable[bytes]) -> Iterator[tuple["re.Match[bytes] | None", bytes]]:
    """(tag of a row, the row from that tag to its end), and (None, what stands between rows)."""
    rest, at, source = b"", 0, iter(blocks)
    while True:
        tag = _ROW.search(rest, at)
        end = -1 if tag is None else _end_of(tag, rest)
        if tag is not None and end >= 0:
            if tag.start() > at:
                yield None, rest[at : tag.start()]
            row = rest[tag.start() : end]
            yield _ROW.match(row), row
            at = end
            continue
        if tag is None and len(rest) - at > _LONGEST_TAG:
            yield None, rest[at:-_LONGEST_TAG]
            at = len(rest) - _LONGEST_TAG
        if (block := next(source, None)) is None:
            break
        rest, at = rest[at:] + block, 0
    if at < len(rest):
        yield None, rest[at:]


def _end_of(tag: "re.Match[bytes]", text: bytes) -> int:
    """Where the row ends, -1 if it goes on."""
    if tag["empty"]:
        return tag.end()
    closing = b"</%brow>" % tag["prefix"]
    at = text.find(closing, tag.end())
    return -1 if at < 0 else at + len(closing)
