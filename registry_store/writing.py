"""Write: everything that a group decided, in one transaction and set by set.

The order is fixed, inserts are sorted by unique key (whose columns come first in the lines of a table, so
that they sort as the lines do), and the log is appended last: only the append and the commit happen under
the append lock.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from contracts.changes import RecordChange, SourceSeen
from registry_store.anchor_writing import AnchorRows
from registry_store.array_text import number_array, text_array
from registry_store.batches.chunks import DecidedChunk, write_decided
from registry_store.change_log import Appended, append
from registry_store.copying import copy_lines, copy_rows, text_field
from registry_store.member_writing import MemberRows
from registry_store.tables import KEY_BLOCK
from registry_store.version_writing import Origin, VersionRows


class RowBlocks:
    """Internal row keys, drawn from the database a block at a time (hi/lo)."""

    def __init__(self) -> None:
        self._next = self._end = 0

    def take(self, connection: psycopg.Connection) -> int:
        if self._next == self._end:
            row = connection.execute("SELECT nextval('row_block')").fetchone()
            assert row is not None
            self._end = row[0]
            self._next = self._end - KEY_BLOCK
        self._next += 1
        return self._next


@dataclass(slots=True)
class WriteSet:
    """What a group will write. Filled while deciding, flushed once.

    `row_of` gives the internal row of a loaded record (or of one made earlier in the group).
    """

    new_row: Callable[[], int]
    anchors: AnchorRows = field(default_factory=AnchorRows)
    versions: VersionRows = field(default_factory=VersionRows)
    #: (scheme, value, row of the holder) -> [rank, revision]
    keys: dict[tuple[str, str, int], list[Any]] = field(default_factory=dict)
    keys_gone: dict[tuple[str, str, int], None] = field(default_factory=dict)
    revisions: dict[tuple[str, int], str] = field(default_factory=dict)
    refs: dict[tuple[str, str], int] = field(default_factory=dict)
    members: MemberRows = field(default_factory=MemberRows)
    bodies: list[tuple[Any, ...]] = field(default_factory=list)
    messages: list[tuple[Any, ...]] = field(default_factory=list)
    receipts_due: list[tuple[Any, ...]] = field(default_factory=list)
    scheduled: list[tuple[Any, ...]] = field(default_factory=list)
    scheduled_done: list[tuple[int, str]] = field(default_factory=list)
    chunks: list[DecidedChunk] = field(default_factory=list)

    def add(
        self, change: RecordChange, row: int | None, fsp_row: int | None, origin: Origin
    ) -> int:
        """Take in one accepted change. `row`: the record's, None if it is new; `fsp_row`: that of its
        FSP, where that was loaded. Returns the record's row.
        """
        is_new = row is None
        row = self.new_row() if row is None else row
        self.anchors.take(change, row, fsp_row, is_new=is_new)
        self.versions.take(change, row, origin)
        self._found_by(change, row)
        return row

    def _found_by(self, change: RecordChange, row: int) -> None:
        revision = change.content.get("source", {}).get("revision")
        for key in change.keys_removed:
            if self.keys.pop((key.scheme, key.value, row), None) is None:
                self.keys_gone[(key.scheme, key.value, row)] = None
        for key, rank in change.keys_added:
            self.keys[(key.scheme, key.value, row)] = [
                rank,
                revision if key.scheme == "source" else None,
            ]
        for ref in change.refs_added:
            self.refs[ref] = row

    def saw(self, seen: SourceSeen, row: int) -> None:
        """A source stated a line again: its revision is the newest now."""
        held = self.keys.get(("source", seen.identity, row))
        if held is not None:
            held[1] = seen.revision
        else:
            self.revisions[(seen.identity, row)] = seen.revision

    def render(self) -> None:
        """Work out what is written; `flush` does it where it was not done before."""
        self.versions.render()

    def flush(self, connection: psycopg.Connection) -> Appended | None:
        """Write everything; the caller commits at once after it."""
        self.render()
        copy_rows(connection, "message_body (row, body)", self.bodies)
        copy_rows(
            connection,
            "message (row, sender, message_id, run, content_hash, received_at, door, media_type, "
            "status, receipt, body)",
            sorted(self.messages, key=lambda m: (m[1], m[2])),
        )
        write_decided(connection, self.chunks)
        copy_rows(connection, "receipt_due (message)", self.receipts_due)
        copy_rows(
            connection,
            "scheduled_command (row, due_at, message, sender, on_behalf_of, item, place, command, payload)",
            self.scheduled,
        )
        self._write_scheduled_done(connection)
        self._write_keys(connection)
        copy_lines(
            connection,
            "record_ref (party, ref, record)",
            sorted(
                [
                    f"{text_field(party)}\t{text_field(ref)}\t{row}"
                    for (party, ref), row in self.refs.items()
                ]
            ),
        )
        self.anchors.write(connection)
        self.members.write(connection)
        copy_lines(
            connection,
            "record_version (record, version, valid_from, content, salt)",
            self.versions.lines,
        )
        leaves, entries = self.versions.leaves, self.versions.entries
        return append(connection, leaves, entries) if leaves else None

    def _write_keys(self, connection: psycopg.Connection) -> None:
        if self.keys_gone:
            schemes, values, rows = zip(*self.keys_gone, strict=True)
            connection.execute(
                "DELETE FROM record_key k USING unnest(%s::text[], %s::text[], %s::bigint[]) AS gone (scheme, value, record) "
                "WHERE k.scheme = gone.scheme AND k.value = gone.value AND k.record = gone.record",
                (text_array(schemes), text_array(values), number_array(rows)),
            )
        copy_lines(
            connection,
            "record_key (scheme, value, rank, record, revision)",
            sorted(
                [
                    f"{scheme}\t{text_field(value)}\t{rank}\t{row}\t{text_field(revision)}"
                    for (scheme, value, row), (rank, revision) in self.keys.items()
                ]
            ),
        )
        if self.revisions:
            values, rows = zip(*self.revisions, strict=True)
            connection.execute(
                "UPDATE record_key k SET revision = seen.revision "
                "FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS seen (value, record, revision) "
                "WHERE k.scheme = 'source' AND k.value = seen.value AND k.record = seen.record "
                "AND (k.revision IS NULL OR k.revision < seen.revision)",
                (text_array(values), number_array(rows), text_array(self.revisions.values())),
            )

    def _write_scheduled_done(self, connection: psycopg.Connection) -> None:
        if self.scheduled_done:
            connection.execute(
                "UPDATE scheduled_command s SET outcome = done.outcome, decided_at = now() "
                "FROM unnest(%s::bigint[], %s::text[]) AS done (row, outcome) WHERE s.row = done.row",
                (
                    number_array([row for row, _ in self.scheduled_done]),
                    text_array([outcome for _, outcome in self.scheduled_done]),
                ),
            )
