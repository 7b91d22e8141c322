"""Anchors: the rows of records that are locked, as a group holds them."""

from collections.abc import Mapping
from typing import NamedTuple


class Anchor(NamedTuple):
    """`version` is the newest, `current_version` the one that is true now."""

    id: str
    kind: str
    version: int
    current_version: int


#: By internal row.
Anchors = Mapping[int, Anchor]


def rows_of(kind: str, anchors: Anchors) -> list[int]:
    return [row for row, anchor in anchors.items() if anchor.kind == kind]
