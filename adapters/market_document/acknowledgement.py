"""A canonical receipt as Acknowledgement_MarketDocument 8.1: every document gets one.

The standard names rejected series alone. What became of the others (record ids, warnings, what is
scheduled) goes into reasons A95 of the document, as far as `MOST_TEXTS` of them hold it.

Source: IEC 62325-451-1, `urn:iec62325.351:tc57wg16:451-1:acknowledgementdocument:8:1`; FORMATS.md section 3.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from adapters.cloud_events import read_time
from adapters.market_document.elements import DECLARATION, carried, holder, leaf
from adapters.market_document.names import (
    ACKNOWLEDGEMENT,
    COMMANDS_DOCUMENT,
    HUB,
    HUB_ROLE,
    LONGEST_ID,
    Party,
    party_of,
    shortened,
)
from adapters.market_document.reason_codes import (
    ERRORS_IN_SERIES,
    FULLY_ACCEPTED,
    FULLY_REJECTED,
    FURTHER_INFORMATION,
    SERIES_REJECTED,
    code_of,
)
from adapters.market_document.times import seconds

LONGEST_TEXT = 512
MOST_TEXTS = 200
#: Codes of the received document that are repeated: those that are in every release of the code lists.
_TYPES, _PROCESSES = {COMMANDS_DOCUMENT.type}, {COMMANDS_DOCUMENT.process_type}
_ROLES = {f"A{number:02d}" for number in range(1, 47)}
_ELLIPSIS = " ..."
_OF_BATCH = {"rejected": FULLY_REJECTED, "partially_accepted": ERRORS_IN_SERIES}


def acknowledgement(receipt: Mapping[str, Any]) -> bytes:
    """The document, in UTF-8; the same receipt gives the same bytes."""
    return b"".join(acknowledgement_pieces(receipt, receipt["items"]))


def acknowledgement_pieces(
    receipt: Mapping[str, Any], items: Iterable[Mapping[str, Any]]
) -> Iterator[bytes]:
    """The document in pieces, the items looked at once and in order. An item may bring the name of its series
    itself, as `mRID`.
    """
    document = receipt.get("document", {})
    root = f'<Acknowledgement_MarketDocument xmlns="{ACKNOWLEDGEMENT}">'
    yield _text([DECLARATION, root, *_header(receipt, document)])
    told = _Told()
    for item in items:
        name = _name_of(item, document)
        told.add(item, name)
        if item["status"] == "rejected":
            yield _text(_rejected_series(item, name))
    yield _text([*_reasons(receipt, told), "</Acknowledgement_MarketDocument>"])


def _text(lines: Iterable[str]) -> bytes:
    return "\n".join([*lines, ""]).encode("utf-8")


def _header(receipt: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    sender = document.get("sender")
    receiver = Party(**sender) if sender is not None else party_of(receipt["sender"])
    yield leaf(1, "mRID", _id(receipt["receipt_id"]))
    yield leaf(1, "createdDateTime", seconds(datetime.fromisoformat(receipt["received_at"])))
    yield _party("sender", HUB)
    yield leaf(1, "sender_MarketParticipant.marketRole.type", HUB_ROLE)
    yield _party("receiver", receiver)
    if document.get("sender_role") in _ROLES:
        yield leaf(1, "receiver_MarketParticipant.marketRole.type", document["sender_role"])
    received = "received_MarketDocument"
    if name := document.get("mRID") or receipt["message_id"]:
        yield leaf(1, f"{received}.mRID", _id(name))
    if "revisionNumber" in document:
        yield leaf(1, f"{received}.revisionNumber", document["revisionNumber"])
    if document.get("type") in _TYPES:
        yield leaf(1, f"{received}.type", document["type"])
    if document.get("process_type") in _PROCESSES:
        yield leaf(1, f"{received}.process.processType", document["process_type"])
    created = read_time(document.get("created", ""))
    if created is not None:
        yield leaf(1, f"{received}.createdDateTime", seconds(created))


def _party(side: str, party: Party) -> str:
    name = f"{side}_MarketParticipant.mRID"
    return leaf(1, name, carried(party.id), {"codingScheme": party.scheme})


def _id(text: str) -> str:
    return shortened(carried(text), LONGEST_ID)


def _name_of(item: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """The sender's own mRID of a series, else its number."""
    names, number = document.get("series"), item["item"]
    name = names[number - 1] if names is not None and number <= len(names) else ""
    name = item.get("mRID") or name
    return _id(name) if name else str(number)


