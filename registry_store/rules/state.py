"""The state that a group of items is decided over; each accepted change is seen by the next item."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from contracts.changes import Key, Record, RecordChange, SourceSeen
from registry_store.rules.memberships import Memberships


@dataclass(slots=True)
class State:
    """Loaded records, who holds which key, whose reference names what.

    `keys` lists the live holders of a key with their ranks. `live_of` gives up to 101 ids of live assets
    and active market units of an organisation (loaded for those that are held for change).
    `memberships` are those of the units that are held for change, and of the assets that are held.
    """

    records: dict[str, Record] = field(default_factory=dict)
    keys: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    refs: dict[tuple[str, str], str] = field(default_factory=dict)
    live_of: dict[str, list[str]] = field(default_factory=dict)
    memberships: Memberships = field(default_factory=Memberships)

    def record(self, kind: str, id: str | None) -> Record | None:
        found = self.records.get(id) if id is not None else None
        return found if found is not None and found.kind == kind else None

    def addressed(self, kind: str, address: Any, party: str) -> Record | None:
        """The record that a command names, by id or by the sender's own reference."""
        if isinstance(address, str):
            return self.record(kind, address)
        return self.record(kind, self.refs.get((address.party or party, address.ref)))

    def holders(self, key: Key, most: int | None = None) -> list[Record]:
        """Live records with this key, of the first `most` that were found. A holder that was deregistered
        meanwhile holds nothing.
        """
        held_by = self.keys.get((key.scheme, key.value))
        if not held_by:
            return []
        records = (self.records.get(id) for id in islice(held_by, most))
        return [record for record in records if record is not None and record.is_live]

    def shared(self, keys: Iterable[Key]) -> tuple[Key, ...]:
        """Those that some record holds, or held: most new assets share none with any other."""
        return tuple([key for key in keys if (key.scheme, key.value) in self.keys])

    def next_rank(self, key: Key) -> int:
        """0 for a strong key: one holder. For a weak one, the rank after the highest that was seen."""
        if key.is_strong:
            return 0
        ranks = self.keys.get((key.scheme, key.value))
        return max(ranks.values(), default=-1) + 1 if ranks else 0

    def apply(self, change: RecordChange) -> Record:
        """Let the items that follow see this change: the record as it is after it."""
        before = self.records.get(change.id)
        if before is None or change.is_current:
            slice_ = (change.valid_from, change.version, change.content)
            record = Record(
                change.kind,
                change.id,
                change.version,
                change.content,
                change.valid_from,
                change.row,
                {} if before is None else before.revisions,
                (slice_,) if before is None else (*before.slices, slice_),
                change.audience_after,
            )
            self.records[change.id] = record
            if self.live_of:
                self._count_live(record)
        else:
            record = before
            record.version = change.version
            record.slices = (*record.slices, (change.valid_from, change.version, change.content))
        for key in change.keys_removed:
            self.keys.get((key.scheme, key.value), {}).pop(change.id, None)
        for key, rank in change.keys_added:
            self.keys.setdefault((key.scheme, key.value), {})[change.id] = rank
            if key.scheme == "source" and "source" in change.content:
                record.revisions[key.value] = change.content["source"]["revision"]
        for ref in change.refs_added:
            self.refs[ref] = change.id
        if change.members is not None:
            self.memberships.replace(change.id, change.members)
        return record

    def _count_live(self, record: Record) -> None:
        for organisation, live in self.live_of.items():
            counts = record.is_live and record.content.get("fsp") == organisation
            if counts and record.id not in live:
                live.append(record.id)
            elif not counts and record.id in live:
                live.remove(record.id)

    def note(self, seen: SourceSeen) -> None:
        record = self.records.get(seen.record)
        if record is not None:
            record.revisions[seen.identity] = seen.revision
