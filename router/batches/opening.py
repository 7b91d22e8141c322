"""Opening a file: its adapter, its bytes as a stream or as a whole, its head."""

import io
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, cast

import psycopg

from adapters import Adapter, adapter_for
from adapters.cutting import Cut, CutLimits, Cutter
from contracts.reasons import Reason, Rule
from registry_store.batches.running import OpenBatch
from registry_store.batches.uploading import parts_of
from router.batches.expanding import ExpandBounds, Expanded
from router.batches.parts import PartsFile, PartsStream, part
from router.batches.prompt import Prompt
from router.batches.receipts import envelope_of
from router.pipeline.reading import envelope_reasons

_BUFFER_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a file is kept within."""

    cut: CutLimits
    expand: ExpandBounds


@dataclass(slots=True)
class Opened:
    """A file that is being cut. `stream`: counts the bytes read, where it is read from first to last."""

    cut: Cut
    stream: PartsStream | None
    temporary: BinaryIO | None = None

    def close(self) -> None:
        if self.temporary is not None:
            self.temporary.close()


def cutter_of(batch: OpenBatch, adapters: tuple[Adapter, ...]) -> "Cutter | Reason":
    """What cuts it, or MSG-01."""
    adapter = adapter_for(adapters, batch.header.media_type)
    if isinstance(adapter, Cutter):
        return adapter
    known = ", ".join(m for each in adapters if isinstance(each, Cutter) for m in each.media_types)
    given = batch.header.media_type[:100] or "a file without a media type"
    return Reason(Rule.MSG_01, f"the hub takes files of {known}; not {given}")


def may_begin(batch: OpenBatch, adapters: tuple[Adapter, ...]) -> bool:
    """Whether enough of it is there: all, or the beginning of one whose digest was announced."""
    if batch.is_whole:
        return True
    cutter = cutter_of(batch, adapters)
    return (
        batch.digest is not None
        and batch.size_bytes > 0
        and isinstance(cutter, Cutter)
        and not cutter.needs_whole(envelope_of(batch))
    )


def open_file(
    connection: psycopg.Connection,
    batch: OpenBatch,
    cutter: Cutter,
    bounds: Bounds,
    wait: Callable[[int], bool],
) -> Opened:
    """Raises FileBroken, Interrupted, and what is a bug of the adapter."""
    envelope, encoding = envelope_of(batch), batch.header.content_encoding
    # Cut again as it was cut before, whatever is set by now.
    limits = replace(bounds.cut, rows=(batch.head or {}).get("chunk_rows", bounds.cut.rows))

    def read_part(number: int) -> bytes | None:
        return part(connection, batch.row, number)

    if cutter.needs_whole(envelope) and not encoding:
        sizes = [each.size_bytes for each in parts_of(connection, batch.row)]
        whole = io.BufferedReader(PartsFile(read_part, sizes), _BUFFER_BYTES)
        return Opened(cutter.cut(whole, envelope, limits), None)
    stream = PartsStream(read_part, wait)
    source = cast(BinaryIO, Prompt(stream, _BUFFER_BYTES))
    if encoding:
        expanded = Expanded(source, encoding, bounds.expand)
        source = cast(BinaryIO, Prompt(expanded, _BUFFER_BYTES))
    if not cutter.needs_whole(envelope):
        return Opened(cutter.cut(source, envelope, limits), stream)
    temporary = cast(BinaryIO, tempfile.TemporaryFile(prefix="fmar-batch-"))  # noqa: SIM115 - closed by Opened
    try:
        shutil.copyfileobj(source, temporary, _BUFFER_BYTES)
        temporary.seek(0)
        return Opened(cutter.cut(temporary, envelope, limits), None, temporary)
    except BaseException:
        temporary.close()
        raise


def head_of(batch: OpenBatch, cut: Cut, message_id: str) -> tuple[dict[str, Any], list[Reason]]:
    """What is kept of the head, and what was found wrong with the file as a whole."""
    envelope, decoded = envelope_of(batch), cut.head
    if not envelope.message_id and not decoded.message_id:
        envelope = replace(envelope, message_id=message_id)
    reasons = [*decoded.reasons, *envelope_reasons(envelope, decoded, message_id)]
    head = {
        "on_behalf_of": envelope.on_behalf_of or decoded.on_behalf_of,
        "notes": list(decoded.notes),
        "versions": dict(decoded.versions),
        "document": dict(decoded.document),
    }
    return {name: value for name, value in head.items() if value}, reasons
