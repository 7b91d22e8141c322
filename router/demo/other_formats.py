"""XML and the flat file in the demo, and one record in every form."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import text

from adapters import Writer, adapter_for
from contracts.canonical import plain_number
from contracts.documents import Document, Entry, Header
from contracts.messages import Envelope, Limits
from registry_store.records import find
from router.bootstrap import Language, language
from router.demo import receipts
from router.demo.receipts import Answered
from router.demo.stage import EXAMPLES, Stage
from router.record_forms import JSON

UNIT = "East flexible load"
_XML_FILE = "asset.register.ev_charge_point.xml"
_ID_OF_REF = text(
    "SELECT r.id FROM record r JOIN record_ref f ON f.record = r.row WHERE f.ref = :ref"
)


def other_formats_carry_the_same(stage: Stage) -> None:
    """A charge point as a market document, a market unit of two assets as a flat file."""
    body = (EXAMPLES / "xml" / _XML_FILE).read_bytes()
    spoken = language()
    acknowledged = receipts.read_xml(_sent(stage, spoken, "application/xml", body))
    stage.note(stage.acme, "AMQP", "xml", _XML_FILE, acknowledged, "an acknowledgement 8.1")
    _expect_accepted(stage, _XML_FILE, acknowledged)

    answered = receipts.read_flat(_sent(stage, spoken, *_unit_as_flat_file(spoken)))
    stage.note(stage.acme, "AMQP", "flat", f"a market unit, {UNIT}", answered, "a flat file")
    _expect_accepted(stage, "the flat file", answered)
    stage.account.names[answered.items[0].id or ""] = UNIT
    _every_form_is_the_same_record(stage, spoken, "EV-9")


def _sent(stage: Stage, spoken: Language, media_type: str, body: bytes) -> bytes:
    """The receipt of a document, sent under the id that it carries itself."""
    id = _decoded(spoken, media_type, body).message_id
    return stage.acme.by_amqp(stage.acme.document(id or "", media_type, body))


def _unit_as_flat_file(spoken: Language) -> tuple[str, bytes]:
    unit = {
        "type": "spg",
        "name": UNIT,
        "members": [{"asset": {"ref": "EV-9"}}, {"asset": {"ref": "HP-4"}}],
    }
    header = Header("FLAT-1", "acme", "hub", datetime.now(UTC).replace(microsecond=0))
    (flat,) = [each for each in spoken.adapters if each.name == "flat"]
    assert isinstance(flat, Writer)
    return flat.encode(Document(header, (Entry("market_unit.create", unit),)))


def _every_form_is_the_same_record(stage: Stage, spoken: Language, ref: str) -> None:
    with stage.hub.database.engine.connect() as connection:
        found = find(connection, connection.execute(_ID_OF_REF, {"ref": ref}).one().id)
    assert found is not None
    stage.account.names[found.canonical["id"]] = ref
    forms = spoken.forms
    for format in (name for name in forms.names if name != JSON):
        decoded = _decoded(spoken, *forms.record(found.canonical, format, reader="acme"))
        stage.account.expect(
            [_bytes(item.payload) for item in decoded.items] == [_bytes(found.canonical)],
            f"{ref} shown as {format} is the same record",
            f"read back: {decoded.items} {decoded.reasons}",
        )


def _decoded(spoken: Language, media_type: str, body: bytes) -> Any:
    adapter = adapter_for(spoken.adapters, media_type)
    assert adapter is not None
    now = datetime.now(UTC)
    envelope = Envelope("", "acme", media_type, body, now, statement_date=now.date())
    return adapter.decode(envelope, Limits())


def _bytes(record: Mapping[str, Any]) -> bytes:
    return orjson.dumps(record, default=plain_number, option=orjson.OPT_SORT_KEYS)


def _expect_accepted(stage: Stage, what: str, answered: Answered) -> None:
    told = "; ".join(f"{each.rule} {each.place} {each.text}" for each in answered.refusals())
    stage.account.expect(
        answered.status == "accepted", f"{what} is accepted", told or answered.status
    )
