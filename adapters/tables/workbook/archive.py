"""The archive of a workbook: refused for what its directory says, before anything is expanded.

A part is expanded only when it is asked for, piece by piece, never beyond the size that the directory states,
and that size is bounded; a part that holds more than it states is damaged.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from adapters.tables.workbook.problems import WorkbookProblem, too_large, unreadable, unsafe

#: Parts of a workbook; one with a hundred sheets and as many pictures has fewer.
MOST_PARTS = 1_000
#: Of a part that is being expanded.
_PIECE_BYTES = 64 * 1024
#: A part of more than a mebibyte may be so many times its compressed size: XML of sheets has 10 to 50.
MOST_RATIO = 250
_SMALL_PART = 1024 * 1024
_DIRECTORY_BYTES = 256 * 1024
_END = b"PK\x05\x06"
_END_BYTES = 22
_LONGEST_COMMENT = 65_535
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = 0x1
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    EOFError,
    OSError,
    KeyError,
    IndexError,
)


class Archive:
    """A checked archive, in a source that can seek. Raises WorkbookProblem (MSG_02, MSG_03, XLSX_04).

    `most_bytes`: of all parts together, expanded.
    """

    def __init__(self, source: BinaryIO, most_bytes: int) -> None:
        size = source.seek(0, io.SEEK_END)
        source.seek(0)
        start = source.read(len(_OLE))
        if start.startswith(_OLE):
            text = "this is a workbook with a password, or an .xls of before 2007: save it as .xlsx without one"
            raise unsafe(text)
        source.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT))
        _check_directory(start, source.read())
        try:
            self._zip = zipfile.ZipFile(source)
        except _DAMAGE:
            raise unreadable("the archive of the workbook is damaged or cut off") from None
        self._parts = {info.filename: info for info in self._zip.infolist()}
        _check_parts(self._zip.infolist(), most_bytes)

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def read(self, name: str) -> bytes:
        """A part, expanded."""
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part, expanded as it is asked for."""
        if name not in self._parts:
            raise unreadable(f"the workbook has no part {name[:80]}: it is damaged, or no XLSX")
        info = self._parts[name]
        left = info.file_size
        try:
            with self._zip.open(info) as part:
                while data := part.read(min(_PIECE_BYTES, left + 1)):
                    left -= len(data)
                    if left < 0:
                        break
                    yield data
        except _DAMAGE:
            raise unreadable(f"the part {name[:80]} of the workbook is damaged") from None
        if left:
            raise unreadable(f"the part {name[:80]} has not the size that the archive states")


def _check_directory(start: bytes, tail: bytes) -> None:
    """The size of the directory, before it is read."""
    end = tail.rfind(_END)
    if not start.startswith(b"PK") or end < 0 or end + _END_BYTES > len(tail):
        raise unreadable("this is no XLSX workbook: it is not a complete ZIP archive")
    count, size = struct.unpack_from("<HI", tail, end + 10)
    if count > MOST_PARTS or size > _DIRECTORY_BYTES:
        raise too_large(f"the archive has {count} parts, the limit is {MOST_PARTS}")


def _check_parts(parts: list[zipfile.ZipInfo], most_bytes: int) -> None:
    names = [info.filename for info in parts]
    if len(set(names)) != len(names):
        raise unreadable("the archive names a part twice")
    for info in parts:
        if (problem := _problem_of(info)) is not None:
            raise problem
    total = sum(info.file_size for info in parts)
    if total > most_bytes:
        raise too_large(f"the workbook expands to {total} bytes, the limit is {most_bytes}")


def _problem_of(info: zipfile.ZipInfo) -> WorkbookProblem | None:
    name = info.filename
    if info.flag_bits & _ENCRYPTED:
        return unsafe(f"the part {name[:80]} is encrypted")
    if name.endswith("vbaProject.bin"):
        return unsafe("the workbook has macros: save it as .xlsx without them")
    if name.startswith("xl/externalLinks/"):
        return unsafe("the workbook has links to other files: replace them by values")
    if name == "xl/workbook.bin":
        return unreadable("this is a binary workbook (.xlsb): save it as .xlsx")
    if info.file_size > max(_SMALL_PART, MOST_RATIO * info.compress_size):
        text = f"the part {name[:80]} expands more than {MOST_RATIO} times, as no sheet does"
        return too_large(text)
    return None
