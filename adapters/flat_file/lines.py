"""The lines of a flat file: its text, how it is encoded, and what is unsound about its line ends.

UTF-8 is meant unless the media type declares another charset. What is not UTF-8 is read as Windows-1252, as
older systems of the market write it, with a warning: a single changed byte can look the same.
"""

import codecs
from collections.abc import Sequence
from typing import NamedTuple

from adapters.flat_file.line_ends import LineEnds
from adapters.flat_file.places import place
from contracts.reasons import Reason, Rule

#: A codec, and the name of its encoding.
Encoding = tuple[str, str]
_UTF_8, _WINDOWS = ("utf-8", "UTF-8"), ("cp1252", "Windows-1252")
#: ISO 8859-1 is read as its superset, as the WHATWG Encoding Standard has it.
_DECLARED = {
    "utf-8": _UTF_8,
    "us-ascii": _UTF_8,
    "windows-1252": _WINDOWS,
    "cp1252": _WINDOWS,
    "iso-8859-1": _WINDOWS,
}
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Block(NamedTuple):
    """Whole lines: line `first_line + n` is `texts[n]`, without its end; blank ones are empty. `text` and `body`
    are all of them, as text and as they came, each ended by LF.
    """

    first_line: int
    texts: list[str]
    text: str
    body: bytes

    def raw(self, start: int, end: int) -> list[bytes]:
        """`texts[start:end]` as bytes."""
        return self.body.split(b"\n")[start:end]

    def beginning_with(self, start: str) -> int:
        """How many lines begin so."""
        return self.text.count(f"\n{start}") + self.text.startswith(start)


class Lines(NamedTuple):
    """A file as lines. If its text cannot be read there is no block."""

    block: Block | None
    reasons: tuple[Reason, ...]
    notes: tuple[str, ...]


def read_lines(body: bytes, charset: str | None) -> Lines:
    """Reasons: MSG_02, FLAT_05. `charset`: as the media type declares it."""
    is_marked = body.startswith(codecs.BOM_UTF8)
    body = body.removeprefix(codecs.BOM_UTF8)
    decoded = _decoded(body, charset)
    if isinstance(decoded, Reason):
        return Lines(None, (decoded,), ())
    text, name, reasons = decoded
    if is_marked:
        reasons = [marked(), *reasons]
    ends = LineEnds()
    block = block_of(1, ends.add(text), body)
    return Lines(block, (*reasons, *ends.reasons()), (encoding_note(name),))


def block_of(first_line: int, text: str, body: bytes) -> Block:
    """`text`: its lines ended by LF; `body`: the same as they came."""
    if b"\r" in body:
        body = body.replace(b"\r\n", b"\n")
    if not body.endswith(b"\n"):
        body += b"\n"
    return Block(first_line, text[:-1].split("\n"), text, body)


def marked() -> Reason:
    sentence = "the file begins with a byte order mark: leave it out"
    return Reason.warning(Rule.FLAT_05, sentence, place=place(1))


def encoding_note(name: str) -> str:
    return f"encoding: {name}"


def _decoded(body: bytes, charset: str | None) -> tuple[str, str, list[Reason]] | Reason:
    codecs_known = encodings(charset)
    if isinstance(codecs_known, Reason):
        return codecs_known
    if problem := no_text(body):
        return problem
    warnings: list[Reason] = []
    for codec, name in codecs_known:
        try:
            return body.decode(codec), name, warnings
        except UnicodeDecodeError as error:
            byte, line = body[error.start], line_of(body, error.start)
            warnings = [other_encoding(byte, line)]
    return undecodable(byte, line, codecs_known)


def encodings(charset: str | None) -> list[Encoding] | Reason:
    """The encodings that a file may be in, the likeliest first."""
    if charset is None:
        return [_UTF_8, _WINDOWS]
    declared = _DECLARED.get(charset.lower())
    if declared is not None:
        return [declared]
    known = ", ".join(sorted(_DECLARED))
    text = f"the charset {charset[:40]!r} is not one that flat files are read in: {known}"
    return Reason(Rule.MSG_02, text)


def no_text(body: bytes, first_line: int = 1) -> Reason | None:
    """MSG_02 for what is no text of bytes."""
    if first_line == 1 and body.startswith(_WIDE_MARKS):
        return Reason(Rule.MSG_02, "this is UTF-16: write the file as UTF-8", place=place(1))
    if (offset := body.find(0)) >= 0:
        where = place(first_line + line_of(body, offset) - 1)
        return Reason(Rule.MSG_02, "a NUL stands here: this is no text", place=where)
    return None


def other_encoding(byte: int, line: int) -> Reason:
    sentence = (
        f"the byte 0x{byte:02x} is not UTF-8: the whole file was read as {_WINDOWS[1]}; "
        "declare charset=windows-1252 if it is, else look at its names"
    )
    return Reason.warning(Rule.FLAT_05, sentence, place=place(line))


def undecodable(byte: int, line: int, tried: Sequence[Encoding]) -> Reason:
    names = " or ".join(name for _, name in tried)
    text = f"the byte 0x{byte:02x} is not {names}; write the file as UTF-8"
    return Reason(Rule.MSG_02, text, place=place(line))


def line_of(body: bytes, offset: int) -> int:
    return body.count(b"\n", 0, offset) + 1
