"""Compressed files as streams, bounded in what they expand to.

Source: RFC 1952 (gzip: members one after another), RFC 8878 (Zstandard: frames one after another).
"""

import io
import zlib
from typing import BinaryIO, NamedTuple, Protocol

import zstandard

from contracts.reasons import Reason, Rule

_GZIP_WINDOW = 31  # zlib's way to say: with a gzip header
#: What one call of a decoder may be given: a zstd block of four bytes expands to 128 KiB.
_INPUT_BYTES = {"gzip": 64 * 1024, "zstd": 1024}
_OUTPUT_BYTES = 1024 * 1024
#: Windows beyond this are refused: the decoder would hold as much in memory.
_ZSTD_WINDOW_BYTES = 128 * 1024 * 1024
#: Below this no ratio is looked at.
_ALWAYS_BYTES = 64 * 1024 * 1024


class ExpandBounds(NamedTuple):
    """`bytes`: of the expanded file; `times`: its size over the compressed one's, beyond the first 64 MiB."""

    bytes: int
    times: int


class FileBroken(Exception):
    """The stored bytes cannot be read as the file that they claim to be. `reason` goes to the sender."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason


class _Decoder(Protocol):
    """A decoder of one member or frame, of either library."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def unconsumed_tail(self) -> bytes: ...


class Expanded(io.RawIOBase):
    """What a compressed stream expands to. Reading raises FileBroken: MSG_02 where it is cut off, damaged or
    followed by something else, MSG_03 where it expands too far.
    """

    def __init__(self, source: BinaryIO, encoding: str, bounds: ExpandBounds) -> None:
        self._source = source
        self._encoding = encoding
        self._bounds = bounds
        self._decoder = _decoder(encoding)
        self._input = b""
        self._is_first = self._is_fresh = True
        self._ready = memoryview(b"")
        self._taken = self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override] # any writable buffer
        while not self._ready:
            expanded = self._expand()
            if expanded is None:
                return 0
            self._given += len(expanded)
            self._check()
            self._ready = memoryview(expanded)
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _expand(self) -> bytes | None:
        """The next piece, maybe empty; None at the end."""
        if self._decoder.eof:
            self._input = self._decoder.unused_data
            self._decoder, self._is_fresh = _decoder(self._encoding), True
        if not self._input:
            self._input = self._source.read(_INPUT_BYTES[self._encoding])
            self._taken += len(self._input)
        if not self._input:
            if self._is_fresh and not self._is_first:
                return None
            raise self._broken("it is cut off")
        try:
            expanded = self._decoded()
        except (zlib.error, zstandard.ZstdError) as error:
            where = (
                "it is damaged" if self._is_first else "it is damaged, or something follows its end"
            )
            raise self._broken(f"{where} ({error})") from error
        self._is_fresh = False
        if self._decoder.eof:
            self._is_first = False
        return expanded

    def _decoded(self) -> bytes:
        data, self._input = self._input, b""
        if self._encoding == "zstd":
            return bytes(self._decoder.decompress(data))  # type: ignore[attr-defined] # either library's
        expanded = bytes(self._decoder.decompress(data, _OUTPUT_BYTES))  # type: ignore[attr-defined] # likewise
        self._input = self._decoder.unconsumed_tail
        return expanded

    def _check(self) -> None:
        bounds = self._bounds
        if self._given > bounds.bytes:
            text = f"the file expands to more than {bounds.bytes} bytes"
        elif self._given > max(_ALWAYS_BYTES, bounds.times * self._taken):
            text = f"the file expands to more than {bounds.times} times its size"
        else:
            return
        raise FileBroken(Reason(Rule.MSG_03, text))

    def _broken(self, what: str) -> FileBroken:
        return FileBroken(Reason(Rule.MSG_02, f"the file is not whole {self._encoding}: {what}"))


def _decoder(encoding: str) -> _Decoder:
    if encoding == "gzip":
        return zlib.decompressobj(_GZIP_WINDOW)
    frames = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    return frames.decompressobj()
