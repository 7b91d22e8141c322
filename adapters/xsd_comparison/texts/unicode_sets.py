r"""Sets of characters that patterns of XML Schema name: `\d`, `\w`, `\i`, `\c`, `\p{L}`, blocks.

Source: XML Schema part 2, appendix F; XML 1.0 section 2.3 (names).
"""

import sys
from functools import lru_cache
from itertools import groupby
from unicodedata import category

from contracts.regular import charsets
from contracts.regular.charsets import Charset

#: What may stand in a document at all (XML 1.0 section 2.2).
CHARACTER: Charset = (
    (0x9, 0xA), (0xD, 0xD), (0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF),
)  # fmt: skip
SPACE: Charset = charsets.of(0x9, 0xA, 0xD, 0x20)
_NAME_START_BEYOND_ASCII: Charset = (
    (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF), (0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D),
    (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF), (0xF900, 0xFDCF), (0xFDF0, 0xFFFD),
    (0x10000, 0xEFFFF),
)  # fmt: skip
NAME_START: Charset = charsets.union(
    _NAME_START_BEYOND_ASCII, ((0x41, 0x5A), (0x61, 0x7A)), charsets.of(0x3A, 0x5F)
)
NAME: Charset = charsets.union(
    NAME_START, ((0x30, 0x39),), charsets.of(0x2D, 0x2E, 0xB7), ((0x300, 0x36F), (0x203F, 0x2040))
)
BLOCKS: dict[str, Charset] = {
    "IsBasicLatin": ((0x0, 0x7F),),
    "IsLatin-1Supplement": ((0x80, 0xFF),),
    "IsLatinExtended-A": ((0x100, 0x17F),),
    "IsLatinExtended-B": ((0x180, 0x24F),),
    "IsGreek": ((0x370, 0x3FF),),
    "IsCyrillic": ((0x400, 0x4FF),),
}


@lru_cache(maxsize=64)
def of_category(name: str) -> Charset | None:
    """The characters of a general category (`L`, `Nd`), or None if there is no such category."""
    found = tuple(bounds for each, bounds in _by_category() if each.startswith(name))
    return charsets.intersection(charsets.union(*found), charsets.ANY) if found else None


@lru_cache(maxsize=1)
def _by_category() -> tuple[tuple[str, Charset], ...]:
    ranges: dict[str, list[tuple[int, int]]] = {}
    start = 0
    for name, run in groupby(category(chr(point)) for point in range(sys.maxunicode + 1)):
        length = sum(1 for _ in run)
        ranges.setdefault(name, []).append((start, start + length - 1))
        start += length
    return tuple((name, tuple(bounds)) for name, bounds in ranges.items())


def digits() -> Charset:
    return of_category("Nd") or ()


@lru_cache(maxsize=1)
def words() -> Charset:
    r"""`\w`: all but punctuation, separators and others."""
    return charsets.complement(charsets.union(*(of_category(name) or () for name in "PZC")))
