"""A profile tried on a file without servers: what the profile did, and what the hub's rules say to its items."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from adapters.tables.csv_rows import Sheet
from adapters.tables.headings import HeadingIndex
from adapters.tables.profile import Profile
from adapters.tables.sheets_in import Count, csv_sheets, parquet_sheets, workbook_sheets
from adapters.tables.trial import Trial, personal_pointers, try_profile, withheld
from adapters.tables.writing_parquet import PARQUET
from adapters.xlsx_tables import XLSX
from contracts.messages import Envelope, Limits
from contracts.reasons import Reason, has_errors
from contracts.receipts import Outcome
from router.bootstrap import language
from router.offline import Validation, validate

#: A file is looked at as a whole here; the hub itself takes any size.
LIMITS = Limits(body_bytes=256 * 1024 * 1024, items=200_000)
FIRST_REFUSALS = 20
CSV = "text/csv"
_SHEETS = {CSV: csv_sheets, XLSX: workbook_sheets, PARQUET: parquet_sheets}
#: Of a CSV file, to see what its columns hold.
_SAMPLE_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True)
class File:
    """A table on its way in. `media_type`: without parameters."""

    name: str
    body: bytes
    media_type: str
    stated_on: date

    def sample(self) -> tuple[Sheet, ...] | Reason:
        """Its first rows, by whatever looks like headings; the whole file where it cannot be cut there."""
        if self.media_type == CSV and len(self.body) > _SAMPLE_BYTES:
            head = replace(self, body=self.body[:_SAMPLE_BYTES].rpartition(b"\n")[0])
            if not isinstance(read := head.sheets(headings_of_anything), Reason):
                return read
        return self.sheets(headings_of_anything)

    def sheets(self, count: Count) -> tuple[Sheet, ...] | Reason:
        return _SHEETS[self.media_type](self.body, count, LIMITS)


@dataclass(frozen=True)
class Report:
    """`problems`: why the profile, or the file as a whole, cannot be used; then there is nothing else."""

    problems: tuple[Reason, ...] = ()
    trial: Trial | None = None
    validation: Validation | None = None
    personal: frozenset[str] = frozenset()

    @property
    def refused(self) -> Sequence[Outcome]:
        outcomes = () if self.validation is None else self.validation.outcomes
        return [each for each in outcomes if each.status == "rejected"]

    def as_json(self) -> dict[str, Any]:
        if self.trial is None or self.validation is None:
            return {"usable": False, "problems": [each.as_json() for each in self.problems]}
        outcomes, refused = self.validation.outcomes, self.refused
        by_rule = Counter(r.rule.key for o in outcomes for r in o.reasons if r.is_error)
        return {
            "usable": True,
            "items": len(outcomes),
            "accepted": len(outcomes) - len(refused),
            "refused": len(refused),
            "by_rule": dict(sorted(by_rule.items())),
            **self.trial.as_json(),
            "notes": list(self.validation.reading.decoded.notes),
            "first_refusals": [self._refusal(each) for each in refused[:FIRST_REFUSALS]],
        }

    def _refusal(self, outcome: Outcome) -> dict[str, Any]:
        reasons = [
            {"rule": r.rule.key, "place": r.place, "text": withheld(r, self.personal)}
            for r in outcome.reasons
            if r.is_error
        ]
        return {"item": outcome.item, "place": outcome.place, "reasons": reasons}


def try_on(document: Mapping[str, Any], file: File) -> Report:
    """The profile in a document, tried. Every problem of it is named, before the file is looked at."""
    profile = language().profiles.read(document)
    if not isinstance(profile, Profile):
        return Report(profile)
    spoken = replace(language(profile), limits=LIMITS)
    sheets = file.sheets(HeadingIndex(profile).count)
    if isinstance(sheets, Reason):
        return Report((sheets,))
    validation = validate(_envelope(file, profile), spoken)
    if has_errors(validation.reasons):
        return Report(validation.reasons)
    trial = try_profile(profile, sheets, file.stated_on, spoken.catalogue, LIMITS)
    return Report((), trial, validation, personal_pointers(spoken.catalogue))


def _envelope(file: File, profile: Profile) -> Envelope:
    return Envelope(
        message_id="",
        sender="validate",
        media_type=f"{file.media_type}; profile={profile.name}; version={profile.version}",
        body=file.body,
        received_at=datetime.now(UTC),
        statement_date=file.stated_on,
        door="validate",
    )


def headings_of_anything(cells: Sequence[str]) -> int:
    """Where no profile says which row has the headings: the first with the most texts that are no numbers."""
    return sum(any(map(str.isalpha, cell)) for cell in cells)
