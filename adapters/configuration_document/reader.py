"""The reader of configuration documents, for the XML adapter."""

import re

from lxml import etree

from adapters.configuration_document.assets import Source
from adapters.configuration_document.items import COMMANDS, configure
from adapters.configuration_document.publication import read_publication
from adapters.market_document.header import read_header
from adapters.market_document.names import Root
from adapters.market_document.places import series_place
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason, Rule

NAMESPACE = "urn:iec62325.351:tc57wg16:451-6:configurationdocument:3:0"
#: The door at which documents are validated and nothing is decided.
_VALIDATION = "validate"
_NO_TOKEN = re.compile(r"[^A-Za-z0-9._-]")


class ConfigurationReader:
    """Reads A95. `commands` is empty: what is sent to be decided is refused by name (XML-07)."""

    name = "a95"
    root = Root("Configuration_MarketDocument", NAMESPACE, "A95", "A39")
    commands: frozenset[str] = frozenset()
    validates = COMMANDS

    def read(self, root: etree._Element, envelope: Envelope, limits: Limits) -> Decoded:
        """Items for assets and market units, or the reasons why there are none."""
        header = read_header(root)
        document = header.document

        def refused(rule: Rule, text: str) -> Decoded:
            reason = Reason(rule, text, place=f"/{self.root.name}")
            return Decoded((), (reason,), header.message_id, document=document)

        if envelope.door != _VALIDATION:
            text = f"{self.root.name} is validated alone (hub validate): send a document of the hub's own"
            return refused(Rule.XML_07, text)
        series = list(root.iterchildren(f"{{{NAMESPACE}}}TimeSeries"))
        if not series:
            return refused(Rule.MSG_11, "the document has no TimeSeries")
        publications = [
            read_publication(each, series_place(self.root.name, number), NAMESPACE)
            for number, each in enumerate(series, 1)
        ]
        sender = document.get("sender", {}).get("id", "unknown")
        received = envelope.received_at.date()
        revision = document.get("created", received.isoformat())
        source = Source(f"a95:{_NO_TOKEN.sub('-', sender)}", revision)
        items, notes = configure(publications, source, received)
        if len(items) > limits.items:
            return refused(Rule.MSG_03, f"{len(items)} items, the limit is {limits.items}")
        return Decoded(
            items, (), header.message_id, None, header.created_at, notes, document=document
        )

    def place_of(self, item: Item, path: str) -> str:
        """The place of the pointer itself, else of the nearest one above it."""
        while path:
            if path in item.columns:
                return item.columns[path]
            path = path.rpartition("/")[0]
        return item.place
