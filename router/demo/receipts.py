"""A receipt as its sender reads it: JSON or a table, to the same few facts."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from typing import Any

import orjson
from lxml import etree

from router.demo.account import Refusal


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one item; `reasons` hold warnings too."""

    place: str
    status: str
    id: str | None
    reasons: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """The receipt of one message."""

    status: str
    items: tuple[Item, ...]
    reasons: tuple[Refusal, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(item.status for item in self.items))

    @property
    def rules(self) -> set[str]:
        """All rules that are named, of the message and of its items."""
        items = (reason for item in self.items for reason in item.reasons)
        return {reason.rule for reason in (*self.reasons, *items)}

    def refusals(self) -> tuple[Refusal, ...]:
        refused = (
            reason
            for item in self.items
            if item.status in ("rejected", "superseded")
            for reason in item.reasons
        )
        return (*self.reasons, *refused)


def read_json(body: bytes) -> Answered:
    """`fmar.receipt.v1`, or the bare receipt."""
    document = orjson.loads(body)
    receipt = document.get("data", document)
    return Answered(
        receipt["status"],
        tuple(
            Item(item["place"], item["status"], item.get("id"), _reasons(item["reasons"]))
            for item in receipt["items"]
        ),
        _reasons(receipt.get("reasons", ())),
    )


#: Reason code of the document -> status. Source: ENTSO-E code list of reasons.
_STATUS_OF_CODE = {"A01": "accepted", "A02": "rejected", "A03": "partially_accepted"}


def read_xml(body: bytes) -> Answered:
    """An Acknowledgement_MarketDocument: the code of its first reason says what became of the document."""
    root = etree.fromstring(body)
    codes = [reason.findtext("{*}code") or "" for reason in root.iterfind("{*}Reason")]
    status = next(_STATUS_OF_CODE[code] for code in codes if code in _STATUS_OF_CODE)
    return Answered(status, ())


def read_flat(body: bytes) -> Answered:
    """The hub's flow of outcomes: `FO1|item|status|id|...`, item 0 being the file."""
    lines = [line.split("|") for line in body.decode().splitlines() if line.startswith("FO1|")]
    whole = next(fields[2] for fields in lines if fields[1] == "0")
    items = [Item(f"item {fields[1]}", fields[2], fields[3] or None, ()) for fields in lines]
    return Answered(whole, tuple(item for item in items if item.place != "item 0"))


def read_csv(body: bytes) -> Answered:
    """The table of a table's receipt: a line per reason, a line for an item without any. Lines without an
    item are of the whole file: its reasons, and what was detected in it.
    """
    rows: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(body.decode())):
        rows.setdefault(row["item"], []).append(row)
    of_the_file = rows.pop("", [])
    items = tuple(
        Item(
            lines[0]["place"],
            lines[0]["status"],
            lines[0]["id"] or None,
            _refusals(lines),
        )
        for lines in rows.values()
    )
    statuses = {item.status for item in items}
    whole = (
        "rejected"
        if statuses == {"rejected"}
        else "partially_accepted"
        if "rejected" in statuses
        else "accepted"
    )
    return Answered(whole, items, _refusals(of_the_file))


def _refusals(lines: list[dict[str, str]]) -> tuple[Refusal, ...]:
    return tuple(
        Refusal(line["reason_place"], line["rule"], line["text"]) for line in lines if line["rule"]
    )


def _reasons(reasons: Any) -> tuple[Refusal, ...]:
    return tuple(Refusal(reason["place"], reason["rule"], reason["text"]) for reason in reasons)
