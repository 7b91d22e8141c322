"""A document of the hub's own, from its tree to items.

The header is checked by itself; what is wrong with it refuses the document. Each series is laid into a
payload and checked by itself: with the schema of the hot path, which says where elements stand and leaves
values to the JSON Schema; where that refuses it, with the whole schema. So a faulty series is answered as
one item, and the others stand; and no check grows with the square of a document, as libxml2's does that
finds the path of every fault among all its neighbours.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from lxml import etree

from adapters.market_document.category_forms import CategoryForms
from adapters.market_document.checking import SeriesCheck
from adapters.market_document.header import (
    ReadHeader,
    check_header,
    read_header,
    receiver_reasons,
)
from adapters.market_document.known_shapes import KnownShapes, Shapes
from adapters.market_document.layout import COMMANDS, Series
from adapters.market_document.places import place_of
from adapters.market_document.plans import Plans, name_of
from adapters.market_document.repetition import Frame, items_of
from adapters.market_document.schemas import Schemas
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason, Rule, has_errors


class DocumentReader:
    """Reads documents of one root. `forms` and `schemas` are shared by those of all roots."""

    def __init__(self, series: Series, forms: CategoryForms, schemas: Schemas) -> None:
        self.name, self.root = "xml", series.root
        self.commands = frozenset(series.commands) if series is COMMANDS else frozenset()
        self.validates: frozenset[str] = frozenset()
        self._is_for_hub = series is COMMANDS
        self._forms = forms
        self._schemas = schemas
        self._plans = Plans(series)
        self._series_tag = self._plans.tag("TimeSeries")
        self._known = KnownShapes()

    def read(self, root: etree._Element, envelope: Envelope, limits: Limits) -> Decoded:
        """The items, or the reasons why there are none."""
        header = read_header(root)
        count = sum(1 for _ in islice(root.iterchildren(self._series_tag), limits.items + 1))
        reasons = self._document_reasons(root, header, count, limits)
        if has_errors(reasons):
            return _decoded(header, reasons=reasons)
        check = self._check(envelope)
        said = envelope.excerpt or {}
        items: list[Item] = []
        names: list[str] = []
        # No element outlives its turn: that keeps the garbage collector out of it.
        for number, element in enumerate(root.iterchildren(self._series_tag), said.get("first", 1)):
            items.append(check.item(element, number))
            names.append(name_of(element, self._plans.id_tag))
        return self._answer(header, items, names, said)

    def read_frame(self, frame: Frame, envelope: Envelope, limits: Limits) -> Decoded | None:
        """The same, of a document that is taken apart; None where it is to be read by its tree."""
        header = read_header(frame.root)
        reasons = self._document_reasons(frame.root, header, len(frame.series), limits)
        if not self._is_for_hub or has_errors(reasons):
            return None
        check, said = self._check(envelope), envelope.excerpt or {}
        first, shapes = said.get("first", 1), Shapes(self._plans, check.read)
        if said:
            key = (frame.opening, envelope.received_at, self._forms.catalogue.state)
            shapes = self._known.of(key, shapes)
        found = items_of(frame, self._plans, first=first, shapes=shapes, checked=check.item)
        return None if found is None else self._answer(header, *found, said)

    def head(self, root: etree._Element, limits: Limits) -> Decoded:
        """What the header of a document of any size says, and all that is wrong with it."""
        header = read_header(root)
        return _decoded(header, reasons=self._document_reasons(root, header, 1, limits))

    @property
    def series_tags(self) -> tuple[str, str]:
        """The tag of a series, and that of its mRID."""
        return self._series_tag, self._plans.id_tag

    def place_of(self, item: Item, path: str) -> str:
        return place_of(item, path, self._forms)

    def _check(self, envelope: Envelope) -> SeriesCheck:
        return SeriesCheck(
            self.root,
            self._plans,
            self._forms,
            self._schemas,
            body=envelope.body,
            at=envelope.received_at,
        )

    def _answer(
        self, header: ReadHeader, items: list[Item], names: list[str], said: Mapping[str, Any]
    ) -> Decoded:
        """`said`: of an excerpt, whose names were compared when it was cut."""
        if not self._is_for_hub:
            return _decoded(header, items)
        twice = said["twice"] if "twice" in said else _named_twice(names)
        return _decoded(header, _told_apart(items, names, twice), series=names)

    def _document_reasons(
        self, root: etree._Element, header: ReadHeader, count: int, limits: Limits
    ) -> tuple[Reason, ...]:
        """What is wrong with the document as a whole. `count`: of its series."""
        namespace, name = self.root.namespace, self.root.name
        if count > limits.items:
            text = f"more than {limits.items} TimeSeries: send several documents"
            return (Reason(Rule.MSG_03, text),)
        reasons = check_header(
            root,
            self._series_tag,
            self._schemas.compiled(namespace, {}),
            lambda: self._schemas.readable(namespace, {}),
        )
        if self._is_for_hub:
            reasons = (*reasons, *receiver_reasons(header.document, name))
        if count == 0:
            place = f"/{name}/TimeSeries"
            reasons = (*reasons, Reason(Rule.MSG_11, "the document has no TimeSeries", place=place))
        return reasons


def _named_twice(names: list[str]) -> Iterable[tuple[int, int]]:
    """(place in the list, number of the earlier series of that name)."""
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        earlier = first.setdefault(name, index)
        if name and earlier != index:
            yield index, earlier + 1


def _told_apart(
    items: list[Item], names: list[str], twice: Iterable[tuple[int, int]]
) -> list[Item]:
    """Items whose series has the mRID of an earlier one are refused (XML-05)."""
    for index, earlier in twice:
        item = items[index]
        text = f"TimeSeries[{earlier}] has the mRID {names[index][:60]}, too: each has its own"
        reason = Reason(Rule.XML_05, text, place=f"{item.place}/mRID")
        items[index] = item._replace(reasons=(*item.reasons, reason))
    return items


def _decoded(
    header: ReadHeader,
    items: Sequence[Item] = (),
    reasons: tuple[Reason, ...] = (),
    series: list[str] | None = None,
) -> Decoded:
    """`series`: the names that the sender gave its items, kept where they are not the items' numbers."""
    document = header.document
    if series is not None and series != [str(item.number) for item in items]:
        document = {**document, "series": series}
    return Decoded(
        tuple(items),
        reasons,
        header.message_id,
        header.on_behalf_of,
        header.created_at,
        document=document,
    )
