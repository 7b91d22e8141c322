"""A new wire format is one module and its line in the tuple: this is the module, and the tuple is below.

Everything else (reading, deciding, answering, showing records, the table of formats) takes it from there.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from adapters.totality import Carriage, totality
from contracts.documents import Document
from contracts.messages import Decoded, Envelope, Item, Limits
from router.bootstrap import Language, language, profiles
from router.offline import validate
from router.record_forms import RecordForms
from tests.support.registry import heat_pump

MEDIA_TYPE = "text/x-toy"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


class Toy:
    """`command` in the first line, then `pointer=value` lines; numbers are numbers, the rest is text."""

    name = "toy"
    media_types: tuple[str, ...] = (MEDIA_TYPE,)
    commands = frozenset({"asset.register"})
    writes = frozenset({"asset.register", "asset.record"})

    def decode(self, envelope: Envelope, limits: Limits) -> Decoded:  # noqa: ARG002 - of the protocol
        id, command, *lines = envelope.body.decode().splitlines()
        payload: dict[str, Any] = {}
        for line in lines:
            pointer, _, value = line.partition("=")
            *parents, last = pointer.split("/")
            holder = payload
            for parent in parents:
                holder = holder.setdefault(parent, {})
            holder[last] = (
                float(value) if value.replace(".", "").isdigit() and "." in value else value
            )
        return Decoded((Item(1, "the toy", command, payload),), message_id=id)

    def place_of(self, item: Item, path: str) -> str:
        return f"{item.place}, line {path.strip('/')}"

    def encode_receipt(self, receipt: Mapping[str, Any]) -> tuple[str, bytes]:
        return MEDIA_TYPE, f"{receipt['message_id']} {receipt['status']}".encode()

    def encode(self, document: Document) -> tuple[str, bytes]:
        (entry,) = document.entries
        lines = [document.header.document_id, entry.command, *_flat(entry.payload, "")]
        return MEDIA_TYPE, "\n".join(lines).encode()


def _flat(members: Mapping[str, Any], start: str) -> list[str]:
    lines = []
    for name, value in members.items():
        inner = _flat(value, f"{start}{name}/") if isinstance(value, Mapping) else None
        lines += inner if inner is not None else [f"{start}{name}={value}"]
    return lines


def with_toy() -> Language:
    spoken = language()
    adapters = (*spoken.adapters, Toy())
    return replace(spoken, adapters=adapters, forms=RecordForms(adapters))


def sent(attribute: str = "import_capacity_kw=3.5") -> Envelope:
    stated = heat_pump()
    stated["attributes"].pop("import_capacity_kw")
    lines = ["m-1", "asset.register", *_flat(stated, ""), f"attributes/{attribute}"]
    return Envelope("", "acme", MEDIA_TYPE, "\n".join(lines).encode(), NOW)


def test_it_is_read_decided_and_answered_in_its_own_words() -> None:
    result = validate(sent(), with_toy())
    assert [outcome.status for outcome in result.outcomes] == ["accepted"]
    assert result.records[0] is not None
    assert result.records[0]["attributes"] == heat_pump()["attributes"]
    assert result.encoded_receipt() == b"m-1 accepted"


def test_its_places_stand_in_the_reasons() -> None:
    (outcome,) = validate(sent("import_capacity_kw=much"), with_toy()).outcomes
    assert [(reason.rule.key, reason.place) for reason in outcome.reasons] == [
        ("SCH-TYPE", "the toy, line attributes/import_capacity_kw")
    ]


def test_records_are_shown_in_it_and_the_table_has_its_column() -> None:
    spoken = with_toy()
    record = {"kind": "asset", "id": "A-7K3Q-9M2T-8X4B-T", "version": 1, "category": "heat_pump"}
    media_type, body = spoken.forms.record(
        record | {"recorded_at": "2026-11-24T09:30:00Z"}, "toy", reader="acme"
    )
    assert (media_type, "category=heat_pump" in body.decode()) == (MEDIA_TYPE, True)
    assert "toy" in spoken.forms.bundle_names
    column = totality(spoken.adapters, profiles())[len(spoken.adapters) - 1]
    assert (column.name, column.of("asset.register")) == ("toy", Carriage.both)
