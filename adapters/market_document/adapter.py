"""The adapter for XML: the root element and its namespace say which document it is.

Message id: the document's `mRID` and `revisionNumber`, as `mRID:revisionNumber`. Every document is
answered by an Acknowledgement_MarketDocument.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, BinaryIO, Protocol

from lxml import etree

from adapters.cutting import Cut, CutLimits
from adapters.market_document.acknowledgement import acknowledgement
from adapters.market_document.category_forms import CategoryForms
from adapters.market_document.cutting import cut_document
from adapters.market_document.header import read_header
from adapters.market_document.layout import COMMANDS, RECORDS, SERIES_OF_COMMAND
from adapters.market_document.names import Root, local
from adapters.market_document.parsing import parse
from adapters.market_document.reading import DocumentReader
from adapters.market_document.repetition import taken_apart
from adapters.market_document.schemas import Schemas
from adapters.market_document.writing import write_document
from contracts.categories import Catalogue
from contracts.documents import Document
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason, Rule

MEDIA_TYPE = "application/xml"
_LONGEST_SHOWN = 80


class Reader(Protocol):
    """Reads documents of one root and namespace. `commands`: what it brings to be decided; `validates`:
    what it brings to be looked at.
    """

    name: str
    root: Root
    commands: frozenset[str]
    validates: frozenset[str]

    def read(self, root: etree._Element, envelope: Envelope, limits: Limits) -> Decoded: ...

    def place_of(self, item: Item, path: str) -> str: ...


class MarketDocuments:
    """Market documents in XML. `others`: readers of documents that are not the hub's own."""

    name = "xml"
    media_types: tuple[str, ...] = (MEDIA_TYPE, "text/xml")
    writes = frozenset(SERIES_OF_COMMAND)

    def __init__(
        self, catalogue: Catalogue, commands: frozenset[str], others: tuple[Reader, ...] = ()
    ) -> None:
        self.commands = commands & frozenset(COMMANDS.commands)
        self._forms = CategoryForms(catalogue)
        schemas = Schemas()
        own = tuple(DocumentReader(series, self._forms, schemas) for series in (COMMANDS, RECORDS))
        self._own = own[0]
        self.others = others
        self._readers: dict[tuple[str, str], Reader] = {
            (each.root.name, each.root.namespace): each for each in (*own, *others)
        }
        self._reader_of_place = {each.root.name: each for each in self._readers.values()}

    def decode(self, envelope: Envelope, limits: Limits) -> Decoded:
        """Items, or the reasons why there are none. Reasons: MSG-02, -03, -10, -11, -13, XML-*."""
        frame = taken_apart(envelope.body, limits)
        if frame is not None and isinstance(own := self._reader_of(frame.root), DocumentReader):
            decoded = own.read_frame(frame, envelope, limits)
            if decoded is not None:
                return decoded
        root = parse(envelope.body, limits)
        if isinstance(root, tuple):
            return Decoded(reasons=root)
        reader = self._reader_of(root)
        if reader is not None:
            return reader.read(root, envelope, limits)
        header = read_header(root)
        reason = self._unknown(*_named(root))
        return Decoded(reasons=(reason,), message_id=header.message_id, document=header.document)

    def needs_whole(self, envelope: Envelope) -> bool:  # noqa: ARG002 - of the protocol
        return False

    def cut(self, source: BinaryIO, envelope: Envelope, limits: CutLimits) -> Cut:
        """Commands to the hub, in documents of any size; another document is one excerpt, or refused."""
        whole = limits.whole

        def head(root: etree._Element) -> Decoded | None:
            is_own = self._reader_of(root) is self._own
            return self._own.head(root, whole) if is_own else None

        return cut_document(
            source,
            limits,
            tags=self._own.series_tags,
            head=head,
            whole=lambda body: self.decode(replace(envelope, body=body), whole),
        )

    def _reader_of(self, root: etree._Element) -> Reader | None:
        return self._readers.get(_named(root))

    def place_of(self, item: Item, path: str) -> str:
        reader = self._reader_of_place.get(item.place[1:].partition("/")[0])
        return item.place if reader is None else reader.place_of(item, path)

    def encode_receipt(self, receipt: Mapping[str, Any]) -> tuple[str, bytes]:
        return MEDIA_TYPE, acknowledgement(receipt)

    def encode(self, document: Document) -> tuple[str, bytes]:
        return MEDIA_TYPE, write_document(document, self._forms)

    def _unknown(self, name: str, namespace: str) -> Reason:
        """XML-02: which document this is, and which the hub reads."""
        given = f"{name[:_LONGEST_SHOWN]} of the namespace {namespace[:_LONGEST_SHOWN] or '(none)'}"
        known = ", ".join(f"{root} of {space}" for root, space in self._readers)
        named = [space for root, space in self._readers if root == name]
        if name.startswith("Acknowledgement_"):
            text = f"{given} is an answer, and the hub takes none; it reads {known}"
        elif named:
            text = f"{given} is another version than the hub reads: {', '.join(named)}"
        else:
            text = f"the hub has no use for {given}; it reads {known}"
        return Reason(Rule.XML_02, text, place=f"/{name[:_LONGEST_SHOWN]}")


def _named(root: etree._Element) -> tuple[str, str]:
    """Name and namespace of a root."""
    namespace = root.tag[1:].partition("}")[0] if root.tag.startswith("{") else ""
    return local(root.tag), namespace
