"""The checksum of a flat file: the exclusive or of its records, taken as 32-bit words.

Source: FORMATS.md section 4: big-endian words of each record, padded with zeros to whole words, without
line ends, from the header to the record before the trailer. It finds any one changed byte; it does not
find records that change places, or a word that is changed twice in the same way.
"""

from collections.abc import Iterable

_WORD_BITS = 32
#: By the last two bits of a record's length: what fills it up to whole words.
_FILL = (b"", b"\0\0\0", b"\0\0", b"\0")
#: A power of two: so many bytes are taken at once, and their halves laid over each other at the end.
_CHUNK_BYTES = 1 << 16


class Checksum:
    """Of records that come in parts."""

    def __init__(self) -> None:
        self._chunk = 0

    def add(self, records: Iterable[bytes]) -> None:
        words = b"".join([record + _FILL[len(record) & 3] for record in records])
        for start in range(0, len(words), _CHUNK_BYTES):
            chunk = words[start : start + _CHUNK_BYTES]
            self._chunk ^= int.from_bytes(chunk.ljust(_CHUNK_BYTES, b"\0"), "big")

    def value(self) -> int:
        """0 to 4294967295."""
        value, bits = self._chunk, _CHUNK_BYTES * 8
        while bits > _WORD_BITS:
            bits //= 2
            value = (value >> bits) ^ (value & ((1 << bits) - 1))
        return value


def checksum(records: Iterable[bytes]) -> int:
    """Over the header and all records but the trailer."""
    whole = Checksum()
    whole.add(records)
    return whole.value()
