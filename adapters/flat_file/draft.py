"""One item while its records are read: payload, attributes, and what is wrong with them."""

from typing import Any

from adapters.flat_file import attribute_values
from adapters.flat_file.attribute_values import AttributeValues
from adapters.flat_file.category_form import CategoryForm
from adapters.flat_file.layout import (
    ATTRIBUTE,
    FIRST_MEMBER,
    FORM_CATEGORY,
    MEMBERS,
    PATCH,
    REMOVED,
)
from adapters.flat_file.members import Plan, Slot, removable
from adapters.flat_file.places import place
from contracts.reasons import Reason, Rule

WIDTH = FIRST_MEMBER - 1 + len(MEMBERS)
_REMOVED_WIDTH = 2
#: Commands whose attributes are mandatory: without a record they have none, not no attributes.
_WITH_ATTRIBUTES = frozenset({"asset.register", "asset.update"})


class Draft:
    """Fields of one item's records are put here; `finished` gives the payload."""

    __slots__ = ("_form", "_is_pool", "_plan", "attributes", "payload", "reasons")

    def __init__(self, plan: Plan, form: CategoryForm, *, is_pool: bool) -> None:
        self._plan = plan
        self._form = form
        self._is_pool = is_pool
        self.attributes = AttributeValues(form, is_patch=plan.is_patch)
        self.payload: dict[str, Any] = {} if plan.kind is None else {"kind": plan.kind}
        self.reasons: list[Reason] = []

    def refuse(self, rule: Rule, text: str, line: int, field: int | None = None) -> None:
        self.reasons.append(Reason(rule, text, place=place(line, field)))

    def put_members(self, fields: list[str], line: int) -> None:
        """The members of FA1."""
        self.check_width(fields, WIDTH, line)
        payload, texts = self.payload, fields[FIRST_MEMBER - 1 :]
        for field, (text, (slot, name, parent, read)) in enumerate(
            zip(texts, self._plan.fields, strict=False), FIRST_MEMBER
        ):
            if not text:
                continue
            value = text if read is None else read(text)
            if not slot.parents:
                payload[name] = value  # which one field of the record names
            elif parent is None or parent in payload:
                self._put(payload, slot, value, line, field)
            else:
                payload[parent] = {name: value}

    def put_record(self, record: str, line: int) -> bool:
        """A record below FA1, if it is of a group that belongs there."""
        fields = record[:-1].split("|")
        code = fields[0]
        if code == ATTRIBUTE:
            self.check_width(fields, attribute_values.WIDTH, line)
            for rule, text, field in self.attributes.put(fields):
                self.refuse(rule, text, line, field)
        elif code in self._plan.repeated:
            self._put_element(fields, line)
        elif code == REMOVED and self._plan.is_patch:
            self._put_removal(fields, line)
        else:
            return False
        return True

    def finished(self, line: int) -> dict[str, Any]:
        """The payload, its lists in their order."""
        for text in self.attributes.finish():
            self.refuse(Rule.FLAT_08, text, line)
        values = self.attributes.values
        if self._plan.is_patch:
            self.payload.setdefault(PATCH[1:], {})
        if values or self._plan.command in _WITH_ATTRIBUTES:
            self._put(self.payload, self._plan.attributes, values, line, None)
        if values and self._plan.is_patch and self._form.category is None:
            text = "say in FA1 by which category (and version) its FA2 records are read"
            self.refuse(Rule.FLAT_08, text, line, FORM_CATEGORY)
        return self.payload

    def check_width(self, fields: list[str], width: int, line: int) -> None:
        """A record with more fields than its group has: a value with | in it, most likely."""
        while self._is_pool and len(fields) > width and not fields[-1]:
            fields.pop()  # nothing closes a pool file's record, so that one more | is no harm
        if len(fields) > width:
            text = f"{fields[0]} has {width} fields, this one has {len(fields)}: a value holds no |"
            self.refuse(Rule.FLAT_07, text, line, width + 1)

    def _put_member(
        self, into: dict[str, Any], slot: Slot, text: str, line: int, field: int
    ) -> None:
        if slot.parents:
            self._put(into, slot, slot.read(text), line, field)
        else:
            into[slot.name] = slot.read(text)  # which one field of the record names

    def _put(
        self, into: dict[str, Any], slot: Slot, value: Any, line: int, field: int | None
    ) -> None:
        for parent in slot.parents:
            inner = into.setdefault(parent, {})
            if type(inner) is not dict:
                text = f"{'/'.join(slot.parents)} is given in another way already"
                self.refuse(Rule.ITEM_03, text, line, field)
                return
            into = inner
        if slot.name in into:
            self.refuse(Rule.ITEM_03, f"{slot.name} is given already", line, field)
        else:
            into[slot.name] = value

    def _put_removal(self, fields: list[str], line: int) -> None:
        self.check_width(fields, _REMOVED_WIDTH, line)
        named = removable(self._plan)
        slot = named.get(fields[1]) if len(fields) > 1 else None
        if slot is None:
            text = f"{REMOVED} takes away one of {', '.join(named)}; attributes go by an empty FA2"
            self.refuse(Rule.ITEM_02, text, line, 2)
        else:
            self._put(self.payload, slot, None, line, 2)

    def _put_element(self, fields: list[str], line: int) -> None:
        group, whole, parts = self._plan.repeated[fields[0]]
        if group.is_open and len(fields) > len(parts):
            fields[len(parts) :] = ["|".join(fields[len(parts) :])]
        self.check_width(fields, len(parts) + 1, line)
        element: dict[str, Any] = {}
        field = 1
        for text, slot in zip(fields[1:], parts, strict=False):
            field += 1
            if text:
                self._put_member(element, slot, text, line, field)
        into = self.payload
        for parent in whole.parents:
            into = into.setdefault(parent, {})
        elements = into.setdefault(whole.name, [])
        if type(elements) is list:
            elements.append(element)
        else:
            self.refuse(Rule.ITEM_03, f"{whole.name} is taken away already", line)
