"""The start of a document of any size: its header, as a document of its own, and where the series begin."""

import re
from dataclasses import dataclass
from typing import BinaryIO

from lxml import etree

from adapters.market_document.parsing import parse
from contracts.messages import Limits
from contracts.reasons import Reason

_LONGEST_HEADER = 1024 * 1024
_BLOCK_BYTES = 64 * 1024
_READ_OVER = rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
_FIRST_SERIES = re.compile(_READ_OVER + rb"|(<(?:[^\s<>/:]+:)?TimeSeries[\s/>])", re.DOTALL)
_ROOT = re.compile(_READ_OVER + rb"|<([^\s<>/!?][^\s<>/]*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Start:
    """`read`: what was read of the document; the series begin at `first`. `root` has the header alone;
    `name`: that of the root as it is written, with its prefix.
    """

    read: bytes
    first: int
    root: etree._Element
    name: bytes

    @property
    def closing(self) -> bytes:
        return b"</" + self.name + b">"

    @property
    def header(self) -> bytes:
        """The document without its series and without its end tag."""
        return bytes(etree.tostring(self.root, encoding="utf-8")).removesuffix(self.closing)

    @property
    def opening(self) -> bytes:
        """The start tag of the root."""
        alone = self.root.makeelement(self.root.tag, dict(self.root.attrib), self.root.nsmap)
        return bytes(etree.tostring(alone, encoding="utf-8")).removesuffix(b"/>") + b">"


def read_start(source: BinaryIO, limits: Limits) -> Start | tuple[Reason, ...] | bytes:
    """The start; why it cannot be read; or all that was read, where no series was found."""
    read = b""
    while len(read) < _LONGEST_HEADER and (block := source.read(_BLOCK_BYTES)):
        read += block
        series = next((each for each in _FIRST_SERIES.finditer(read) if each[1]), None)
        if series is None:
            continue
        root = next((each[1] for each in _ROOT.finditer(read) if each[1]), b"")
        found = parse(read[: series.start()] + b"</" + root + b">", limits)
        return found if isinstance(found, tuple) else Start(read, series.start(), found, root)
    return read
