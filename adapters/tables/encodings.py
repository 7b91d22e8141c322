"""The text of a table file: which encoding it is in, said and not hidden.

A byte order mark decides, else the charset that the media type declares, else UTF-8, and only what is
not UTF-8 is read as Windows-1252 (as spreadsheets on Windows save it).
"""

import codecs

from contracts.reasons import Reason, Rule

_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16, little endian"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16, big endian"),
)
#: What may be declared. ISO 8859-1 is read as its superset, as the WHATWG Encoding Standard has it.
_DECLARED = {
    "utf-8": ("utf-8", "UTF-8"),
    "us-ascii": ("utf-8", "UTF-8"),
    "windows-1252": ("cp1252", "Windows-1252"),
    "cp1252": ("cp1252", "Windows-1252"),
    "iso-8859-1": ("cp1252", "Windows-1252"),
    "utf-16le": ("utf-16-le", "UTF-16, little endian"),
    "utf-16be": ("utf-16-be", "UTF-16, big endian"),
}


def read_text(body: bytes, declared: str | None) -> tuple[str, str] | Reason:
    """(text, a note on its encoding), or the reason why there is none (MSG_02)."""
    for mark, codec, name in _MARKS:
        if body.startswith(mark):
            return _decode(body[len(mark) :], codec, name)
    if declared:
        if (known := _DECLARED.get(declared.lower())) is None:
            readable = ", ".join(sorted(_DECLARED))
            text = f"the charset {declared[:40]!r} is not one that the hub reads: {readable}"
            return Reason(Rule.MSG_02, text)
        return _decode(body, *known)
    try:
        return _checked(body.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError:
        return _decode(body, "cp1252", "Windows-1252 (it is not UTF-8)")


def _decode(body: bytes, codec: str, name: str) -> tuple[str, str] | Reason:
    try:
        return _checked(body.decode(codec), name)
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        text = f"the byte 0x{body[error.start]:02x} is not {name}; save the file as UTF-8"
        return Reason(Rule.MSG_02, text, place=f"line {line}")


def _checked(text: str, name: str) -> tuple[str, str] | Reason:
    if (offset := text.find("\0")) >= 0:
        where = f"line {text.count(chr(10), 0, offset) + 1}"
        sentence = "a NUL stands here: this is no text, or UTF-16 without a byte order mark"
        return Reason(Rule.MSG_02, sentence, place=where)
    return text, f"encoding: {name}"
