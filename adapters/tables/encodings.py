"""The text of a table file: which encoding it is in, said and not hidden.

A byte order mark decides, else the charset that the media type declares, else UTF-8, and only what is
not UTF-8 is read as Windows-1252 (as spreadsheets on Windows save it).
"""

import codecs
from typing import NamedTuple

from contracts.reasons import Reason, Rule


class Encoding(NamedTuple):
    """A codec, what the receipt calls it, and the byte order mark that stands before the text."""

    codec: str
    name: str
    mark: bytes = b""


_MARKED = (
    Encoding("utf-8", "UTF-8 with a byte order mark", codecs.BOM_UTF8),
    Encoding("utf-16-le", "UTF-16, little endian", codecs.BOM_UTF16_LE),
    Encoding("utf-16-be", "UTF-16, big endian", codecs.BOM_UTF16_BE),
)
#: What may be declared. ISO 8859-1 is read as its superset, as the WHATWG Encoding Standard has it.
_DECLARED = {
    "utf-8": Encoding("utf-8", "UTF-8"),
    "us-ascii": Encoding("utf-8", "UTF-8"),
    "windows-1252": Encoding("cp1252", "Windows-1252"),
    "cp1252": Encoding("cp1252", "Windows-1252"),
    "iso-8859-1": Encoding("cp1252", "Windows-1252"),
    "utf-16le": Encoding("utf-16-le", "UTF-16, little endian"),
    "utf-16be": Encoding("utf-16-be", "UTF-16, big endian"),
}
#: Where nothing is declared, and what it is instead where that cannot be.
UNDECLARED = Encoding("utf-8", "UTF-8")
UNLIKE_UTF8 = Encoding("cp1252", "Windows-1252 (it is not UTF-8)")


def declared_encoding(start: bytes, declared: str | None) -> Encoding | Reason:
    """The encoding that a file's mark says, else its media type; `UNDECLARED` if neither (MSG_02)."""
    for encoding in _MARKED:
        if start.startswith(encoding.mark):
            return encoding
    if not declared:
        return UNDECLARED
    if (known := _DECLARED.get(declared.lower())) is None:
        readable = ", ".join(sorted(_DECLARED))
        text = f"the charset {declared[:40]!r} is not one that the hub reads: {readable}"
        return Reason(Rule.MSG_02, text)
    return known


def read_text(body: bytes, declared: str | None) -> tuple[str, str] | Reason:
    """(text, a note on its encoding), or the reason why there is none (MSG_02)."""
    encoding = declared_encoding(body, declared)
    if isinstance(encoding, Reason):
        return encoding
    text = _decoded(body[len(encoding.mark) :], encoding)
    if encoding is UNDECLARED and isinstance(text, UnicodeDecodeError):
        encoding = UNLIKE_UTF8
        text = _decoded(body, encoding)
    if isinstance(text, UnicodeDecodeError):
        before = text.object[: text.start].decode(encoding.codec)
        return wrong_byte(text, encoding, before.count("\n") + 1)
    if (offset := text.find("\0")) >= 0:
        return nul_problem(text.count("\n", 0, offset) + 1)
    return text, f"encoding: {encoding.name}"


def _decoded(body: bytes, encoding: Encoding) -> str | UnicodeDecodeError:
    try:
        return body.decode(encoding.codec)
    except UnicodeDecodeError as error:
        return error


def wrong_byte(error: UnicodeDecodeError, encoding: Encoding, line: int) -> Reason:
    byte = error.object[error.start]
    text = f"the byte 0x{byte:02x} is not {encoding.name}; save the file as UTF-8"
    return Reason(Rule.MSG_02, text, place=f"line {line}")


def nul_problem(line: int) -> Reason:
    sentence = "a NUL stands here: this is no text, or UTF-16 without a byte order mark"
    return Reason(Rule.MSG_02, sentence, place=f"line {line}")
