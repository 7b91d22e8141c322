"""Write: versions of records, and the entries of the log that say how they came about."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from contracts.canonical import canonical_json, content_hash
from contracts.changes import RecordChange
from registry_store.change_log import Occasion, leaf_and_line
from registry_store.copying import bytes_field, json_field, time_field

_SALT_BYTES = 16


class Origin(NamedTuple):
    """Where a change came from: message, item, and who acted for whom."""

    actor: str
    principal: str
    message_row: int
    message_id: str
    item: int
    cause: str | None = None


@dataclass(slots=True)
class VersionRows:
    """What a group adds to `record_version` and to the log, in the order in which it was accepted."""

    #: Lines of `record_version`.
    lines: list[str] = field(default_factory=list)
    #: Of the log's entries: leaves, and lines of `change` but for position and time.
    leaves: list[bytes] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    #: What is still to be rendered: changes, rows of their records, and where they came from.
    taken: list[tuple[RecordChange, int, Origin]] = field(default_factory=list)

    def take(self, change: RecordChange, row: int, origin: Origin) -> None:
        self.taken.append((change, row, origin))

    def render(self) -> None:
        """Lines and entries of what was taken. Step by step for all, not change by change: a processor goes
        through the same few functions a thousand times in two thirds of the time that it needs to go through
        all of them for each change.
        """
        if not self.taken:
            return
        contents = [canonical_json(change.content) for change, _, _ in self.taken]
        salts = _salts(len(contents))
        hashes = [*map(content_hash, salts, contents)]
        self.lines += [
            f"{row}\t{change.version}\t{time_field(change.valid_from)}\t{json_field(content.decode())}\t"
            f"{bytes_field(salt)}"
            for (change, row, _), content, salt in zip(self.taken, contents, salts, strict=True)
        ]
        occasions = [_occasion(change, origin) for change, _, origin in self.taken]
        entries = [
            leaf_and_line(row, change.id, change.version, origin.item, hash_, occasion)
            for (change, row, origin), hash_, occasion in zip(
                self.taken, hashes, occasions, strict=True
            )
        ]
        self.leaves += [leaf for leaf, _ in entries]
        self.entries += [line for _, line in entries]
        self.taken.clear()


def _salts(count: int) -> Sequence[bytes]:
    """Random salts, drawn from the system at once."""
    block = os.urandom(_SALT_BYTES * count)
    return [block[start : start + _SALT_BYTES] for start in range(0, len(block), _SALT_BYTES)]


def _occasion(change: RecordChange, origin: Origin) -> Occasion:
    before = change.audience_before
    return Occasion(
        change.event,
        change.material,
        origin.actor,
        origin.principal,
        origin.message_row,
        origin.message_id,
        origin.cause,
        change.valid_from,
        None if before is None else before.as_text(),
        change.audience_after.as_text(),
    )
