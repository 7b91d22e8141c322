"""Sets of code points as sorted, disjoint, closed ranges. Surrogates belong to no set."""

from functools import lru_cache

Charset = tuple[tuple[int, int], ...]

ANY: Charset = ((0x0, 0xD7FF), (0xE000, 0x10FFFF))
DIGIT: Charset = ((0x30, 0x39),)
WORD: Charset = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
#: White space and line ends of ECMA-262 sections 12.2 and 12.3.
SPACE: Charset = (
    (0x9, 0xD), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029),
    (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
)  # fmt: skip
LINE_END: Charset = ((0xA, 0xA), (0xD, 0xD), (0x2028, 0x2029))
#: Characters that a reader likes to see in an example, best first.
_PLEASANT = "a0A-b1_. B/:@xz9Z2"


def of(*points: int) -> Charset:
    return union(tuple((point, point) for point in points))


def union(*sets: Charset) -> Charset:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(bounds for each in sets for bounds in each):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def complement(charset: Charset) -> Charset:
    """Every other code point that is no surrogate."""
    gaps, start = [], 0
    for low, high in charset:
        if start < low:
            gaps.append((start, low - 1))
        start = high + 1
    if start <= ANY[-1][1]:
        gaps.append((start, ANY[-1][1]))
    return intersection(tuple(gaps), ANY)


def intersection(one: Charset, other: Charset) -> Charset:
    parts = [
        (max(low, start), min(high, end))
        for low, high in one
        for start, end in other
        if max(low, start) <= min(high, end)
    ]
    return tuple(sorted(parts))


def contains(charset: Charset, point: int) -> bool:
    return any(low <= point <= high for low, high in charset)


@lru_cache(maxsize=16384)
def representatives(sets: frozenset[Charset]) -> tuple[int, ...]:
    """One code point for each way of lying in or out of `sets`, pleasant ones where there are any."""
    cuts = {bound for low, high in ANY for bound in (low, high + 1)}
    for charset in sets:
        for low, high in charset:
            cuts |= {low, high + 1}
    edges = sorted(cut for cut in cuts if contains(ANY, cut))
    chosen: dict[tuple[bool, ...], int] = {}
    order = list(sets)
    for point in (*map(ord, _PLEASANT), *edges):
        chosen.setdefault(tuple(contains(charset, point) for charset in order), point)
    return tuple(sorted(chosen.values(), key=_rank))


def _rank(point: int) -> tuple[int, int]:
    place = _PLEASANT.find(chr(point))
    return (0, place) if place >= 0 else (1 if 0x20 < point < 0x7F else 2, point)  # noqa: PLR2004
