"""One `TimeSeries` as an item: its elements laid into the payload that hub JSON would carry.

Values are typed by the attribute or member; text that is not of the type stays text, so that conformance
refuses it as in JSON. What is out of place is reported by `inspection` and by the schema.
"""

from datetime import datetime
from typing import Any

from lxml import etree

from adapters.market_document.category_forms import CategoryForm, CategoryForms
from adapters.market_document.names import CATEGORY_NAMESPACE, local
from adapters.market_document.payloads import Payload
from adapters.market_document.plans import STATEMENTS, Plan, Plans
from contracts.messages import Item
from contracts.reasons import Reason, Rule


class SeriesReader:
    """Reads the series of one of the hub's documents."""

    def __init__(self, plans: Plans, forms: CategoryForms) -> None:
        self._plans = plans
        self._forms = forms

    def plan_of(self, element: etree._Element) -> Plan | None:
        """The plan of the command that the series names, where the hub knows it."""
        return self._plans.of.get(element.findtext(self._plans.name_tag) or "")

    def read(self, element: etree._Element, number: int, place: str, at: datetime) -> Item:
        """The item. `at`: when the version of a category must be effective that is not named (UTC)."""
        plan = self.plan_of(element)
        if plan is None:
            return Item(number, place, "", {}, (self._unknown_command(element, place),))
        payload = Payload(place, plan)
        members, groups = plan.members, plan.groups
        for child in element:
            tag = child.tag
            target = members.get(tag)
            if target is not None:
                text = child.text
                if text is None:
                    payload.put_empty(child, target)
                else:
                    convert = target.convert
                    payload.put(child, target, text if convert is None else convert(text))
            elif tag in groups:
                payload.put_group(child, *groups[tag])
            elif tag not in self._plans.unread:
                self._read_other(child, plan, payload, at)
        columns = payload.places
        return Item(number, place, plan.command, payload.members, tuple(payload.reasons), columns)

    def _read_other(
        self, element: etree._Element, plan: Plan, payload: Payload, at: datetime
    ) -> None:
        """The attributes of a category, a member of other commands, or what nobody knows."""
        tag = element.tag
        if tag in self._plans.members or tag in self._plans.groups:
            payload.fault(Rule.ITEM_02, f"{plan.command} has no {local(tag)}", element)
            return
        namespace = tag[1:].partition("}")[0]
        form = self._forms.of_namespace(namespace)
        if form is None:
            if CATEGORY_NAMESPACE.fullmatch(namespace):
                text = f"no category version is published that has the namespace {namespace}"
                payload.fault(Rule.CAT_01, text, element)
        elif tag in (form.complete, form.partial):
            self._read_attributes(element, form, plan, payload, at)

    def _read_attributes(
        self,
        element: etree._Element,
        form: CategoryForm,
        plan: Plan,
        payload: Payload,
        at: datetime,
    ) -> None:
        wanted = form.complete if plan.command in STATEMENTS else form.partial
        if plan.attributes is None:
            payload.fault(Rule.ITEM_02, f"{plan.command} has no attributes", element)
        elif element.tag != wanted:
            text = f"the attributes of {plan.command} stand in {local(wanted)}"
            payload.fault(Rule.XML_03, text, element)
        else:
            payload.put_attributes(element, form, plan.attributes)
            self._check_category(element, form, plan, payload, at)

    def _check_category(
        self,
        element: etree._Element,
        form: CategoryForm,
        plan: Plan,
        payload: Payload,
        at: datetime,
    ) -> None:
        """What the namespace says of the category is what the item says; a version that is not the
        effective one may be stated by the namespace alone.
        """
        category, members = form.category, payload.members
        stated: dict[str, Any] = members.get("patch", {}) if plan.is_patch else members
        for member, own in (("category", category.name), ("category_version", category.version)):
            if (said := stated.get(member) or own) != own:
                text = f"the namespace is that of {category.name} {category.version}, the item says {said}"
                payload.fault(Rule.XML_06, text, element)
                return
        if plan.command in STATEMENTS and "category_version" not in members:
            effective = self._forms.effective(category.name, at)
            if effective is None or effective.category.version != category.version:
                members["category_version"] = category.version

    def _unknown_command(self, element: etree._Element, place: str) -> Reason:
        name = self._plans.name
        given, known = element.findtext(self._plans.name_tag), ", ".join(self._plans.of)
        if given is None:
            text = f"each TimeSeries names its {name}, after its mRID: one of {known}"
            return Reason(Rule.ITEM_01, text, place=f"{place}/{name}")
        text = f"{given[:60]!r} is not a {name} that the hub reads in XML: it reads {known}"
        return Reason(Rule.MSG_10, text, place=f"{place}/{name}")
