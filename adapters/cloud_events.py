"""The context attributes of a CloudEvent in JSON, checked: every problem, each at its member.

`source` is a claim: who sent a message is known from the credential alone, so it is checked for its
form and not used. Extension attributes (tracing, for example) pass unread.

Source: CloudEvents 1.0.2, sections "Context Attributes" and "Type System"; RFC 3339 section 5.6.
"""

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from contracts.reasons import Reason, Rule, escape_pointer

TYPE_PREFIX, TYPE_SUFFIX = "fmar.", ".v1"

_NAME = re.compile(r"[a-z0-9]{1,40}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_JSON_TYPE = re.compile(r"application/json\s*(;\s*charset=\"?utf-8\"?\s*)?", re.IGNORECASE)
_LONGEST = 200
_MANDATORY = ("specversion", "id", "source", "type")
_LINES = frozenset({"subject", "dataschema"})
_CHECKED = frozenset({*_MANDATORY, "data", "time"})
_USUAL = _CHECKED | {"subject"}


class Event(NamedTuple):
    """What the hub uses of an event. Members are None where absent or wrong."""

    type: str | None = None
    data: Any = None
    id: str | None = None
    subject: str | None = None
    time: datetime | None = None
    reasons: tuple[Reason, ...] = ()


def read_event(document: Any, place: str) -> Event:
    """An event, with all that is wrong with its attributes (MSG_13)."""
    if type(document) is not dict:
        return Event(
            data={}, reasons=(Reason(Rule.MSG_13, "an event is a JSON object", place, place),)
        )
    time = document.get("time")
    moment = read_time(time) if type(time) is str else None
    kind, identity, subject = document.get("type"), document.get("id"), document.get("subject")
    reasons: tuple[Reason, ...] = ()
    if not (
        document.keys() <= _USUAL
        and document.get("specversion") == "1.0"
        and _is_line(identity) and _is_line(document.get("source")) and _is_line(kind)
        and (subject is None or _is_line(subject))
        and (moment is not None or time is None)
    ):  # fmt: skip
        reasons = tuple(_reason(place, name, text) for name, text in _problems(document, moment))
    return Event(
        kind if type(kind) is str else None,
        document.get("data"),
        identity if type(identity) is str else None,
        subject if type(subject) is str else None,
        moment,
        reasons,
    )


def _problems(document: dict[str, Any], moment: datetime | None) -> list[tuple[str, str]]:
    """(attribute, what is wrong with it). An optional attribute that is null counts as absent."""
    problems = [
        problem for name in _MANDATORY if (problem := _mandatory_problem(name, document.get(name)))
    ]
    for name, value in document.items():
        if (
            name not in _CHECKED
            and value is not None
            and (problem := _optional_problem(name, value))
        ):
            problems.append(problem)
    if document.get("time") is not None and moment is None:
        problems.append(
            ("time", "time is a date and time with offset, like 2026-11-24T09:30:00Z (RFC 3339)")
        )
    return problems


def _reason(place: str, name: str, text: str) -> Reason:
    where = f"{place}/{escape_pointer(name)}"
    return Reason(Rule.MSG_13, text, where, where)


def _mandatory_problem(name: str, value: Any) -> tuple[str, str] | None:
    if value is None:
        return name, f"the attribute {name} is mandatory"
    if not _is_line(value):
        return name, f"{name} is a printable string of 1 to {_LONGEST} characters"
    if name == "specversion" and value != "1.0":
        return name, "the hub reads specversion 1.0"
    return None


def _optional_problem(name: str, value: Any) -> tuple[str, str] | None:
    if name == "datacontenttype":
        ok = type(value) is str and _JSON_TYPE.fullmatch(value) is not None
        return None if ok else (name, "data is application/json")
    if name == "data_base64":
        return name, "give data as JSON, not data_base64"
    if name in _LINES:
        return (
            None
            if _is_line(value)
            else (name, f"{name} is a printable string of 1 to {_LONGEST} characters")
        )
    if not _NAME.fullmatch(name):
        return name, "attribute names are of lower-case letters and digits"
    if type(value) in (str, bool, int):
        return None
    return name, "an extension attribute is a string, boolean or integer"


def _is_line(value: Any) -> bool:
    return (
        type(value) is str
        and 0 < len(value) <= _LONGEST
        and value.isprintable()
        and value[0] != " "
    )


def read_time(text: str) -> datetime | None:
    """An RFC 3339 time in UTC, or None. Leap seconds and times outside of years 1 to 9999 are none."""
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
