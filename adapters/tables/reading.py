"""Tables to a decoded message: each under its layout, steps and joins over all tables of a layout together."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, cast

from adapters.tables.csv_rows import Cells, Sheet
from adapters.tables.drafts import Draft, items_of, unreadable_row
from adapters.tables.engine import Source, Table
from adapters.tables.joining import joined
from adapters.tables.known import Known
from adapters.tables.notation import Notation
from adapters.tables.steps import run
from adapters.tables.templates.documents import ASSET_COMMANDS, UNIT_COMMANDS
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason, Rule, has_errors


@dataclass(slots=True)
class File:
    """What is known of a file beside its tables; reasons and notes are added as it is read."""

    envelope: Envelope
    limits: Limits
    notes: list[str] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    layouts: dict[str, Known] = field(default_factory=dict)
    is_csv: bool = True
    is_whole: bool = True

    def refused(self, *reasons: Reason) -> Decoded:
        return self.decoded((), (*self.reasons, *reasons))

    def decoded(self, items: Iterable[Item], reasons: Iterable[Reason]) -> Decoded:
        """Known by content and statement date: the same bytes for another date are another statement."""
        names = [known.profile.name for known in self.layouts.values()]
        versions = [known.profile.version for known in self.layouts.values()]
        return Decoded(
            tuple(items),
            tuple(reasons),
            message_id=self._message_id() if self.is_whole else None,
            notes=tuple(self.notes),
            is_file=True,
            versions={"profile": ", ".join(names), "profile_version": ", ".join(versions)}
            if names
            else {},
        )

    def _message_id(self) -> str | None:
        digest = hashlib.sha256(self.envelope.body).hexdigest()
        date = self.envelope.statement_date
        return f"sha256:{digest}:{date.isoformat()}" if date else None

    def source(self, where: str) -> Source:
        assert self.envelope.statement_date is not None
        longest = self.limits.cell_characters
        return Source(self.envelope.statement_date, longest, where, self.is_csv)


def read_tables(file: File, tables: Sequence[tuple[Known, Sheet]]) -> Decoded:
    """All items of these tables, in their order; or the reasons why the file as a whole has none.

    TAB_02 for headings; MSG_03 for more items than the limit.
    """
    by_layout: dict[int, tuple[Known, list[Draft]]] = {}
    unreadable: list[tuple[int, Draft]] = []
    order: dict[str, int] = {}
    for number, (known, sheet) in enumerate(tables):
        file.layouts.setdefault(known.name, known)
        layout = known.index.layout(sheet.headings, sheet.heading_row, sheet.where)
        file.notes += [*sheet.notes, *layout.notes]
        file.reasons += layout.reasons
        if has_errors(layout.reasons):
            continue
        rows = [(row, cells) for row, cells in sheet.rows if not isinstance(cells, Reason)]
        file.reasons += _nameless(sheet, rows)
        table = Table(known.profile, layout, rows, file.source(sheet.where))
        file.notes += table.notes
        if sheet.blank_rows:
            file.notes.append(f"{sheet.where}blank rows: {sheet.blank_rows}")
        if len(tables) == 1 and known.profile.rows_are_items:
            return _as_they_stand(file, known, table, sheet)
        by_layout.setdefault(id(known), (known, []))[1].extend(table.drafts())
        order[sheet.where] = number
        unreadable += [(number, draft) for draft in _unreadable(sheet)]
    if has_errors(file.reasons):
        return file.refused()
    return _finished(file, by_layout, unreadable, order)


def read_excerpt(
    file: File, known: Known, sheet: Sheet, notation: Notation, first_item: int
) -> Decoded:
    """The items of some rows of a table that was cut; what concerns its file was said when it was cut.

    `sheet`: these rows, and the headings of the table; `notation`: as the first rows of the table show it.
    """
    file.layouts[known.name] = known
    layout = known.index.layout(sheet.headings, sheet.heading_row, sheet.where)
    rows = [(row, cells) for row, cells in sheet.rows if not isinstance(cells, Reason)]
    table = Table(known.profile, layout, rows, file.source(sheet.where), notation)
    if known.profile.rows_are_items:
        return _as_they_stand(file, known, table, sheet, first_item)
    unreadable = [(0, draft) for draft in _unreadable(sheet)]
    by_layout = {0: (known, table.drafts())}
    return _finished(file, by_layout, unreadable, {sheet.where: 0}, first_item)


def _as_they_stand(
    file: File, known: Known, table: Table, sheet: Sheet, first_item: int = 1
) -> Decoded:
    """The items of a table whose rows are items, whatever the others say."""
    if has_errors(file.reasons):
        return file.refused()
    if len(sheet.rows) > file.limits.items:
        return file.refused(_too_many(len(sheet.rows), file.limits))
    rows = table.items(first_item)
    for _, item in rows:
        if item.command not in ASSET_COMMANDS:
            _complete(item.command, cast("dict[str, Any]", item.payload))
    items: Iterable[Item] = (item for _, item in rows)
    if len(rows) < len(sheet.rows):
        drafts = list(_unreadable(sheet))
        answers = items_of((known.profile.command, draft) for draft in drafts)
        rows += [(draft.row, item) for draft, item in zip(drafts, answers, strict=True)]
        rows.sort(key=itemgetter(0))
        items = (item._replace(number=n) for n, (_, item) in enumerate(rows, first_item))
    return file.decoded(items, file.reasons)


def _unreadable(sheet: Sheet) -> Iterator[Draft]:
    """The answers to rows that are none."""
    for row, problem in sheet.rows:
        if isinstance(problem, Reason):
            yield unreadable_row(row, problem, sheet.where)


def _nameless(sheet: Sheet, rows: Sequence[tuple[int, Cells]]) -> Iterator[Reason]:
    """A warning for each column that states something under no heading: it is not carried."""
    for index, heading in enumerate(sheet.headings):
        if not heading.strip() and any(cells[index] for _, cells in rows):
            yield nameless(sheet.where, sheet.heading_row, index)


def nameless(where: str, heading_row: int, index: int) -> Reason:
    place = f"{where}row {heading_row}, column {index + 1}"
    text = "the column has no heading, and cells below it: not carried"
    return Reason.warning(Rule.TAB_02, text, place=place)


def _finished(
    file: File,
    by_layout: Mapping[int, tuple[Known, list[Draft]]],
    unreadable: Iterable[tuple[int, Draft]],
    order: Mapping[str, int],
    first_item: int = 1,
) -> Decoded:
    answers = [(table, "", draft) for table, draft in unreadable]
    for known, drafts in by_layout.values():
        run(known.profile.steps, drafts)
        for draft in joined(drafts, known.profile):
            command = draft.values.get(known.profile.command_column or "", known.profile.command)
            command = command or known.profile.command
            _complete(command, draft.payload)
            answers.append((order[draft.where], command, draft))
    if len(answers) > file.limits.items:
        return file.refused(_too_many(len(answers), file.limits))
    answers.sort(key=lambda answer: (answer[0], answer[2].row, answer[2].slot or 0))
    usual = next(iter(by_layout.values()))[0].profile.command if by_layout else ""
    ordered = ((command or usual, draft) for _, command, draft in answers)
    return file.decoded(items_of(ordered, first_item), file.reasons)


def _too_many(items: int, limits: Limits) -> Reason:
    return Reason(Rule.MSG_03, f"{items} items, the limit is {limits.items}")


def _complete(command: str, payload: dict[str, Any]) -> None:
    """What no cell says: that an asset's attributes are none, or a market unit's members."""
    if payload.get("attributes") == {} and command not in ASSET_COMMANDS:
        del payload["attributes"]
    if command in UNIT_COMMANDS:
        payload.setdefault("members", [])