def _rejected_series(item: Mapping[str, Any], name: str) -> Iterator[str]:
    reasons = [
        *_reason(SERIES_REJECTED, "", 2),
        *(line for reason in item["reasons"] for line in _told(reason, 2)),
    ]
    yield from holder(1, "Rejected_TimeSeries", [leaf(2, "mRID", name), *reasons])


class _Texts:
    """The first texts of many, and how many there are."""

    def __init__(self) -> None:
        self.first: list[str] = []
        self.count = 0

    def add(self, text: str) -> None:
        self.count += 1
        if self.count <= MOST_TEXTS:
            self.first.append(text)


class _Told:
    """What is told of the items beside their refusals: warnings, and what became of those that are not rejected,
    several in one text.
    """

    def __init__(self) -> None:
        self.items = self.rejected = 0
        self.warnings, self.outcomes = _Texts(), _Texts()
        self._text = ""

    def add(self, item: Mapping[str, Any], name: str) -> None:
        self.items += 1
        if item["status"] == "rejected":
            self.rejected += 1
            return
        for reason in item["reasons"]:
            self.warnings.add(f"TimeSeries {name}: {_sentence(reason)}")
        if item["status"] != "accepted" or "id" in item:
            self._add_outcome(item, name)

    def _add_outcome(self, item: Mapping[str, Any], name: str) -> None:
        version = f" version {item['version']}" if "version" in item else ""
        due = f" due {item['due_at']}" if "due_at" in item else ""
        record = f" {item['id']}" if "id" in item else ""
        said = f"{name} {item['status']}{record}{version}{due}"
        if self._text and len(self._text) + 2 + len(said) > LONGEST_TEXT:
            self.close()
        self._text = f"{self._text}; {said}" if self._text else said

    def close(self) -> None:
        if self._text:
            self.outcomes.add(self._text)
        self._text = ""


def _reasons(receipt: Mapping[str, Any], told: _Told) -> Iterator[str]:
    told.close()
    own, notes = receipt.get("reasons", ()), receipt.get("notes", ())
    if "counts" in receipt:  # of a batch: what was decided before the file broke off stands
        yield from _reason(_OF_BATCH.get(receipt["status"], FULLY_ACCEPTED), "", 1)
    elif told.items == told.rejected or any(r["severity"] == "error" for r in own):
        yield from _reason(FULLY_REJECTED, "", 1)
    else:
        yield from _reason(ERRORS_IN_SERIES if told.rejected else FULLY_ACCEPTED, "", 1)
    for reason in islice(own, MOST_TEXTS):
        yield from _told(reason, 1)
    texts = [*notes, *told.warnings.first, *told.outcomes.first]
    count = len(notes) + told.warnings.count + told.outcomes.count
    for text in texts[:MOST_TEXTS]:
        yield from _reason(FURTHER_INFORMATION, text, 1)
    if count > MOST_TEXTS:
        text = f"{count - MOST_TEXTS} more texts like these are in the receipt as JSON"
        yield from _reason(FURTHER_INFORMATION, text, 1)


def _told(reason: Mapping[str, Any], depth: int) -> list[str]:
    return _reason(code_of(reason["rule"], reason["severity"]), _sentence(reason), depth)


def _sentence(reason: Mapping[str, Any]) -> str:
    place = f" at {reason['place']}" if reason["place"] else ""
    return f"{reason['rule']}{place}: {reason['text']}"


def _reason(code: str, text: str, depth: int) -> list[str]:
    lines = [leaf(depth + 1, "code", code)]
    if text:
        lines.append(leaf(depth + 1, "text", cut(carried(text))))
    return holder(depth, "Reason", lines)


def cut(text: str) -> str:
    """At most `LONGEST_TEXT` characters, ended at a word."""
    text = " ".join(text.split())
    if len(text) <= LONGEST_TEXT:
        return text
    start = text[: LONGEST_TEXT - len(_ELLIPSIS) + 1]
    return (start.rpartition(" ")[0] or start[:-1]) + _ELLIPSIS
