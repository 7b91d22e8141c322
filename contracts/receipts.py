"""Receipts: the answer to a message, one outcome per item."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from contracts.reasons import Reason, Severity

ACCEPTED, PARTIAL, REJECTED, SCHEDULED, PENDING = (
    "accepted",
    "partially_accepted",
    "rejected",
    "scheduled",
    "pending",
)


class Outcome(NamedTuple):
    """What became of one item.

    `status`: accepted | rejected | unchanged | superseded | scheduled | pending. `id`, `version` and
    `event` where a record was changed or found. `reasons` hold warnings of accepted items too.
    """

    item: int
    place: str
    status: str
    command: str
    reasons: tuple[Reason, ...] = ()
    id: str | None = None
    version: int | None = None
    event: str | None = None
    material: bool | None = None
    due_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "item": self.item,
            "place": self.place,
            "status": self.status,
            "command": self.command,
        }
        if self.event is not None:
            body["event"] = self.event
        if self.id is not None:
            body["id"] = self.id
        if self.version is not None:
            body["version"] = self.version
        if self.material is not None:
            body["material"] = self.material
        if self.due_at is not None:
            body["due_at"] = timestamp(self.due_at)
        body["reasons"] = [reason.as_json() for reason in self.reasons]
        return body


class Counts(NamedTuple):
    """What became of the rows (items) of a batch: how many of each status. `warnings`: reasons, not rows."""

    rows: int
    accepted: int
    rejected: int
    unchanged: int
    superseded: int
    scheduled: int
    warnings: int

    def sentences(self, shown: int) -> list[str]:
        """In words, for formats that have no place for numbers. `shown`: refused rows that stand beside."""
        parts = [
            f"{count} {name}" for name, count in self._asdict().items() if count and name != "rows"
        ]
        found = [f"{self.rows} rows answered{': ' if parts else ''}{', '.join(parts)}"]
        if self.rejected > shown:
            found.append(
                f"the first {shown} of {self.rejected} rejected rows stand here, all in the outcome file"
            )
        return found

    def status(self, *, has_errors: bool) -> str:
        """Of the whole. `has_errors`: something is wrong with the file itself, or it was not taken to its end;
        what was done before it stands.
        """
        if not self.rows or self.rejected == self.rows:
            return REJECTED
        if has_errors or self.rejected:
            return PARTIAL
        return SCHEDULED if self.scheduled == self.rows else ACCEPTED


def receipt_status(outcomes: "tuple[Outcome, ...] | list[Outcome]", *, has_errors: bool) -> str:
    """The status of the whole from those of its items. `has_errors`: the message itself failed."""
    if has_errors or not outcomes:
        return REJECTED
    statuses = {outcome.status for outcome in outcomes}
    if statuses == {"rejected"}:
        return REJECTED
    if "rejected" in statuses:
        return PARTIAL
    if statuses == {"scheduled"}:
        return SCHEDULED
    if statuses == {"pending"}:
        return PENDING
    return ACCEPTED


def receipt(
    *,
    receipt_id: str,
    message_id: str,
    sender: str,
    on_behalf_of: str | None,
    received_at: datetime,
    payload_sha256: str,
    outcomes: "tuple[Outcome, ...] | list[Outcome]",
    reasons: tuple[Reason, ...] = (),
    notes: tuple[str, ...] = (),
    versions: Mapping[str, str] | None = None,
    document: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The canonical receipt (RECORDS.md section 1). `reasons` are those of the message as a whole;
    `document` is what the answer repeats of a document's own header.
    """
    body: dict[str, Any] = {
        "receipt_id": receipt_id,
        "message_id": message_id,
        "sender": sender,
        "status": receipt_status(outcomes, has_errors=any(reason.is_error for reason in reasons)),
        "received_at": timestamp(received_at),
        "payload_sha256": payload_sha256,
        "items": [outcome.as_json() for outcome in outcomes],
    }
    if on_behalf_of is not None:
        body["on_behalf_of"] = on_behalf_of
    if reasons:
        body["reasons"] = [reason.as_json() for reason in reasons]
    if notes:
        body["notes"] = list(notes)
    if versions:
        body["versions"] = dict(versions)
    if document:
        body["document"] = dict(document)
    return body


def summary_receipt(
    *,
    receipt_id: str,
    message_id: str,
    sender: str,
    on_behalf_of: str | None,
    received_at: datetime,
    payload_sha256: str,
    batch: str,
    counts: Counts,
    by_rule: Mapping[str, int],
    refused: Sequence[Mapping[str, Any]],
    reasons: Sequence[Mapping[str, Any]] = (),
    said: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The canonical receipt of a batch: counts instead of outcomes, and of the refused items the first ones.

    `reasons` and `refused` are as they stand in a receipt; `said`: notes, versions and document of the file.
    """
    has_errors = any(reason["severity"] == Severity.error for reason in reasons)
    said = dict(said or {})
    notes = [*counts.sentences(len(refused)), *said.pop("notes", ())]
    optional = {"on_behalf_of": on_behalf_of, "reasons": list(reasons), **said}
    return {
        "receipt_id": receipt_id,
        "message_id": message_id,
        "sender": sender,
        "status": counts.status(has_errors=has_errors),
        "received_at": timestamp(received_at),
        "payload_sha256": payload_sha256,
        "batch": batch,
        "counts": counts._asdict(),
        "by_rule": dict(by_rule),
        "items": list(refused),
        "notes": notes,
        **{name: value for name, value in optional.items() if value},
    }


@lru_cache(maxsize=4_096)
def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with `Z`; microseconds only where there are any."""
    text = moment.astimezone(UTC).isoformat()
    return text.removesuffix("+00:00") + "Z"
