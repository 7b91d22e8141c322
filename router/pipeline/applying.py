"""Apply what was accepted: into the state that the next item sees, and into the write set.

When the items of a message are decided, what follows from them is applied too: a market unit whose member
changed gets one version for all of the message, not one for each member.
"""

from collections.abc import Iterable
from datetime import datetime

from contracts.changes import Membership, Record, RecordChange, SourceSeen
from registry_store.member_writing import MemberRow
from registry_store.rules.decision import Setting
from registry_store.rules.market_unit_follow_up import follow_up, units_concerned
from registry_store.rules.state import State
from registry_store.version_writing import Origin
from registry_store.writing import WriteSet


class Applying:
    """The accepted changes of one message."""

    def __init__(self, state: State, writes: WriteSet, setting: Setting) -> None:
        self._state = state
        self._writes = writes
        self._setting = setting
        #: Market unit -> since when it is to be looked at again, and because of what.
        self._concerned: dict[str, tuple[datetime, Origin]] = {}

    def take(self, changes: tuple[RecordChange, ...], origin: Origin) -> None:
        """The changes of one item, in their order."""
        setting = self._setting
        for change in changes:
            known = self._state.records.get(change.id)
            was = None if known is None else known.content
            self._apply(change, known, origin)
            for unit, since in units_concerned(
                change, was, self._state, setting.now, setting.catalogue
            ):
                cause = origin._replace(cause=f"{change.event}:{change.id}")
                self.look_at(unit, since, cause)

    def look_at(self, unit: str, since: datetime, origin: Origin) -> None:
        """Something happened that may make a market unit another, from that time on."""
        known = self._concerned.get(unit, (since, origin))
        self._concerned[unit] = (max(known[0], since), known[1])

    def note(self, seen: tuple[SourceSeen, ...]) -> None:
        """What sources were seen to state again."""
        for each in seen:
            record = self._state.records[each.record]
            assert record.row is not None
            self._state.note(each)
            self._writes.saw(each, record.row)

    def follow_up(self) -> list[RecordChange]:
        """The versions that market units get because of the message, in the order of their ids."""
        made = []
        for unit, (since, origin) in sorted(self._concerned.items()):
            known = self._state.records[unit]
            change = follow_up(
                known, since, self._state, self._setting.now, self._setting.catalogue
            )
            if change is not None:
                self._apply(change, known, origin)
                made.append(change)
        self._concerned.clear()
        return made

    def _apply(self, change: RecordChange, known: Record | None, origin: Origin) -> None:
        """`known`: the record as it is before the change."""
        state = self._state
        fsp = state.records.get(change.content.get("fsp", ""))
        row = self._writes.add(
            change,
            known.row if known is not None else None,
            fsp.row if fsp is not None else None,
            origin,
        )
        before = [] if change.members is None else list(state.memberships.of_unit(change.id))
        state.apply(change).row = row
        if change.members is not None:
            self._writes.members.replace(self._rows(before), self._rows(change.members))

    def _rows(self, members: Iterable[Membership]) -> list[MemberRow]:
        records = self._state.records
        rows = []
        for membership in members:
            unit, asset = records[membership.unit].row, records[membership.asset].row
            assert unit is not None
            assert asset is not None
            rows.append((unit, asset, membership.valid_from, membership.valid_to))
        return rows
