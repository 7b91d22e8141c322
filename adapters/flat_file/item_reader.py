"""Items from the records of the hub's own flows: FA1 begins one, the records below it belong to it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from adapters.flat_file.category_form import CategoryForm
from adapters.flat_file.draft import Draft
from adapters.flat_file.forms import NO_FORM, Forms
from adapters.flat_file.item_places import ItemPlaces
from adapters.flat_file.layout import (
    ACTS_FOR,
    CATEGORY,
    CATEGORY_VERSION,
    COMMAND,
    FORM_CATEGORY,
    FORM_VERSION,
    ITEM,
    NUMBER,
)
from adapters.flat_file.members import plan_of
from adapters.flat_file.places import place, shortened
from contracts.messages import Item, Limits
from contracts.reasons import Reason, Rule

#: Where an item says which category it is of, and by which its attributes are read.
_STATED = slice(CATEGORY - 1, CATEGORY_VERSION)
_FORM = slice(FORM_CATEGORY - 1, FORM_VERSION)
_BEGINNING = f"{ITEM}|"
_ENVELOPE = ("ZHV|", "ZHD|", "ZPT|")


class ItemReader:
    """Reads the items of one file. `commands`: what its flow carries; `also`: groups that it has besides.

    `acts_for`: organisation that an item names as the one it acts for ("": none) -> line of its first.
    """

    def __init__(
        self,
        forms: Forms,
        at: datetime,
        limits: Limits,
        *,
        flow: str,
        commands: frozenset[str],
        also: tuple[str, ...] = (),
        is_pool: bool = False,
    ) -> None:
        self._forms = forms
        self._at = at
        self._limits = limits
        self._flow = flow
        self._commands = commands
        self._also = tuple(f"{code}|" for code in also)
        self._is_pool = is_pool
        self._form_of: dict[tuple[str, ...], tuple[CategoryForm, str | None]] = {}
        self.acts_for: dict[str, int] = {}

    def read(
        self, records: Sequence[str], first_line: int, first: int = 1
    ) -> tuple[tuple[Item, ...], list[Reason]]:
        """Items, numbered from `first`, and the records that stand before them (FLAT_06), or MSG_03 for too many."""
        starts = [n for n, record in enumerate(records) if record[:4] == _BEGINNING]
        if len(starts) > self._limits.items:
            text = f"{len(starts)} items, the limit is {self._limits.items}: send several files"
            return (), [Reason(Rule.MSG_03, text)]
        items = tuple(
            [
                self._item(number, records[start:end], first_line + start)
                for number, (start, end) in enumerate(pairwise((*starts, len(records))), first)
            ]
        )
        before = records[: starts[0] if starts else len(records)]
        strays = [
            self._misplaced(record, line)
            for line, record in enumerate(before, first_line)
            if record and not record.startswith((*_ENVELOPE, *self._also))
        ]
        return items, shortened(strays)

    def _item(self, number: int, records: Sequence[str], line: int) -> Item:
        fields = records[0][:-1].split("|")
        command = fields[COMMAND - 1] if len(fields) >= COMMAND else ""
        if command not in self._commands:
            return Item(number, place(line), command, {}, (self._unknown(command, line),))
        acts_for = fields[ACTS_FOR - 1] if len(fields) >= ACTS_FOR else ""
        self.acts_for.setdefault(acts_for, line)
        plan = plan_of(command)
        key = (*fields[_FORM], *fields[_STATED])
        form, problem = self._form_of.get(key) or self._form(fields, key)
        draft = Draft(plan, form, is_pool=self._is_pool)
        if fields[NUMBER - 1] != str(number):
            text = f"items count from 1: this is item {number}, not {fields[NUMBER - 1][:20]!r}"
            draft.refuse(Rule.FLAT_07, text, line, NUMBER)
        if problem:
            draft.refuse(Rule.FLAT_08, problem, line, FORM_CATEGORY)
        draft.put_members(fields, line)
        self._put_below(draft, form, records, line)
        payload = draft.finished(line)
        places = ItemPlaces(plan, records, line)
        reasons = tuple(shortened(draft.reasons)) if draft.reasons else ()
        return Item(number, place(line), command, payload, reasons, places)

    def _put_below(
        self, draft: Draft, form: CategoryForm, records: Sequence[str], line: int
    ) -> None:
        """The records below FA1. Nearly all are scalars with the right ordinal and name: one look-up each."""
        elsewhere = (*_ENVELOPE, *self._also)
        kept, values = form.kept.get, draft.attributes.values
        for record in records[1:]:
            line += 1
            scalar = kept(record) or form.scalar(record)
            if scalar is not None and scalar[0] not in values:
                values[scalar[0]] = scalar[1]
            elif record and not draft.put_record(record, line) and not record.startswith(elsewhere):
                draft.reasons.append(self._misplaced(record, line))

    def _form(self, fields: Sequence[str], key: tuple[str, ...]) -> tuple[CategoryForm, str | None]:
        """The form by which the item's attributes are read, and what contradicts it."""
        stated, version = (*fields[_STATED], "", "")[:2]
        by, by_version = (*fields[_FORM], "", "")[:2]
        problem = None
        if by and stated and by != stated:
            problem = f"the attributes are said to be of {by[:60]}, the item of {stated[:60]}"
        if not by:
            by, by_version = stated, version
        form = self._forms.of(by, by_version, self._at) if by else NO_FORM
        found = self._form_of[key] = (form, problem)
        return found

    def _unknown(self, command: str, line: int) -> Reason:
        known = ", ".join(sorted(self._commands))
        text = f"{command[:60]!r} is no command of the flow {self._flow[:5]}, which has {known}"
        return Reason(Rule.MSG_10, text, "", place(line, COMMAND))

    def _misplaced(self, record: str, line: int) -> Reason:
        group = record.split("|", 1)[0][:20]
        text = f"a record of group {group!r} has no place here in the flow {self._flow}"
        return Reason(Rule.FLAT_06, text, place=place(line, 1))
