"""A portfolio as one document, XML or flat: its head and its end by the format's own writer, items in between."""

from datetime import UTC, datetime
from typing import BinaryIO
from xml.sax.saxutils import escape

from adapters.flat_file.adapter import FlatFiles
from adapters.flat_file.checksum import checksum
from adapters.flat_file.forms import Forms
from adapters.flat_file.item_writer import ItemWriter
from adapters.market_document.adapter import MarketDocuments
from adapters.market_document.category_forms import CategoryForms
from adapters.market_document.elements import holder
from adapters.market_document.layout import SERIES_OF_COMMAND
from adapters.market_document.series_writing import SeriesWriter
from bench.portfolio.assets import VERSION
from bench.portfolio.patterns import Patterns
from bench.portfolio.payloads import Payloads
from bench.portfolio.pools import Texts
from bench.portfolio.rows import Block, Place
from contracts.categories import Catalogue
from contracts.documents import Document, Entry, Header

_COMMAND = "asset.register"
WRITTEN_AT = datetime(2026, 1, 2, tzinfo=UTC)
_SERIES = "  <TimeSeries>"


class _Entries:
    """Entries of rows. The writers know no version that does not exist: an unknown one is put in afterwards."""

    def __init__(self, payloads: Payloads, columns: Texts) -> None:
        self._payloads = payloads
        self._version = columns.index("/category_version")

    def of(self, row: Texts) -> tuple[Entry, str]:
        """The entry under the version that exists, and the version that is to be stated."""
        payload = self._payloads.of(row)
        stated, payload["category_version"] = row[self._version], VERSION
        return Entry(_COMMAND, payload), stated


class XmlWriting:
    """As a market document with a TimeSeries per asset."""

    def __init__(
        self,
        sink: BinaryIO,
        catalogue: Catalogue,
        payloads: Payloads,
        columns: Texts,
        header: Header,
    ) -> None:
        self._sink, self._entries = sink, _Entries(payloads, columns)
        self._patterns = Patterns(columns, payloads.kinds, self._series, escape)
        self._writer = SeriesWriter(
            SERIES_OF_COMMAND[_COMMAND], CategoryForms(catalogue), WRITTEN_AT
        )
        document = Document(header, (Entry("asset.deregister", {"asset": "x"}),))
        whole = MarketDocuments(catalogue, frozenset({_COMMAND})).encode(document)[1].decode()
        head, _, _ = whole.partition(_SERIES)
        self._end = whole[whole.rindex("</") :]
        self._root = f"/{self._end[2:-2]}"
        sink.write(head.encode())

    def write(self, block: Block) -> None:
        item = self._patterns.item
        series = [item(row, number) for number, row in enumerate(block.rows, block.first + 1)]
        self._sink.write("".join(series).encode())

    def place(self, position: int, pointer: str) -> Place:  # noqa: ARG002 - elements have names of their own
        return Place(position + 1, None, f"{self._root}/TimeSeries[{position + 1}]")

    def close(self) -> None:
        self._sink.write(self._end.encode())

    def _series(self, row: Texts, number: int) -> str:
        entry, version = self._entries.of(row)
        series = holder(1, "TimeSeries", self._writer.lines(entry, number, ()))
        if version != VERSION:
            series = [_restated(line, version) for line in series]
        return "\n".join([*series, ""])


def _restated(line: str, version: str) -> str:
    """A line of a series that says the version, in its element or in the namespace of the attributes."""
    own = VERSION.replace(".", ":")
    line = line.replace(f"Version>{VERSION}<", f"Version>{version}<")
    return line.replace(f':{own}">', f':{version.replace(".", ":")}">')


class FlatWriting:
    """As a user file of the hub's own flow. Counts and checksum of its trailer are taken on the way."""

    def __init__(
        self,
        sink: BinaryIO,
        catalogue: Catalogue,
        payloads: Payloads,
        columns: Texts,
        header: Header,
    ) -> None:
        self._sink, self._entries = sink, _Entries(payloads, columns)
        self._patterns = Patterns(columns, payloads.kinds, self._item, lambda text: text)
        self._writer = ItemWriter(Forms(catalogue), WRITTEN_AT, acts_for=None)
        document = Document(header, (Entry("asset.deregister", {"asset": "x"}),))
        whole = FlatFiles(catalogue).encode(document)[1].split(b"\n")
        self._trailer = whole[-2].decode().split("|")
        sink.write(whole[0] + b"\n")
        self._checksum = checksum([whole[0]])
        self._items = self._records = 0
        #: First line and records of each item of the block that was written last, by its position.
        self._last: dict[int, tuple[int, str]] = {}

    def write(self, block: Block) -> None:
        self._last = {}
        items: list[str] = []
        for position, row in enumerate(block.rows, block.first):
            item = self._patterns.item(row, position + 1)
            self._last[position] = self._records + 2, item
            self._records += item.count("\n")
            items.append(item)
        written = "".join(items).encode()
        self._checksum ^= checksum(written.split(b"\n"))
        self._items += len(block.rows)
        self._sink.write(written)

    def place(self, position: int, pointer: str) -> Place:
        """The line of an attribute that is stated, else that of the item."""
        line, item = self._last[position]
        attribute = pointer.removeprefix("/attributes/")
        stated = (
            number
            for number, record in enumerate(item.splitlines(), line)
            if record.split("|")[2] == attribute
        )
        at = next(stated, line)
        return Place(at, None, f"line {at}")

    def close(self) -> None:
        counts = (str(self._records), str(self._checksum), str(self._items))
        trailer = "|".join([*self._trailer[:2], *counts, *self._trailer[5:]])
        self._sink.write(trailer.encode() + b"\n")

    def _item(self, row: Texts, number: int) -> str:
        entry, version = self._entries.of(row)
        root, *below = self._writer.records(entry, number)
        if version != VERSION:
            root = root.replace(f"|{VERSION}|", f"|{version}|", 1)
        return "\n".join([root, *below, ""])
