"""Why the XML schema refuses a series: reasons with places, each fault said once.

lxml says that a series is refused. What it found about a value that is handed on is left out, since the
JSON Schema (or the form of the command) says it with a rule of its own; what was said already, too. The
rest, such as a wrong order, is told in the words of xmlschema, which names what was expected. That takes
milliseconds a series, so it is done for the first `READABLE_SERIES` of a document; after those lxml's own
sentence stands.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice

import xmlschema
from lxml import etree

from adapters.market_document.category_forms import CategoryForms
from adapters.market_document.findings import Finding, of_lxml, of_xmlschema
from adapters.market_document.inspection import MOST_FAULTS, inspect
from adapters.market_document.names import CATEGORY_NAMESPACE, local
from adapters.market_document.places import place_of, xpath
from adapters.market_document.plans import Plans
from contracts.commands import COMMANDS, parse_command
from contracts.messages import Item
from contracts.reasons import Reason, Rule, has_errors

READABLE_SERIES = 50
_TIME = "is a time in UTC, like 2026-11-24T09:30:00Z"
_LONGEST_SHOWN = 60


class Diagnosis:
    """Diagnoses the series of one document. `readable` makes the slow schema when it is first needed."""

    def __init__(
        self, plans: Plans, forms: CategoryForms, readable: Callable[[], xmlschema.XMLSchema10]
    ) -> None:
        self._plans = plans
        self._forms = forms
        self._readable = readable
        self._left = READABLE_SERIES

    def diagnosed(self, series: etree._Element, item: Item, log: Iterable[etree._LogEntry]) -> Item:
        """The item of a series that the schema refuses, with all that is wrong. `log`: lxml's errors."""
        reasons = (*item.reasons, *self._reasons(series, item, log))
        return item._replace(reasons=(*reasons, *self._of_the_form(item, reasons)))

    def _of_the_form(self, item: Item, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
        """What the command itself finds in an item that is refused already, so that all is heard at once.

        A missing member is not named: what could not be read would be named twice.
        """
        if item.command not in COMMANDS or not has_errors(reasons):
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

    def _reasons(
        self, series: etree._Element, item: Item, log: Iterable[etree._LogEntry]
    ) -> list[Reason]:
        place = item.place
        told = {reason.place for reason in item.reasons}
        faults = {
            xpath(fault.element, series, place): fault.text
            for fault in reversed(inspect(series, self._plans, self._forms))
        }
        reasons = [
            Reason(Rule.XML_03, text, place=where)
            for where, text in reversed(faults.items())
            if where not in told
        ]
        told |= faults.keys()
        if not item.command and told:
            return reasons
        found = list(self._untold(series, place, told, of_lxml(series, log)))
        if found and self._left:
            self._left -= 1
            worded = of_xmlschema(self._readable().iter_errors(series))
            found = list(self._untold(series, place, told, worded)) or found
        return [*reasons, *found]

    def _untold(
        self,
        series: etree._Element,
        place: str,
        told: set[str],
        findings: Iterator[Finding],
    ) -> Iterator[Reason]:
        said: set[str] = set()
        for finding in islice(findings, MOST_FAULTS):
            where = xpath(finding.element, series, place)
            if where in told or where in said or self._is_handed_on(finding):
                continue
            said.add(where)
            element = finding.element
            if finding.is_value and element.tag in self._plans.times:
                text = (
                    f"{local(element.tag)} {_TIME}; found {(element.text or '')[:_LONGEST_SHOWN]!r}"
                )
                yield Reason(Rule.ITEM_03, text, place=where)
            else:
                yield Reason(Rule.XML_03, finding.text, place=where)

    def _is_handed_on(self, finding: Finding) -> bool:
        """Whether somebody else judges this: nobody does for records, which the hub takes from no one."""
        element = finding.element
        if self._plans.is_record:
            return False
        is_of_category = _is_of_category(element)
        if finding.is_content:
            parent = element.getparent()
            return is_of_category or (parent is not None and _is_of_category(parent))
        if not finding.is_value or element.text is None or len(element):
            return False
        return is_of_category or element.tag not in (*self._plans.times, self._plans.id_tag)


def _is_of_category(element: etree._Element) -> bool:
    return CATEGORY_NAMESPACE.match(element.tag[1:]) is not None
