"""The answer to a message as the flow F0101: one FO1 for the message as a whole (item 0) and one per item.

FO2 is a reason of the FO1 above it. FO3 says which message is answered, FO4 what was detected in it, FO5 what
it was read with. Texts hold neither | nor line ends: they are written as ¦ and as blanks.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.flat_file.header import NON_CORE, Party
from adapters.flat_file.layout import MESSAGE, NOTE, OUTCOME, OUTCOMES_FLOW, REASON, VERSION
from adapters.flat_file.stated_fields import Field, read, write
from adapters.flat_file.user_file import HUB, Route, user_file_pieces

#: Frozen, as all positions are; fields 2, 3, 4 ...
OUTCOME_FIELDS = (
    Field("item", "integer"), Field("status"), Field("id"), Field("version", "integer"),
    Field("command"), Field("place"), Field("event"), Field("material", "boolean"), Field("due_at"),
)  # fmt: skip
REASON_FIELDS = tuple(map(Field, ("code", "rule", "severity", "place", "path", "text")))
MESSAGE_FIELDS = tuple(
    map(Field, ("message_id", "sender", "on_behalf_of", "received_at", "payload_sha256"))
)
NOTE_FIELDS = (Field("text"),)
VERSION_FIELDS = (Field("name"), Field("value"))

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_WHOLE = {"receipt_id": "id", "status": "status"}


def outcomes_file(receipt: Mapping[str, Any]) -> bytes:
    """A canonical receipt as a user file, to the party that the message's own header named as its sender."""
    return b"".join(outcomes_pieces(receipt, receipt["items"]))


def outcomes_pieces(
    receipt: Mapping[str, Any], items: Iterable[Mapping[str, Any]]
) -> Iterator[bytes]:
    """The same in pieces, the items looked at once and in order."""
    return user_file_pieces(
        name=receipt["receipt_id"],
        flow=OUTCOMES_FLOW,
        between=_back_to_sender(receipt),
        created_at=datetime.fromisoformat(receipt["received_at"]),
        records=_records(receipt, items),
    )


def _back_to_sender(receipt: Mapping[str, Any]) -> Route:
    asked = receipt.get("document", {})
    party = Party(asked.get("role") or NON_CORE, asked.get("mpid", ""))
    return Route(HUB, party, "", asked.get("application") or _text(receipt["sender"]))


def _records(receipt: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    whole = {"item": 0, "status": receipt["status"], "id": receipt["receipt_id"]}
    yield write(OUTCOME, OUTCOME_FIELDS, whole)
    known = {field.name for field in MESSAGE_FIELDS}
    yield write(MESSAGE, MESSAGE_FIELDS, _texts(receipt, known))
    for note in receipt.get("notes", ()):
        yield write(NOTE, NOTE_FIELDS, {"text": _text(note)})
    for name, value in receipt.get("versions", {}).items():
        yield write(VERSION, VERSION_FIELDS, {"name": _text(name), "value": _text(value)})
    yield from _reasons(receipt.get("reasons", ()))
    for item in items:
        yield write(OUTCOME, OUTCOME_FIELDS, _texts(item, item.keys() - {"reasons"}))
        yield from _reasons(item["reasons"])


def _reasons(reasons: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for reason in reasons:
        yield write(REASON, REASON_FIELDS, _texts(reason, reason.keys()))


def _texts(values: Mapping[str, Any], names: Any) -> dict[str, Any]:
    return {
        name: _text(value) if isinstance(value, str) else value
        for name, value in values.items()
        if name in names
    }


def _text(text: str) -> str:
    return _CONTROL.sub(" ", text).replace("|", "¦")


def read_outcomes(records: Sequence[str]) -> dict[str, Any]:
    """The receipt that the records of an answer carry. Raises ValueError where they are not those of one."""
    receipt: dict[str, Any] = {"items": []}
    outcome: dict[str, Any] = receipt
    for record in records:
        match record.split("|", 1)[0]:
            case "FO1":
                outcome = _outcome(read(OUTCOME_FIELDS, record), receipt)
            case "FO2":
                blank = {"place": "", "path": "", "text": ""}
                outcome.setdefault("reasons", []).append(blank | read(REASON_FIELDS, record))
            case "FO3":
                receipt |= read(MESSAGE_FIELDS, record)
            case "FO4":
                receipt.setdefault("notes", []).append(read(NOTE_FIELDS, record)["text"])
            case "FO5":
                pair = read(VERSION_FIELDS, record)
                receipt.setdefault("versions", {})[pair["name"]] = pair["value"]
            case group:
                raise ValueError(f"{group} is no record of {OUTCOMES_FLOW}")
    return receipt


def _outcome(values: dict[str, Any], receipt: dict[str, Any]) -> dict[str, Any]:
    if values["item"] == 0:
        receipt |= {name: values[field] for name, field in _WHOLE.items()}
        return receipt
    item = {"place": "", "command": "", "reasons": []} | values
    receipt["items"].append(item)
    return item
