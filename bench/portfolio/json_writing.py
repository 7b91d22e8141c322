"""A portfolio as hub JSON: one event with a list of items, or a batch of events of one item."""

from typing import Any, BinaryIO

import orjson

from adapters.hub_json import HubJson
from bench.portfolio.payloads import Payloads
from bench.portfolio.rows import Block, Place
from contracts.canonical import plain_number
from contracts.documents import Document, Header

_COMMAND = "asset.register"


class JsonWriting:
    """Writes an item, or an event, on each line."""

    def __init__(
        self, sink: BinaryIO, payloads: Payloads, header: Header, *, is_batch: bool
    ) -> None:
        self._sink = sink
        self._payloads = payloads
        self._is_batch = is_batch
        adapter = HubJson(frozenset({_COMMAND}))
        whole = orjson.loads(adapter.encode(Document(header, ()))[1])
        self._attributes = {name: value for name, value in whole.items() if name != "data"}
        head = orjson.dumps({**self._attributes, "data": {"items": []}})
        self._before, self._end = (b"[\n", b"\n]\n") if is_batch else (head[:-3], b"\n]}}\n")
        if not is_batch:
            self._before += b"\n"

    def write(self, block: Block) -> None:
        items = [self._written(row, number) for number, row in enumerate(block.rows, block.first)]
        self._sink.write(self._before + b",\n".join(items))
        self._before = b",\n"

    def place(self, position: int, pointer: str) -> Place:
        if self._is_batch:
            text = f"event {self._id(position)!r}, /{position}/data{pointer}"
        else:
            text = f"/data/items/{position}{pointer}"
        return Place(position, None, text)

    def close(self) -> None:
        self._sink.write(self._end)

    def _written(self, row: Any, position: int) -> bytes:
        payload = self._payloads.of(row)
        item: dict[str, Any] = {"command": _COMMAND, **payload}
        if self._is_batch:
            own = {"id": self._id(position), "type": f"fmar.{_COMMAND}.v1"}
            item = {**self._attributes, **own, "data": payload}
        return orjson.dumps(item, default=plain_number)

    def _id(self, position: int) -> str:
        return f"{self._attributes['id']}-{position + 1}"
