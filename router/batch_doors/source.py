"""The file that is sent, in parts: as it is, or compressed on the way.

The same file gives the same parts whenever it is read: that is what lets an interrupted upload go on.
"""

import gzip
import hashlib
import io
import os
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import BinaryIO, Literal, NamedTuple, Protocol

import zstandard

from contracts.batches import PART_BYTES

Encoding = Literal["", "gzip", "zstd"]
#: How a name ends -> what the bytes already are.
_COMPRESSED: dict[str, Encoding] = {".gz": "gzip", ".zst": "zstd", ".zstd": "zstd"}
_READ_BYTES = 1024 * 1024
_GZIP_LEVEL = 6
_ZSTD_LEVEL = 3


class Measured(NamedTuple):
    """Of the bytes as they are sent."""

    sha256: str
    size_bytes: int


class _Compressor(Protocol):
    def write(self, piece: bytes, /) -> int: ...

    def close(self) -> None: ...


def encoding_of(name: str) -> tuple[Encoding, str]:
    """What a file's bytes are compressed with by its name, and the name without that."""
    path = PurePath(name)
    encoding = _COMPRESSED.get(path.suffix.lower(), "")
    return encoding, path.stem if encoding else name


def head_of(file: BinaryIO, encoding: Encoding, size_bytes: int = 64 * 1024) -> bytes:
    """The first bytes of a file's content, for telling its format. Empty where it cannot be read."""
    file.seek(0)
    try:
        if encoding == "gzip":
            return gzip.GzipFile(fileobj=file).read(size_bytes)
        if encoding == "zstd":
            return zstandard.ZstdDecompressor().stream_reader(file, closefd=False).read(size_bytes)
        return file.read(size_bytes)
    except (OSError, EOFError, zstandard.ZstdError):
        return b""
    finally:
        file.seek(0)


def parts(file: BinaryIO, compress: Encoding = "") -> Iterator[bytes]:
    """The bytes to send, from the file's beginning, in parts of PART_BYTES, the last one shorter."""
    held = bytearray()
    for piece in _compressed(file, compress) if compress else _pieces(file):
        held += piece
        while len(held) >= PART_BYTES:
            yield bytes(held[:PART_BYTES])
            del held[:PART_BYTES]
    if held:
        yield bytes(held)


def measured(
    file: BinaryIO, compress: Encoding = "", on_bytes: Callable[[int], None] = lambda _size: None
) -> Measured:
    """Digest and size, which are announced before the first byte. `on_bytes` is told of each part's size."""
    digest, size_bytes = hashlib.sha256(), 0
    for part in parts(file, compress):
        digest.update(part)
        size_bytes += len(part)
        on_bytes(len(part))
    return Measured(digest.hexdigest(), size_bytes)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0, os.SEEK_SET)
    while piece := file.read(_READ_BYTES):
        yield piece


def _compressed(file: BinaryIO, compress: Encoding) -> Iterator[bytes]:
    sink = io.BytesIO()
    compressor = _compressor(sink, compress)
    for piece in _pieces(file):
        compressor.write(piece)
        yield sink.getvalue()
        sink.seek(0)
        sink.truncate()
    compressor.close()
    yield sink.getvalue()


def _compressor(sink: io.BytesIO, compress: Encoding) -> _Compressor:
    """Neither writes a name or a time into its head."""
    if compress == "gzip":
        return gzip.GzipFile("", "wb", _GZIP_LEVEL, sink, mtime=0)
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).stream_writer(sink, closefd=False)
