"""The lines of a flat file: its text, how it is encoded, and what is unsound about its line ends.

UTF-8 is meant unless the media type declares another charset. What is not UTF-8 is read as Windows-1252, as
older systems of the market write it, with a warning: a single changed byte can look the same.
"""

import codecs
from typing import NamedTuple

from adapters.flat_file.places import at_each, place
from contracts.reasons import Reason, Rule, Severity

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


class Lines(NamedTuple):
    """Line n is `texts[n - 1]`, without its end; blank ones are empty. If the text cannot be read there are none.

    `text` and `body` are the whole of it, as text and as it came, each line ended by LF.
    """

    texts: list[str]
    text: str
    body: bytes
    reasons: tuple[Reason, ...]
    notes: tuple[str, ...]

    def raw(self, start: int, end: int) -> list[bytes]:
        """`texts[start:end]` as bytes."""
        return self.body.split(b"\n")[start:end]

    def beginning_with(self, start: str) -> int:
        """How many lines begin so."""
        return self.text.count(f"\n{start}") + self.text.startswith(start)


def read_lines(body: bytes, charset: str | None) -> Lines:
    """Reasons: MSG_02, FLAT_05. `charset`: as the media type declares it."""
    mark = body.startswith(codecs.BOM_UTF8)
    if mark:
        body = body[len(codecs.BOM_UTF8) :]
    decoded = _decoded(body, charset)
    if isinstance(decoded, Reason):
        return Lines([], "", b"", (decoded,), ())
    text, name, reasons = decoded
    if mark:
        sentence = "the file begins with a byte order mark: leave it out"
        reasons = [Reason.warning(Rule.FLAT_05, sentence, place=place(1)), *reasons]
    reasons += _line_end_reasons(text)
    if "\r" in text:
        text, body = text.replace("\r\n", "\n"), body.replace(b"\r\n", b"\n")
    # What follows the last line end is a line only if something is there.
    if not text.endswith("\n"):
        text, body = f"{text}\n", body + b"\n"
    texts = text[:-1].split("\n")
    if "" in texts:
        blank = [number for number, line in enumerate(texts, 1) if not line]
        sentence = "a blank line: no record, and not counted"
        reasons += at_each(blank, Rule.FLAT_05, sentence, Severity.warning)
    return Lines(texts, text, body, tuple(reasons), (f"encoding: {name}",))


def _decoded(body: bytes, charset: str | None) -> tuple[str, str, list[Reason]] | Reason:
    if problem := _no_text(body, charset):
        return problem
    codec, name = _DECLARED[charset.lower()] if charset is not None else _UTF_8
    try:
        return body.decode(codec), name, []
    except UnicodeDecodeError as error:
        if charset is not None:
            return _undecodable(body, error, name)
        first = error
    codec, name = _WINDOWS
    try:
        text = body.decode(codec)
    except UnicodeDecodeError as error:
        return _undecodable(body, error, f"{_UTF_8[1]} or {name}")
    sentence = (
        f"the byte 0x{body[first.start]:02x} is not UTF-8: the whole file was read as {name}; "
        "declare charset=windows-1252 if it is, else look at its names"
    )
    warning = Reason.warning(Rule.FLAT_05, sentence, place=place(_line_of(body, first.start)))
    return text, name, [warning]


def _no_text(body: bytes, charset: str | None) -> Reason | None:
    if body.startswith(_WIDE_MARKS):
        return Reason(Rule.MSG_02, "this is UTF-16: write the file as UTF-8", place=place(1))
    if charset is not None and charset.lower() not in _DECLARED:
        known = ", ".join(sorted(_DECLARED))
        text = f"the charset {charset[:40]!r} is not one that flat files are read in: {known}"
        return Reason(Rule.MSG_02, text)
    if (offset := body.find(0)) >= 0:
        where = place(_line_of(body, offset))
        return Reason(Rule.MSG_02, "a NUL stands here: this is no text", place=where)
    return None


def _undecodable(body: bytes, error: UnicodeDecodeError, name: str) -> Reason:
    text = f"the byte 0x{body[error.start]:02x} is not {name}; write the file as UTF-8"
    return Reason(Rule.MSG_02, text, place=place(_line_of(body, error.start)))


def _line_of(body: bytes, offset: int) -> int:
    return body.count(b"\n", 0, offset) + 1


def _line_end_reasons(text: str) -> list[Reason]:
    if "\r" not in text:
        return []
    reasons: list[Reason] = []
    whole, ends = text.count("\r\n"), text.count("\n")
    if text.count("\r") != whole:
        stray = [
            number
            for number, line in enumerate(text.split("\n"), 1)
            if "\r" in line.removesuffix("\r")
        ]
        sentence = "a carriage return stands within the line: lines end with LF or CR LF"
        reasons += at_each(stray or [ends + 1], Rule.FLAT_05, sentence)
    if 0 < whole < ends:
        lines = text.split("\n")[:ends]
        usual = lines[0].endswith("\r")
        other = [n for n, line in enumerate(lines, 1) if line.endswith("\r") != usual]
        more = f" and {len(other) - 1} more" if len(other) > 1 else ""
        sentence = (
            f"this line{more} ends with {'LF' if usual else 'CR LF'}, the first one otherwise"
        )
        reasons.append(Reason.warning(Rule.FLAT_05, sentence, place=place(other[0])))
    return reasons
