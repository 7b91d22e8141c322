"""The payload of one series as it grows, and what contradicts itself in it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from adapters.market_document.category_forms import CategoryForm, ListElements
from adapters.market_document.names import NIL, local
from adapters.market_document.plans import MOST_CHILDREN, Plan, Target
from contracts.reasons import Reason, Rule, escape_pointer

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST_UNKNOWN = 100
_NIL = "xsi:nil takes a member of an asset away, in asset.amend alone"


class Payload:
    """`members` are what hub JSON would carry. `places`: JSON Pointer -> XPath, of what no table knows."""

    __slots__ = ("_is_patch", "_place", "members", "places", "reasons")

    def __init__(self, place: str, plan: Plan) -> None:
        self.members: dict[str, Any] = dict(plan.fixed)
        self.reasons: list[Reason] = []
        self.places: dict[str, str] = {}
        self._place = place
        self._is_patch = plan.is_patch

    def fault(self, rule: Rule, text: str, element: etree._Element, within: str = "") -> None:
        place = f"{self._place}/{within}{local(element.tag)}"
        self.reasons.append(Reason(rule, text, place=place))

    def put(self, element: etree._Element, target: Target, value: Any) -> None:
        holder = self.holder(target.parents)
        if holder is None or target.key in holder:
            self.contradiction(element)
        else:
            holder[target.key] = value

    def holder(self, parents: tuple[str, ...]) -> dict[str, Any] | None:
        """The object that these names lead to, made where there is none; None where a value is in its way."""
        holder = self.members
        for name in parents:
            inner = holder.get(name)
            if inner is None and name not in holder:
                inner = holder[name] = {}
            elif inner.__class__ is not dict:
                return None
            holder = inner
        return holder

    def put_empty(self, element: etree._Element, target: Target) -> None:
        """An element without text: in a patch, `xsi:nil` takes the member away. Without it, the element is
        refused by the schema.
        """
        if not is_nil(element):
            return
        if self._is_patch and "patch" in target.parents:
            self.put(element, target, None)
        else:
            self.fault(Rule.ITEM_03, _NIL, element)

    def put_group(
        self, element: etree._Element, target: Target, members: Mapping[str, Target]
    ) -> None:
        """One element of a group: an object more in its list."""
        size = len(element)
        if not size and is_nil(element):
            self.put_empty(element, target)
            return
        if size > MOST_CHILDREN:
            self.reasons.append(too_many(element, f"{self._place}/{local(element.tag)}"))
            return
        holder = self.holder(target.parents)
        found = None if holder is None else holder.setdefault(target.key, [])
        if found is None:
            self.contradiction(element)
            return
        values: dict[str, Any] = {}
        for child in element:
            member, text = members.get(child.tag), child.text
            if member is None or text is None:
                continue
            parents, key, convert = member
            holder = values.setdefault(parents[0], {}) if parents else values
            if holder.__class__ is not dict or key in holder:
                self.contradiction(child, f"{local(element.tag)}[{len(found) + 1}]/")
            else:
                holder[key] = text if convert is None else convert(text)
        found.append(values)

    def contradiction(self, element: etree._Element, within: str = "") -> None:
        text = f"{local(element.tag)} contradicts what stands before it: give one of the two"
        self.fault(Rule.ITEM_03, text, element, within)

    def put_attributes(self, element: etree._Element, form: CategoryForm, target: Target) -> None:
        if len(element) > MOST_CHILDREN or any(len(child) > MOST_CHILDREN for child in element):
            self.reasons.append(too_many(element, f"{self._place}/{local(element.tag)}"))
            return
        attributes: dict[str, Any] = {}
        steps = form.steps
        for child in element:
            step = steps.get(child.tag)
            if step is None:
                self._unknown(child, element, form, attributes, target)
                continue
            name, convert, elements = step
            text = child.text
            if elements is not None and not is_nil(child):
                value: Any = _list(child, elements)
            elif text is not None:
                value = text if convert is None else convert(text)
            elif not is_nil(child):
                continue
            elif self._is_patch:
                value = None
            else:
                self.fault(Rule.ITEM_03, _NIL, child, f"{local(element.tag)}/")
                continue
            attributes[name] = value
        self.put(element, target, attributes)

    def _unknown(
        self,
        child: etree._Element,
        element: etree._Element,
        form: CategoryForm,
        attributes: dict[str, Any],
        target: Target,
    ) -> None:
        """Handed on under its own name: the category's JSON Schema says what it does not know."""
        name = _foreign(child.tag, lambda each: form.category.attribute(each) is not None)
        attributes.setdefault(name, "".join(child.itertext())[:_LONGEST_UNKNOWN])
        place = f"{self._place}/{local(element.tag)}/{local(child.tag)}"
        self.places[f"{target.pointer}/{escape_pointer(name)}"] = place


def too_many(element: etree._Element, place: str) -> Reason:
    """MSG-03 for an element that holds more than anything needs."""
    text = f"{local(element.tag)} holds more than {MOST_CHILDREN} elements"
    return Reason(Rule.MSG_03, text, place=place)


def is_nil(element: etree._Element) -> bool:
    return element.get(NIL) in ("true", "1")


def _list(element: etree._Element, elements: ListElements) -> list[Any]:
    if elements.members is not None:
        return [_object(child, elements) for child in element if child.tag == elements.tag]
    convert = elements.convert
    texts = [child.text or "" for child in element if child.tag == elements.tag]
    return list(texts) if convert is None else [convert(text) for text in texts]


def _object(element: etree._Element, elements: ListElements) -> dict[str, Any]:
    assert elements.members is not None
    known = {name for name, _ in elements.members.values()}
    members: dict[str, Any] = {}
    for part in element:
        found = elements.members.get(part.tag)
        name, convert = found or (_foreign(part.tag, known.__contains__), None)
        text = part.text or ""
        members.setdefault(name, text if convert is None else convert(text))
    return members


def _foreign(tag: str, is_known: Callable[[str], bool]) -> str:
    """A name for what is not known, near to what a member would be called, and never one that is known."""
    raw = local(tag)
    return next(
        name for name in (_HUMP.sub("_", raw).lower(), raw, tag, f"?{tag}") if not is_known(name)
    )
