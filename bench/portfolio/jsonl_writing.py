"""A portfolio as JSON Lines: an item with its command on each line."""

from typing import BinaryIO

import orjson

from bench.portfolio.faults import BROKEN
from bench.portfolio.payloads import Payloads
from bench.portfolio.rows import Block, Place
from contracts.canonical import plain_number


class JsonLinesWriting:
    """Writes blocks of lines; one that is unreadable ends before its last brace."""

    def __init__(self, sink: BinaryIO, payloads: Payloads) -> None:
        self._sink = sink
        self._payloads = payloads

    def write(self, block: Block) -> None:
        lines = [
            orjson.dumps(
                {"command": "asset.register", **self._payloads.of(row)},
                default=plain_number,
                option=orjson.OPT_APPEND_NEWLINE,
            )
            for row in block.rows
        ]
        for at, kind in block.spoilt:
            if kind == BROKEN:
                lines[at] = lines[at][:-2] + b"\n"
        self._sink.write(b"".join(lines))

    def place(self, position: int, pointer: str) -> Place:
        line = position + 1
        return Place(line, None, f"line {line}, {pointer}" if pointer else f"line {line}")

    def close(self) -> None: ...
