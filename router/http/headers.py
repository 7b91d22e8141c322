"""What a request's headers say of the message in its body.

Source: CloudEvents HTTP binding 1.0.2, section 3.1 (binary mode: `ce-` headers, percent-encoded);
RFC 7240 (Prefer: wait).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import unquote

from starlette.datastructures import Headers

from adapters.media_types import essence
from adapters.tables.writing_parquet import PARQUET
from adapters.xlsx_tables import XLSX
from contracts.identifiers import parse_public_id
from contracts.reasons import Rule
from router.broker.names import CLASSES
from router.http.problems import Problem

#: Formats whose message id may be derived from the content and the statement date.
FILES = frozenset({"text/csv", XLSX, PARQUET})
LONGEST_ID = 200
_WAIT = re.compile(r"(?:^|[,;]\s*)wait\s*=\s*\"?(\d{1,6})\"?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """`message_id` is empty where the content gives it."""

    message_id: str
    media_type: str
    message_class: str
    wait_seconds: float
    on_behalf_of: str | None = None
    event_type: str | None = None
    event_time: datetime | None = None
    statement_date: date | None = None


def read_headers(headers: Headers, *, longest_wait_seconds: float, needs_id: bool = True) -> Said:
    """Raises Problem with what to mend. `needs_id`: whether the transport must carry the message's id."""
    media_type = headers.get("content-type", "")
    message_id = unquote(headers.get("ce-id") or headers.get("idempotency-key") or "")
    if needs_id and not message_id and essence(media_type) not in FILES:
        raise _problem(
            Rule.MSG_04,
            "give the message's id as ce-id or Idempotency-Key, the same one when you repeat it",
        )
    if (
        len(message_id) > LONGEST_ID
        or not message_id.isprintable()
        or message_id.strip() != message_id
    ):
        raise _problem(
            Rule.MSG_04,
            f"a message id has at most {LONGEST_ID} characters, printable, without outer blanks",
        )
    message_class = headers.get("fmar-class", "normal")
    if message_class not in CLASSES:
        raise _problem(Rule.MSG_13, f"fmar-class is one of {', '.join(CLASSES)}")
    return Said(
        message_id=message_id,
        media_type=media_type if media_type.isprintable() else "",
        message_class=message_class,
        wait_seconds=_wait_seconds(headers.get("prefer", ""), longest_wait_seconds),
        on_behalf_of=_principal(headers),
        event_type=_line(headers.get("ce-type"), "ce-type"),
        event_time=_moment(headers.get("ce-time")),
        statement_date=_date(headers.get("fmar-statement-date")),
    )


def _principal(headers: Headers) -> str | None:
    named = headers.get("on-behalf-of") or headers.get("ce-subject")
    if named is None:
        return None
    parsed = parse_public_id(unquote(named))
    if parsed is None or parsed[0] != "organisation":
        raise _problem(
            Rule.MSG_13, "on-behalf-of (or ce-subject) is the id of an organisation, O-..."
        )
    return parsed[1]


def _line(value: str | None, name: str) -> str | None:
    if value is None:
        return None
    text = unquote(value)
    if not text.isprintable() or not 0 < len(text) <= LONGEST_ID:
        raise _problem(Rule.MSG_13, f"{name} has 1 to {LONGEST_ID} printable characters")
    return text


def _moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(unquote(value))
    except ValueError as error:
        raise _problem(Rule.MSG_13, "ce-time is a date and time with offset (RFC 3339)") from error
    if moment.tzinfo is None:
        raise _problem(Rule.MSG_13, "ce-time is a date and time with offset (RFC 3339)")
    return moment


def _date(value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise _problem(Rule.MSG_13, "fmar-statement-date is a date, like 2026-11-24") from error


def _wait_seconds(prefer: str, longest: float) -> float:
    match = _WAIT.search(prefer)
    return min(float(match[1]), longest) if match else 0.0


def _problem(rule: Rule, detail: str) -> Problem:
    return Problem(400, rule.code, detail, rule=rule.key)
