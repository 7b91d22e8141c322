"""Blocks of rows on their way to a format."""

from typing import NamedTuple, Protocol

from bench.portfolio.pools import Texts


class Block(NamedTuple):
    """Rows that follow each other. `first`: position of the first in the file, from 0. `spoilt`: (index of a
    row, name of the kind of its fault).
    """

    first: int
    rows: list[Texts]
    spoilt: list[tuple[int, str]]


class Place(NamedTuple):
    """Where something stands: `row` as the format counts its rows, lines or series."""

    row: int
    column: str | None
    text: str


class Writing(Protocol):
    """A portfolio being written in one format. `place`: of a member (a JSON Pointer, "" for the whole item) of
    the item at a position; of positions that are written, in their order.
    """

    def write(self, block: Block) -> None: ...

    def place(self, position: int, pointer: str) -> Place: ...

    def close(self) -> None: ...
