"""The checksum of a flat file: the exclusive or of its records, taken as 32-bit words.

Source: FORMATS.md section 4: big-endian words of each record, padded with zeros to whole words, without
line ends, from the header to the record before the trailer. It finds any one changed byte; it does not
find records that change places, or a word that is changed twice in the same way.
"""

from collections.abc import Iterable

_WORD_BYTES = 4
_WORD_BITS = 32


def checksum(records: Iterable[bytes]) -> int:
    """0 to 4294967295, over the header and all records but the trailer."""
    words = b"".join([record + bytes(-len(record) % _WORD_BYTES) for record in records])
    count = len(words) // _WORD_BYTES
    value = int.from_bytes(words, "big")
    # Halves laid over each other until one word is left: whole numbers, so that no word is looked at alone.
    while count > 1:
        half = count // 2
        bits = half * _WORD_BITS
        value = (value >> bits) ^ (value & ((1 << bits) - 1))
        count -= half
    return value
