"""The dates of market units' members, when they come: a duty of the clock.

A membership that begins or ends by itself makes other totals, and lets other operators see the unit. The
version that follows is the hub's own doing, in a message of its own with no sender but the hub.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg

from contracts.canonical import canonical_json
from contracts.changes import RecordChange
from contracts.identifiers import derive_public_id
from contracts.receipts import Outcome, receipt, timestamp
from registry_store.genesis import HUB_PARTNER
from registry_store.loading import load
from registry_store.member_loading import units_with_dates_due
from registry_store.messages import senders
from registry_store.rules.decision import Needs, Setting
from registry_store.rules.market_unit_follow_up import last_date
from registry_store.version_writing import Origin
from registry_store.writing import RowBlocks, WriteSet
from router.bootstrap import Language
from router.pipeline.applying import Applying

#: A transaction that took a time before this for its now has been committed or has failed by now.
_STILL_COMING_IN = timedelta(minutes=2)
_UNITS_AT_ONCE = 20
_NOTHING = hashlib.sha256(b"").digest()


@dataclass
class MemberDates:
    """Looks at the units of which a date has come since the last beat; at all of them after a start."""

    language: Language
    hub_key: bytes
    _rows: RowBlocks = field(default_factory=RowBlocks)
    _looked_at: datetime | None = None

    def __call__(self, connection: psycopg.Connection, now: datetime) -> int:
        since = None if self._looked_at is None else self._looked_at - _STILL_COMING_IN
        due = units_with_dates_due(connection, since, now)
        setting = self.language.setting(now, self.hub_key)
        made = sum(
            self._follow(connection, due[start : start + _UNITS_AT_ONCE], setting)
            for start in range(0, len(due), _UNITS_AT_ONCE)
        )
        self._looked_at = now
        return made

    def _follow(self, connection: psycopg.Connection, units: list[str], setting: Setting) -> int:
        """One transaction, one message: its items are the units, numbered in their order."""
        now = setting.now
        with connection.transaction():
            state = load(connection, Needs(change=set(units)))
            writes = WriteSet(new_row=lambda: self._rows.take(connection))
            hub = senders(connection, [HUB_PARTNER])[HUB_PARTNER]
            message_id = f"market-unit-dates/{timestamp(now)}/{units[0]}"
            message_row = self._rows.take(connection)
            applying = Applying(state, writes, setting)
            for number, unit in enumerate(units, 1):
                if (date := last_date(unit, state.memberships, now)) is not None:
                    origin = Origin(hub, hub, message_row, message_id, number, cause="dates")
                    applying.look_at(unit, date, origin)
            if made := applying.follow_up():
                body = self._receipt(message_id, units, made, now)
                text = canonical_json(body).decode()
                writes.messages.append(
                    (message_row, HUB_PARTNER, message_id, 0, _NOTHING, now, "clock", "", body["status"], text, None)
                )  # fmt: skip
                writes.flush(connection)
        return len(made)

    def _receipt(
        self, message_id: str, units: list[str], made: list[RecordChange], now: datetime
    ) -> dict[str, Any]:
        outcomes = [
            Outcome(
                item=units.index(change.id) + 1,
                place="",
                status="accepted",
                command="market_unit.dates",
                id=change.id,
                version=change.version,
                event=change.event,
                material=change.material,
            )
            for change in made
        ]
        return receipt(
            receipt_id=derive_public_id(self.hub_key, "receipt", HUB_PARTNER, message_id),
            message_id=message_id,
            sender=HUB_PARTNER,
            on_behalf_of=None,
            received_at=now,
            payload_sha256=_NOTHING.hex(),
            outcomes=outcomes,
        )
