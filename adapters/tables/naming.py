"""Which layout a file is read by, and how its places are named: what CSV and XLSX have in common."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.strict_json import too_large
from adapters.tables.drafts import Place
from adapters.tables.encodings import read_text
from adapters.tables.known import Known, KnownProfiles
from contracts.messages import Envelope, Item, Limits
from contracts.reasons import Reason, Rule

#: The first cell of a row in which a file names its template; the name and the version follow.
TEMPLATE = "Template"
_TEMPLATE_LINE = re.compile(
    r'"?template"?[,;\t|]"?([a-z0-9_-]{1,60})"?(?:[,;\t|]"?([0-9]{1,4}\.[0-9]{1,4})?"?)?[,;\t|]*\r?(?:\n|$)',
    re.IGNORECASE,
)
_LONGEST_LINE = 4_096

#: Name and version of a template, as a file names it itself.
Named = tuple[str, str | None]


def template_line(text: str) -> Named | None:
    """The template that a CSV text names in its first line."""
    found = _TEMPLATE_LINE.match(text[:_LONGEST_LINE])
    return None if found is None else (found[1].lower(), found[2])


def names_template(body: bytes) -> bool:
    """Whether a CSV file names its template itself, so that nobody else need."""
    head = read_text(body[:_LONGEST_LINE].rpartition(b"\n")[0], None)
    return not isinstance(head, Reason) and template_line(head[0]) is not None


def template_row(cells: Sequence[str]) -> Named | None:
    """The template that a row names in its first three cells."""
    first, name, version = [cell.strip() for cell in cells[:3]]
    if first.casefold() != TEMPLATE.casefold() or not name:
        return None
    if version.isdecimal():  # a workbook shows the number 1.0 as 1
        version = f"{version}.0"
    return name.lower(), version or None


def unusable(envelope: Envelope, limits: Limits) -> Reason | None:
    """What keeps any file from being read (MSG_03, MSG_13)."""
    if len(envelope.body) > limits.body_bytes:
        return too_large(len(envelope.body), limits)
    return undated(envelope)


def undated(envelope: Envelope) -> Reason | None:
    """A file without its statement date (MSG_13)."""
    if envelope.statement_date is None:
        text = "a file needs its statement date: the day for which it says what holds"
        return Reason(Rule.MSG_13, text, place="statement date")
    return None


def chosen(
    known: KnownProfiles, parameters: Mapping[str, str], own: Named | None, envelope: Envelope
) -> Known | Reason:
    """The layout that the media type names, or else the file itself; MSG_01 where they name different ones."""
    profile = parameters.get("profile", "").lower()
    name, version = (profile, parameters.get("version")) if profile else own or ("", None)
    if own is not None and profile and own[0] != profile:
        text = f"the file is made from the template {own[0]}, the media type says profile={profile}"
        return Reason(Rule.MSG_01, text)
    if own is not None and version is None:
        version = own[1]
    return known.named(name, version, envelope.received_at, envelope.sender)


def place_in_table(item: Item, path: str) -> str:
    """`row 17, slot 2, column "Postcode"`; the place of the row where no column holds the member."""
    if f"{path}/ref" in item.columns and isinstance(_at(item.payload, path), Mapping):
        path = f"{path}/ref"
    while path and path not in item.columns:
        path = path.rpartition("/")[0]
    if not path:
        return item.place
    found = item.columns[path]
    return found if isinstance(found, Place) else f'{item.place}, column "{found}"'


def _at(payload: Any, path: str) -> Any:
    """What stands at a JSON Pointer of a payload, None if nothing does."""
    for step in path.split("/")[1:]:
        if isinstance(payload, Mapping):
            payload = payload.get(step)
        elif isinstance(payload, list) and step.isdigit() and int(step) < len(payload):
            payload = payload[int(step)]
        else:
            return None
    return payload
