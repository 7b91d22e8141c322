"""References to chunks on the bulk lanes: this batch, up to this chunk.

Only the hub may publish to the exchange of references.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from router.broker import names
from router.broker.publisher import Publication

_BATCH, _CHUNK = "fmar-batch", "fmar-chunk"


class ChunkReference(NamedTuple):
    """`batch`: its row; `chunk`: the number of the last one that is there."""

    batch: int
    chunk: int


def publication(sender: str, reference: ChunkReference) -> Publication:
    return Publication(
        names.key(sender, names.BULK),
        b"",
        f"chunk-{reference.batch}-{reference.chunk}",
        exchange=names.REFERENCE,
        headers={_BATCH: reference.batch, _CHUNK: reference.chunk},
    )


def read_reference(headers: Mapping[str, Any] | None) -> ChunkReference | None:
    """None where it is no reference to a chunk."""
    said = headers or {}
    batch, chunk = said.get(_BATCH), said.get(_CHUNK)
    if isinstance(batch, int) and isinstance(chunk, int):
        return ChunkReference(batch, chunk)
    return None
