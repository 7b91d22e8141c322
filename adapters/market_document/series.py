"""One `TimeSeries` as an item: its elements laid into the payload that hub JSON would carry.

Values are typed by the attribute or member; text that is not of the type stays text, so that conformance
refuses it as in JSON. What is out of place is reported by `inspection` and by the schema.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from lxml import etree

from adapters.market_document.category_forms import CategoryForm, FormsAt
from adapters.market_document.names import CATEGORY_NAMESPACE, local
from adapters.market_document.payloads import Payload, too_many
from adapters.market_document.plans import MOST_CHILDREN, STATEMENTS, Plan, Plans
from contracts.messages import Item
from contracts.reasons import Reason, Rule

_NOTHING: Mapping[str, str] = MappingProxyType({})


class SeriesReader:
    """Reads the series of one document. `forms`: as they are when it is received."""

    def __init__(self, plans: Plans, forms: FormsAt) -> None:
        self._plans = plans
        self._forms = forms

    def read(self, element: etree._Element, number: int, place: str) -> Item:
        """The item, with what is wrong with it as far as it is seen here."""
        plans = self._plans
        if len(element) > MOST_CHILDREN:
            return Item(number, place, "", {}, (too_many(element, place),))
        plan = plans.of.get(_named(element, plans.name_tag))
        if plan is None:
            return Item(number, place, "", {}, (self._unknown_command(element, place),))
        payload = Payload(place, plan)
        stated, members, groups, unread = payload.members, plan.members, plan.groups, plans.unread
        for child in element:
            tag = child.tag
            target = members.get(tag)
            if target is not None:
                text = child.text
                if text is None:
                    payload.put_empty(child, target)
                    continue
                parents, key, convert = target
                value = text if convert is None else convert(text)
                holder = payload.holder(parents) if parents else stated
                if holder is None or key in holder:
                    payload.contradiction(child)
                else:
                    holder[key] = value
            elif tag in groups:
                payload.put_group(child, *groups[tag])
            elif tag not in unread:
                self._read_other(child, plan, payload)
        reasons, places = tuple(payload.reasons), payload.places or _NOTHING
        return Item(number, place, plan.command, stated, reasons, places)

    def _read_other(self, element: etree._Element, plan: Plan, payload: Payload) -> None:
        """The attributes of a category, a member of other commands, or what nobody knows."""
        tag = element.tag
        if tag in self._plans.members or tag in self._plans.groups:
            payload.fault(Rule.ITEM_02, f"{plan.command} has no {local(tag)}", element)
            return
        form = self._forms.of_tag(tag)
        if form is None:
            namespace = tag[1:].partition("}")[0]
            if CATEGORY_NAMESPACE.fullmatch(namespace):
                text = f"no category version is published that has the namespace {namespace}"
                payload.fault(Rule.CAT_01, text, element)
        elif tag in (form.complete, form.partial):
            self._read_attributes(element, form, plan, payload)

    def _read_attributes(
        self,
        element: etree._Element,
        form: CategoryForm,
        plan: Plan,
        payload: Payload,
    ) -> None:
        wanted = form.complete if plan.command in STATEMENTS else form.partial
        if plan.attributes is None:
            payload.fault(Rule.ITEM_02, f"{plan.command} has no attributes", element)
        elif element.tag != wanted:
            text = f"the attributes of {plan.command} stand in {local(wanted)}"
            payload.fault(Rule.XML_03, text, element)
        else:
            payload.put_attributes(element, form, plan.attributes)
            self._check_category(element, form, plan, payload)

    def _check_category(
        self,
        element: etree._Element,
        form: CategoryForm,
        plan: Plan,
        payload: Payload,
    ) -> None:
        """What the namespace says of the category is what the item says; a version that is not the
        effective one may be stated by the namespace alone.
        """
        category, members = form.category, payload.members
        stated: dict[str, Any] = members.get("patch", {}) if plan.is_patch else members
        name, version = stated.get("category"), stated.get("category_version")
        if (name or category.name) != category.name or (
            version or category.version
        ) != category.version:
            said = f"{name or category.name} {version or category.version}"
            text = (
                f"the namespace is that of {category.name} {category.version}, the item says {said}"
            )
            payload.fault(Rule.XML_06, text, element)
        elif (
            version is None
            and plan.command in STATEMENTS
            and not self._forms.is_effective(category)
        ):
            members["category_version"] = category.version

    def _unknown_command(self, element: etree._Element, place: str) -> Reason:
        name = self._plans.name
        given, known = element.findtext(self._plans.name_tag), ", ".join(self._plans.of)
        if given is None:
            text = f"each TimeSeries names its {name}, after its mRID: one of {known}"
            return Reason(Rule.ITEM_01, text, place=f"{place}/{name}")
        text = f"{given[:60]!r} is not a {name} that the hub reads in XML: it reads {known}"
        return Reason(Rule.MSG_10, text, place=f"{place}/{name}")


def _named(element: etree._Element, tag: str) -> str:
    """The text of the second child, where the command stands, else of the first that has the tag."""
    if len(element) > 1 and (second := element[1]).tag == tag:
        return second.text or ""
    return element.findtext(tag) or ""
