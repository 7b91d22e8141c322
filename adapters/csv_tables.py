"""CSV files through mapping profiles: `text/csv; profile=NAME`, with `version=` for an older profile.

A file is known by its content and its statement date, which the transport gives: the same bytes stated
for another date are another statement (RECORDS.md section 4).
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from adapters import media_types
from adapters.strict_json import too_large
from adapters.tables.csv_rows import Sheet, read_sheet
from adapters.tables.drafts import Draft, items_of, unreadable_row
from adapters.tables.encodings import read_text
from adapters.tables.engine import Table
from adapters.tables.headings import HeadingIndex
from adapters.tables.profile import Profile
from adapters.tables.receipts import csv_receipt
from adapters.tables.steps import run
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason, Rule, has_errors


class CsvTables:
    """The adapter for CSV. Of several versions of a profile the newest is meant unless one is named."""

    name = "csv"
    media_types: tuple[str, ...] = ("text/csv",)

    def __init__(self, profiles: Iterable[Profile]) -> None:
        oldest_first = sorted(profiles, key=_version_order)
        self.commands = frozenset(known.command for known in oldest_first)
        self._profiles = {(known.name, known.version): _Known(known) for known in oldest_first}
        self._newest = {
            known.name: self._profiles[known.name, known.version] for known in oldest_first
        }

    def decode(self, envelope: Envelope, limits: Limits) -> Decoded:
        """One item per row or filled slot. Reasons: MSG_01 to MSG_03, MSG_11, MSG_13, TAB_*;
        and those that the steps of the profile give.
        """
        parameters = media_types.parse(envelope.media_type)[1]
        known = self._chosen(parameters)
        if isinstance(known, Reason):
            return Decoded(reasons=(known,), is_file=True)
        if envelope.statement_date is None:
            text = "a file needs its statement date: the day for which it says what holds"
            return Decoded(
                reasons=(Reason(Rule.MSG_13, text, place="statement date"),), is_file=True
            )
        if len(envelope.body) > limits.body_bytes:
            return Decoded(reasons=(too_large(len(envelope.body), limits),), is_file=True)
        return known.decode(envelope, limits, parameters.get("charset"))

    def place_of(self, item: Item, path: str) -> str:
        """`row 17, slot 2, column "Postcode"`; the place of the row where no column holds the member."""
        while path and path not in item.columns:
            path = path.rpartition("/")[0]
        return f'{item.place}, column "{item.columns[path]}"' if path else item.place

    def encode_receipt(self, receipt: Mapping[str, Any]) -> tuple[str, bytes]:
        return "text/csv; charset=utf-8; header=present", csv_receipt(receipt)

    def _chosen(self, parameters: Mapping[str, str]) -> "_Known | Reason":
        name, version = parameters.get("profile", "").lower(), parameters.get("version")
        chosen = self._profiles.get((name, version)) if version else self._newest.get(name)
        if chosen is not None:
            return chosen
        known = ", ".join(f"{name} {version}" for name, version in self._profiles) or "none"
        text = (
            f"a table names its mapping profile, as in text/csv; profile=NAME; the hub has: {known}"
        )
        return Reason(Rule.MSG_01, text)


class _Known:
    """A profile with its headings indexed."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._index = HeadingIndex(profile)

    def decode(self, envelope: Envelope, limits: Limits, charset: str | None) -> Decoded:
        statement_date = envelope.statement_date
        assert statement_date is not None
        digest = hashlib.sha256(envelope.body).hexdigest()
        versions = {"profile": self._profile.name, "profile_version": self._profile.version}

        def decoded(
            items: Iterable[Item], reasons: Iterable[Reason], notes: Iterable[str]
        ) -> Decoded:
            return Decoded(
                tuple(items),
                tuple(reasons),
                message_id=f"sha256:{digest}:{statement_date.isoformat()}",
                notes=tuple(notes),
                is_file=True,
                versions=versions,
            )

        text = read_text(envelope.body, charset)
        if isinstance(text, Reason):
            return decoded((), (text,), ())
        sheet = read_sheet(text[0], self._index.count, limits)
        if isinstance(sheet, Reason):
            return decoded((), (sheet,), (text[1],))
        layout = self._index.layout(sheet.headings, sheet.heading_row)
        notes = [text[1], *sheet.notes, *layout.notes]
        if has_errors(layout.reasons):
            return decoded((), layout.reasons, notes)
        rows = [(number, cells) for number, cells in sheet.rows if not isinstance(cells, Reason)]
        table = Table(
            self._profile,
            layout,
            rows,
            statement_date=statement_date,
            longest_cell=limits.cell_characters,
        )
        drafts = list(table.drafts())
        if len(drafts) > limits.items:
            reason = Reason(Rule.MSG_03, f"{len(drafts)} items, the limit is {limits.items}")
            return decoded((), (reason,), notes)
        run(self._profile.steps, drafts)
        items = self._with_unreadable_rows(drafts, sheet)
        return decoded(items, layout.reasons, (*notes, *table.order.notes(), *_blank(sheet)))

    def _with_unreadable_rows(self, drafts: list[Draft], sheet: Sheet) -> list[Item]:
        """The items, with an answer for each row that could not be read as one, in order of rows."""
        for number, problem in sheet.rows:
            if isinstance(problem, Reason):
                drafts.append(unreadable_row(number, problem))
        drafts.sort(key=lambda draft: (draft.row, draft.slot or 0))
        return items_of(drafts, self._profile.command)


def _blank(sheet: Sheet) -> tuple[str, ...]:
    return (f"blank rows: {sheet.blank_rows}",) if sheet.blank_rows else ()


def _version_order(profile: Profile) -> tuple[str, tuple[int, ...]]:
    return profile.name, tuple(int(part) for part in profile.version.split("."))
