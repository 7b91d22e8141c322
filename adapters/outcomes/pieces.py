"""A file that is written in order and taken away in pieces: for writers that know files alone."""

import io


class Pieces(io.RawIOBase):
    """What was written since it was last taken."""

    def __init__(self) -> None:
        self._written: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override] # any bytes
        piece = bytes(data)
        self._written.append(piece)
        self._at += len(piece)
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._written = self._written, []
        return b"".join(pieces)
