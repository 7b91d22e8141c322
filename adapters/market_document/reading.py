"""A document of the hub's own, from its tree to items.

The schema of the hot path says in one go that every element stands where it may; then the series are laid
into payloads and their values are left to the JSON Schema. Where it refuses the document, the header is
looked at by itself, and each series by itself with the whole schema: a faulty series is answered as one
item, and the others stand.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice

from lxml import etree

from adapters.market_document.category_forms import CategoryForm, CategoryForms, FormsAt
from adapters.market_document.diagnosis import Diagnosis, of_lxml, of_xmlschema
from adapters.market_document.header import (
    ReadHeader,
    header_only,
    header_reasons,
    misplaced,
    read_header,
    receiver_reasons,
)
from adapters.market_document.layout import COMMANDS, Series
from adapters.market_document.names import CATEGORY_NAMESPACE
from adapters.market_document.places import place_of, series_place
from adapters.market_document.plans import Plans
from adapters.market_document.schemas import Schemas
from adapters.market_document.series import SeriesReader
from contracts.commands import COMMANDS as COMMANDS_KNOWN
from contracts.commands import parse_command
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason, Rule, has_errors

_CATEGORY = re.compile(CATEGORY_NAMESPACE.pattern.encode())
#: Combinations of categories in one document are bounded by the categories that there are.
_MOST_NAMESPACES = 200


class DocumentReader:
    """Reads documents of one root. `forms` and `schemas` are shared by those of all roots."""

    def __init__(self, series: Series, forms: CategoryForms, schemas: Schemas) -> None:
        self.root = series.root
        self.commands = frozenset(series.commands) if series is COMMANDS else frozenset()
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
        is_valid = self._quick(envelope.body).validate(root)
        reasons = self._document_reasons(root, header, is_valid=is_valid, is_empty=not series)
        if has_errors(reasons):
            return _decoded(header, reasons=reasons)
        items = self._valid(series, envelope) if is_valid else self._doubtful(series, envelope)
        if not self._is_for_hub:
            return _decoded(header, items)
        names = [_named(each, self._plans.id_tag) for each in series]
        return _decoded(header, _told_apart(items, names), series=names)

    def _quick(self, body: bytes) -> etree.XMLSchema:
        """The hot path's schema, for all categories whose namespace stands anywhere in the document."""
        found = {match[0].decode() for match in _CATEGORY.finditer(body)}
        forms = self._forms_of(islice(sorted(found), _MOST_NAMESPACES))
        return self._compiled({form.namespace: form.structure for form in forms})

    def _compiled(self, texts: Mapping[str, str]) -> etree.XMLSchema:
        return self._schemas.compiled(self.root.namespace, texts)

    def _forms_of(self, namespaces: Iterable[str]) -> list[CategoryForm]:
        found = (self._forms.of_namespace(namespace) for namespace in namespaces)
        return [form for form in found if form is not None]

    def _document_reasons(
        self, root: etree._Element, header: ReadHeader, *, is_valid: bool, is_empty: bool
    ) -> tuple[Reason, ...]:
        reasons = () if is_valid else self._header_reasons(root)
        if self._is_for_hub:
            reasons = (*reasons, *receiver_reasons(header.document, self.root.name))
        if is_empty:
            place = f"/{self.root.name}/TimeSeries"
            empty = Reason(Rule.MSG_11, "the document has no TimeSeries", place=place)
            reasons = (*reasons, empty)
        return reasons

    def _header_reasons(self, root: etree._Element) -> tuple[Reason, ...]:
        header = header_only(root, self._series_tag)
        schema, reasons = self._compiled({}), misplaced(root, self._series_tag)
        if schema.validate(header):
            return reasons
        log = schema.error_log
        readable = self._schemas.readable(self.root.namespace, {})
        worded = header_reasons(header, of_xmlschema(readable.iter_errors(header)))
        return (*(worded or header_reasons(header, of_lxml(header, log))), *reasons)

    def _valid(self, series: list[etree._Element], envelope: Envelope) -> list[Item]:
        name = self.root.name
        read = SeriesReader(self._plans, FormsAt(self._forms, envelope.received_at)).read
        return [
            read(element, number, series_place(name, number))
            for number, element in enumerate(series, 1)
        ]

    def _doubtful(self, series: list[etree._Element], envelope: Envelope) -> list[Item]:
        """Each series by itself, with the whole schema."""
        namespaces = sorted({_namespace(child) for element in series for child in element})
        texts = {form.namespace: form.xsd for form in self._forms_of(namespaces)}
        schema = self._compiled(texts)
        diagnosis = Diagnosis(
            self._plans,
            self._forms,
            lambda: self._schemas.readable(self.root.namespace, texts),
        )
        items = self._valid(series, envelope)
        for index, element in enumerate(series):
            if not schema.validate(element):
                item = items[index]
                reasons = (*item.reasons, *diagnosis.reasons(element, item, schema.error_log))
                items[index] = item._replace(reasons=(*reasons, *self._more(item, reasons)))
        return items

    def _more(self, item: Item, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
        """What the command itself finds in an item that is refused already, so that all is heard at once.

        A missing member is not named: what could not be read would be named twice.
        """
        if item.command not in COMMANDS_KNOWN or not has_errors(reasons):
            return ()
        parsed = parse_command(item.command, item.payload)
        if not isinstance(parsed, tuple):
            return ()
        told = {reason.place for reason in reasons}
        places = ((each, place_of(item, each.path, self._forms)) for each in parsed)
        return tuple(
            replace(reason, place=place)
            for reason, place in places
            if place not in told and reason.rule is not Rule.ITEM_01
        )


def _named(series: etree._Element, id_tag: str) -> str:
    first = series[0] if len(series) else None
    return first.text or "" if first is not None and first.tag == id_tag else ""


def _namespace(element: etree._Element) -> str:
    return str(element.tag)[1:].partition("}")[0]


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
