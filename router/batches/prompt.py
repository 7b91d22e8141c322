"""Bytes of a file as they come."""

import io


class Prompt(io.BufferedReader):
    """Gives what is there, at least a byte, instead of waiting until so many bytes have come."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read() if size is None or size < 0 else self.read1(size)
