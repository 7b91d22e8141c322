"""Files of any number of registrations, made while they are read: nothing of them is ever held as a whole.

`./hub python -m tests.support.endless_files FORMAT ROWS` cuts one, and prints rows, rows a second (of the process's
own time) and the most memory that the process had, as JSON.
"""

import io
import json
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from adapters import adapter_for
from adapters.cutting import CutLimits, Cutter
from contracts.documents import Document, Entry, Header
from contracts.messages import Envelope
from router.bootstrap import language
from tests.support.registry import heat_pump

MEDIA_TYPES = {
    "json": "application/cloudevents+json",
    "json-batch": "application/cloudevents-batch+json",
    "jsonl": "application/jsonl",
    "xml": "application/xml",
    "flat": "text/vnd.fmar.flat",
}
#: How the item of a written document begins and ends, and how many lines of it are the item's.
_BETWEEN = {
    "json": (b'{"command"', b"]}}"),
    "jsonl": (b"{", b"\n"),
    "xml": (b"  <TimeSeries>", b"</TimeSeries>\n"),
    "flat": (b"FA1|", b"ZPT|"),
}
_NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
_AT_ONCE = 1_000
#: Stands in the written item wherever its number belongs.
_NUMBER = "777777777"


class Endless(io.RawIOBase):
    """A file of `rows` items in a format. It can be read from its start again, and no more."""

    def __init__(self, spoken: Any, format: str, rows: int) -> None:
        self._rows = rows
        self._head, self._item, self._tail = _parts(spoken, format, rows)
        self._between = b",\n" if format in ("json", "json-batch") else b""
        self._made, self._rest = self._blocks(), b""

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (block := next(self._made, None)) is not None:
            self._rest += block
        given, self._rest = self._rest[:size], self._rest[size:]
        return given

    def seek(self, offset: int, whence: int = 0) -> int:
        assert (offset, whence) == (0, 0)
        self._made, self._rest = self._blocks(), b""
        return 0

    def _blocks(self) -> Iterator[bytes]:
        yield self._head
        for start in range(1, self._rows + 1, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, self._rows + 1))
            items = (self._item.replace(_NUMBER.encode(), b"%d" % n) for n in numbers)
            yield self._between * (start > 1) + self._between.join(items)
        yield self._tail


def _parts(spoken: Any, format: str, rows: int) -> tuple[bytes, bytes, bytes]:
    """What stands before the items, one of them, and what stands after them."""
    writer: Any = adapter_for(spoken.adapters, MEDIA_TYPES[format])
    payload = heat_pump(f"A{_NUMBER}", refs=[{"ref": f"HP-{_NUMBER}"}])
    if format == "json-batch":
        event = {"specversion": "1.0", "id": _NUMBER, "source": "/acme"}
        event |= {"type": "fmar.asset.register.v1", "data": payload}
        return b"[", json.dumps(event, default=float).encode(), b"]"
    document = Document(Header("doc-1", "acme", "hub", _NOW), (Entry("asset.register", payload),))
    body: bytes = writer.encode(document)[1]
    begins, ends = _BETWEEN[format]
    start = body.index(begins)
    end = body.index(ends, start) + (0 if format in ("flat", "json") else len(ends))
    item, tail = body[start:end], body[end:]
    if format == "xml":
        item = item.replace(b"<mRID>1<", f"<mRID>{_NUMBER}<".encode())
    if format == "flat":
        item = item.replace(b"FA1|1|", f"FA1|{_NUMBER}|".encode())
        lines = rows * item.count(b"\n")
        tail = f"ZPT|doc-1|{lines}||{rows}|20261124093000|\n".encode()
    return body[:start], item, tail


def measured(format: str, rows: int) -> dict[str, Any]:
    """Cuts a file of that many rows to its end."""
    spoken = language()
    media_type = MEDIA_TYPES[format]
    cutter = adapter_for(spoken.adapters, media_type)
    assert isinstance(cutter, Cutter)
    source: Any = Endless(spoken, format, rows)
    began = time.process_time()
    file = cutter.cut(source, Envelope("", "acme", media_type, b"", _NOW), CutLimits())
    cut = sum(excerpt.rows for excerpt in file.excerpts)
    seconds = time.process_time() - began
    reasons = [reason.text for reason in (*file.head.reasons, *file.reasons)]
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "format": format,
        "rows": cut,
        "reasons": reasons,
        "rows_per_second": round(cut / seconds),
        "peak_rss_mb": round(peak_kb / 1024),
    }


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], int(sys.argv[2]))))  # noqa: T201 - its output
