"""The envelope's schema and those of the categories that a document uses, composed when they are needed.

A document is checked against one schema: a driver that imports the envelope and the categories, by an lxml
resolver that knows nothing but these texts (nothing is ever fetched). Compiled schemas are kept for each
thread, since a schema object collects the errors of its last document.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import xmlschema
from lxml import etree

from adapters.market_document.envelope_xsd import envelope_xsd
from adapters.market_document.layout import SERIES

#: Combinations of categories whose schemas are kept: a partner sends few different ones.
_KEPT, _KEPT_FOR_DIAGNOSIS = 64, 8
ENVELOPES = {namespace: envelope_xsd(series) for namespace, series in SERIES.items()}


class Schemas:
    """Schemas of one catalogue. `texts` of a call: category namespace -> its XML schema."""

    def __init__(self) -> None:
        self._local = threading.local()
        self._diagnosis_lock = threading.Lock()
        self._for_diagnosis: OrderedDict[Any, xmlschema.XMLSchema10] = OrderedDict()

    def compiled(self, envelope: str, texts: Mapping[str, str]) -> etree.XMLSchema:
        """The fast schema of this thread."""
        kept: OrderedDict[Any, etree.XMLSchema] | None = getattr(self._local, "kept", None)
        if kept is None:
            kept = self._local.kept = OrderedDict()
        return _cached(kept, _KEPT, (envelope, *texts.values()), lambda: _compile(envelope, texts))

    def readable(self, envelope: str, texts: Mapping[str, str]) -> xmlschema.XMLSchema10:
        """The slow schema, whose errors say what was expected and allowed."""
        key = (envelope, *texts.values())
        with self._diagnosis_lock:
            schema: xmlschema.XMLSchema10 = _cached(
                self._for_diagnosis, _KEPT_FOR_DIAGNOSIS, key, lambda: _readable(envelope, texts)
            )
        return schema


def _cached(kept: OrderedDict[Any, Any], most: int, key: Any, make: Any) -> Any:
    found = kept.get(key)
    if found is None:
        found = kept[key] = make()
        if len(kept) > most:
            kept.popitem(last=False)
    else:
        kept.move_to_end(key)
    return found


class _Texts(etree.Resolver):  # type: ignore[misc]  # lxml has no types
    """Answers every address with the schema of that namespace, and with nothing else."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def resolve(self, system_url: str, public_id: str | None, context: Any) -> Any:  # noqa: ARG002
        return self.resolve_string(self._texts[system_url], context)


def _compile(envelope: str, texts: Mapping[str, str]) -> etree.XMLSchema:
    known = {envelope: ENVELOPES[envelope], **texts}
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    parser.resolvers.add(_Texts(known))
    imports = "".join(
        f'<xs:import namespace="{namespace}" schemaLocation="{namespace}"/>' for namespace in known
    )
    driver = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    return etree.XMLSchema(etree.fromstring(driver, parser))


def _readable(envelope: str, texts: Mapping[str, str]) -> xmlschema.XMLSchema10:
    # Below the envelope `xs:any` finds the categories in the maps that all of these share.
    schema = xmlschema.XMLSchema10(ENVELOPES[envelope], allow="none", defuse="always", build=False)
    for text in texts.values():
        schema.add_schema(text)
    schema.build()
    return schema
