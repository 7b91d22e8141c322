"""A document of the hub's own, from its tree to items.

The header is checked by itself; what is wrong with it refuses the document. Each series is laid into a
payload and checked by itself: with the schema of the hot path, which says where elements stand and leaves
values to the JSON Schema; where that refuses it, with the whole schema. So a faulty series is answered as
one item, and the others stand; and no check grows with the square of a document, as libxml2's does that
finds the path of every fault among all its neighbours.
"""

import re
from collections.abc import Iterable
from itertools import islice

from lxml import etree

from adapters.market_document.category_forms import CategoryForm, CategoryForms, FormsAt
from adapters.market_document.diagnosis import Diagnosis
from adapters.market_document.header import (
    ReadHeader,
    check_header,
    read_header,
    receiver_reasons,
)
from adapters.market_document.layout import COMMANDS, Series
from adapters.market_document.names import CATEGORY_NAMESPACE
from adapters.market_document.places import place_of, series_place
from adapters.market_document.plans import Plans
from adapters.market_document.schemas import Schemas
from adapters.market_document.series import SeriesReader
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason, Rule, has_errors

_CATEGORY = re.compile(CATEGORY_NAMESPACE.pattern.encode())
#: Combinations of categories in one document are bounded by the categories that there are.
_MOST_NAMESPACES = 200


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

    def read(self, root: etree._Element, envelope: Envelope, limits: Limits) -> Decoded:
        """The items, or the reasons why there are none."""
        header = read_header(root)
        series = list(islice(root.iterchildren(self._series_tag), limits.items + 1))
        if len(series) > limits.items:
            text = f"more than {limits.items} TimeSeries: send several documents"
            return _decoded(header, reasons=(Reason(Rule.MSG_03, text),))
        reasons = self._header_reasons(root, header, series)
        if has_errors(reasons):
            return _decoded(header, reasons=reasons)
        items = self._items(series, envelope)
        if not self._is_for_hub:
            return _decoded(header, items)
        names = [_named(each, self._plans.id_tag) for each in series]
        return _decoded(header, _told_apart(items, names), series=names)

    def place_of(self, item: Item, path: str) -> str:
        return place_of(item, path, self._forms)

    def _header_reasons(
        self, root: etree._Element, header: ReadHeader, series: list[etree._Element]
    ) -> tuple[Reason, ...]:
        namespace, name = self.root.namespace, self.root.name
        reasons = check_header(
            root,
            series,
            self._schemas.compiled(namespace, {}),
            lambda: self._schemas.readable(namespace, {}),
        )
        if self._is_for_hub:
            reasons = (*reasons, *receiver_reasons(header.document, name))
        if not series:
            place = f"/{name}/TimeSeries"
            reasons = (*reasons, Reason(Rule.MSG_11, "the document has no TimeSeries", place=place))
        return reasons

    def _items(self, series: list[etree._Element], envelope: Envelope) -> list[Item]:
        forms, namespace = self._forms_in(envelope.body), self.root.namespace
        texts = {form.namespace: form.xsd for form in forms}
        quick = self._schemas.compiled(
            namespace, {each.namespace: each.structure for each in forms}
        )
        whole: etree.XMLSchema | None = None
        diagnosis = Diagnosis(
            self._plans, self._forms, lambda: self._schemas.readable(namespace, texts)
        )
        reader = SeriesReader(self._plans, FormsAt(self._forms, envelope.received_at))
        items: list[Item] = []
        for number, element in enumerate(series, 1):
            item = reader.read(element, number, series_place(self.root.name, number))
            if not _is_bloated(item) and not quick.validate(element):
                whole = whole or self._schemas.compiled(namespace, texts)
                if not whole.validate(element):
                    item = diagnosis.diagnosed(element, item, whole.error_log)
            items.append(item)
        return items

    def _forms_in(self, body: bytes) -> list[CategoryForm]:
        """The forms of all categories whose namespace stands anywhere in the document."""
        found = {match[0].decode() for match in _CATEGORY.finditer(body)}
        namespaces = islice(sorted(found), _MOST_NAMESPACES)
        forms = (self._forms.of_namespace(namespace) for namespace in namespaces)
        return [form for form in forms if form is not None]


def _named(series: etree._Element, id_tag: str) -> str:
    first = series[0] if len(series) else None
    return first.text or "" if first is not None and first.tag == id_tag else ""


def _is_bloated(item: Item) -> bool:
    return bool(item.reasons) and any(reason.rule is Rule.MSG_03 for reason in item.reasons)


def _told_apart(items: list[Item], names: list[str]) -> list[Item]:
    """Items whose series has the mRID of an earlier one are refused (XML-05)."""
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        earlier = first.setdefault(name, index)
        if name and earlier != index:
            item = items[index]
            text = f"TimeSeries[{earlier + 1}] has the mRID {name[:60]}, too: each has its own"
            reason = Reason(Rule.XML_05, text, place=f"{item.place}/mRID")
            items[index] = item._replace(reasons=(*item.reasons, reason))
    return items


def _decoded(
    header: ReadHeader,
    items: Iterable[Item] = (),
    reasons: tuple[Reason, ...] = (),
    series: list[str] | None = None,
) -> Decoded:
    """`series`: the names that the sender gave its items, kept where they are not the items' numbers."""
    document = header.document
    if series is not None and series != [str(number) for number in range(1, len(series) + 1)]:
        document = {**document, "series": series}
    return Decoded(
        tuple(items),
        reasons,
        header.message_id,
        header.on_behalf_of,
        header.created_at,
        document=document,
    )
