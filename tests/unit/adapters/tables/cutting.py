"""What the tests of cutting share: a file cut by its adapter, and its items read back from the excerpts."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import orjson

from adapters.cutting import CutLimits, Cutter, Excerpt
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason


class CutUp(NamedTuple):
    """A file in excerpts, each read alone. `reasons`: those of the head, and those after the last excerpt."""

    head: Decoded
    excerpts: tuple[Excerpt, ...]
    items: tuple[Item, ...]
    reasons: tuple[Reason, ...]

    @property
    def keys(self) -> list[str]:
        return [reason.rule.key for reason in self.reasons]


class Trickle(io.BytesIO):
    """A source that gives as many bytes as these sizes say, again and again."""

    def __init__(self, body: bytes, sizes: Sequence[int]) -> None:
        super().__init__(body)
        self._sizes = sizes
        self._turn = 0

    def read(self, size: int | None = -1) -> bytes:
        self._turn += 1
        most = self._sizes[self._turn % len(self._sizes)]
        return super().read(most if size is None or size < 0 else min(size, most))


def cut_up(
    adapter: Cutter,
    envelope: Envelope,
    *,
    rows: int = 500,
    sizes: Sequence[int] = (1 << 20,),
    whole: Limits | None = None,
    file_rows: int = 5_000_000,
    workbook_rows: int = 200_000,
) -> CutUp:
    """What is said of an excerpt passes through JSON, as in the store."""
    limits = CutLimits(rows, whole or Limits(), file_rows, workbook_rows)
    cut = adapter.cut(Trickle(envelope.body, sizes), replace(envelope, body=b""), limits)
    excerpts = tuple(cut.excerpts)
    items: list[Item] = []
    for excerpt in excerpts:
        said = orjson.loads(orjson.dumps(excerpt.said))
        decoded = adapter.decode(replace(envelope, body=excerpt.body, excerpt=said), Limits())  # type: ignore[attr-defined] - a cutter is an adapter
        assert not decoded.reasons
        assert len(decoded.items) == excerpt.rows
        items += decoded.items
    return CutUp(cut.head, excerpts, tuple(items), (*cut.head.reasons, *cut.reasons))


def same_items(one: Iterable[Item], other: Iterable[Item]) -> None:
    """Number by number, with places, reasons, and where each member was read."""
    for left, right in zip(one, other, strict=True):
        assert left._replace(columns={}) == right._replace(columns={})
        assert dict(left.columns) == dict(right.columns)


def cut_as_whole(adapter: Cutter, envelope: Envelope, *, rows: int = 500) -> CutUp:
    """Cut, and the same as read at once: items, reasons, and what the head says."""
    found = cut_up(adapter, envelope, rows=rows)
    whole = adapter.decode(envelope, Limits())  # type: ignore[attr-defined] - a cutter is an adapter
    assert not [reason for reason in whole.reasons if reason.is_error], whole.reasons
    same_items(found.items, whole.items)
    assert found.reasons == whole.reasons
    assert sorted(found.head.notes) == sorted(whole.notes)
    assert found.head.versions == whole.versions
    assert (found.head.is_file, found.head.message_id) == (True, None)
    return found
