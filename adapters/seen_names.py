"""Which item of a document has the name of an earlier one: told for millions of them in bounded memory.

Names that are the numbers of their items take no memory at all. Of others a hash of 64 bits is kept, in arrays
(16 to 36 bytes a name, where a dictionary takes 150): that two of five million names have the same hash is as likely
as one in a million.
"""

from array import array

_SMALLEST = 1 << 12
_HASH_BITS = (1 << 64) - 1


class SeenNames:
    """The names of one document, in the order of its items (series, events)."""

    def __init__(self) -> None:
        self._in_order = 0
        self._count = 0
        self._make_room(_SMALLEST)

    def twice(self, names: list[str], first: int) -> list[tuple[int, int]]:
        """Of the items that begin with number `first`: (place in the list, number of the earlier item)."""
        end = first + len(names)
        if self._in_order == first - 1 and names == [str(n) for n in range(first, end)]:
            self._in_order = end - 1
            return []
        found = ((at, self._earlier(name, first + at)) for at, name in enumerate(names) if name)
        return [(at, earlier) for at, earlier in found if earlier is not None]

    def _earlier(self, name: str, number: int) -> int | None:
        """The number of the first item of this name, None where this one is the first."""
        if self._in_order and name.isdecimal() and name.isascii() and name[0] != "0":
            own = int(name) if len(name) < len(str(self._in_order)) + 1 else 0
            if 0 < own <= self._in_order:
                return own
        key = hash(name) & _HASH_BITS or 1
        slot = self._slot(key)
        if self._keys[slot]:
            return self._numbers[slot]
        self._keys[slot], self._numbers[slot] = key, number
        self._count += 1
        if self._count * 3 > len(self._keys) * 2:
            self._grow()
        return None

    def _slot(self, key: int) -> int:
        """Where a key is, or is to be put: linear probing."""
        keys, mask = self._keys, len(self._keys) - 1
        slot = key & mask
        while keys[slot] and keys[slot] != key:
            slot = (slot + 1) & mask
        return slot

    def _make_room(self, size: int) -> None:
        self._keys = array("Q", bytes(8 * size))
        self._numbers = array("I", bytes(4 * size))

    def _grow(self) -> None:
        keys, numbers = self._keys, self._numbers
        self._make_room(2 * len(keys))
        for key, number in zip(keys, numbers, strict=True):
            if key:
                slot = self._slot(key)
                self._keys[slot], self._numbers[slot] = key, number
