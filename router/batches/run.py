"""One batch from its first byte to its receipt: cut, handed over chunk by chunk, awaited, ended.

Whatever ends the process, the next one goes on: the file is cut again from its start, chunks that are there
are skipped, and those undecided are handed over once more.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from adapters.cutting import Cutter
from contracts.batches import ENDS, MOST_ROWS_AT_ONCE
from contracts.reasons import Reason, Rule, has_errors
from registry_store.batches import running
from registry_store.batches.chunks import add_chunk
from registry_store.batches.ending import reasons_of
from registry_store.batches.progress import progress
from registry_store.batches.repeating import known_batch
from registry_store.batches.running import Going, OpenBatch
from router.batches.ending import Endings
from router.batches.expanding import FileBroken
from router.batches.opening import Bounds, Opened, cutter_of, head_of, open_file
from router.batches.parts import Interrupted
from router.batches.publishing import BatchPublisher
from router.batches.receipts import progress_publication
from router.batches.references import ChunkReference, publication
from router.killpoints import reached
from router.references import content_message_id

#: Chunks of one batch that are handed over and not decided.
OUTSTANDING = 8
_LOOK_SECONDS, _PAUSED_SECONDS = 0.03, 0.2
#: Between notes of how far it is, between events to its sender, and the silence after which chunks are handed
#: over once more.
_NOTE_SECONDS, _EVENT_SECONDS, _SILENCE_SECONDS = 2.0, 10.0, 10.0


class Cancelled(Exception):
    """Its sender or the operator wants no more of it."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the batches of a splitter share."""

    publisher: BatchPublisher
    endings: Endings
    bounds: Bounds


class Run:
    """One batch, on a thread and a connection of its own."""

    def __init__(
        self,
        connection: psycopg.Connection,
        batch: OpenBatch,
        lane: int,
        around: Surroundings,
        stop: threading.Event,
    ) -> None:
        self._connection = connection
        self._batch = batch
        self._lane = lane
        self._around = around
        self._stop = stop
        self._decided = self._published = 0
        self._opened: Opened | None = None
        self._moved_at = self._noted_at = self._told_at = time.monotonic()
        self._tried_at, self._events = 0.0, 0

    @property
    def batch(self) -> OpenBatch:
        """As far as it is known by now."""
        return self._batch

    def __call__(self) -> None:
        """Until the batch has ended. Raises Interrupted, database errors, and what is a bug."""
        endings, batch = self._around.endings, self._batch
        try:
            self._attend()
            cutter = cutter_of(batch, endings.adapters)
            if isinstance(cutter, Reason):
                endings.failed(self._connection, batch, (cutter,))
            elif batch.rows is None:
                self._cut_and_finish(cutter)
            else:
                running.set_status(self._connection, batch.row, "running")
                self._finish(batch.rows)
        except Cancelled:
            endings.cancelled(self._connection, self._batch)

    def _cut_and_finish(self, cutter: Cutter) -> None:
        try:
            opened = open_file(
                self._connection, self._batch, cutter, self._around.bounds, self._wait_for_part
            )
        except FileBroken as broken:
            self._around.endings.failed(self._connection, self._batch, (broken.reason,))
            return
        self._opened = opened
        try:
            if self._begin(opened):
                self._finish(self._cut(opened))
        finally:
            opened.close()

    def _begin(self, opened: Opened) -> bool:
        """Take the head; False where the batch ends with it."""
        batch, endings, connection = self._batch, self._around.endings, self._connection
        if batch.head is not None:
            running.set_status(connection, batch.row, "running")
            return True
        digest = batch.digest
        assert digest is not None, "a file is not begun before its digest is known"
        message_id = (
            batch.header.message_id
            or opened.cut.head.message_id
            or content_message_id(digest.hex(), batch.header.statement_date)
        )
        head, reasons = head_of(batch, opened.cut, message_id)
        policy = batch.header.policy
        known = known_batch(
            connection, batch.sender, message_id, digest, policy=policy, before_row=batch.row
        )
        number = 0 if known is None else known.run + 1
        self._batch = batch = batch._replace(message_id=message_id, run=number, head=head)
        if known is not None and known.standing == "reused":
            text = f"the message id {message_id[:100]} was used before with other content; nothing of this one was done"
            endings.failed(connection, batch, (*reasons, Reason(Rule.MSG_05, text)), beside=True)
        elif known is not None and known.standing == "answered":
            endings.answered(connection, batch, known)
        elif known is not None and known.standing == "underway":
            raise Interrupted("the same file is under way: its answer is this one's too")
        elif has_errors(reasons):
            endings.failed(connection, batch, reasons)
        else:
            said = [each.as_json() for each in reasons]
            kept = {**head, "reasons": said, "chunk_rows": self._around.bounds.cut.rows}
            self._batch = batch._replace(head=kept)
            running.begin(connection, batch.row, message_id=message_id, run=number, head=kept)
            reached("split.after_head")
            return True
        return False

    def _cut(self, opened: Opened) -> int:
        """Rows of the file. Keeps few chunks ahead of their decision, unless they are decided at once."""
        batch, number, next_item = self._batch, 0, 1
        there = running.going(self._connection, batch.row, decided=0).cut
        reasons: list[Reason] = []
        try:
            for excerpt in opened.cut.excerpts:
                number += 1
                if number > there:
                    self._wait_for_room(number)
                    add_chunk(
                        self._connection,
                        batch.row,
                        number,
                        first_item=next_item,
                        rows=excerpt.rows,
                        said=excerpt.said,
                        body=excerpt.body,
                    )
                    reached("split.after_chunk")
                    if not self._at_once:
                        self._hand_over(number)
                next_item += excerpt.rows
                if self._at_once and next_item - 1 > MOST_ROWS_AT_ONCE:
                    break
        except FileBroken as broken:
            reasons.append(broken.reason)
        rows = next_item - 1
        reasons += opened.cut.reasons
        found = [*_json_of(batch.head), *(each.as_json() for each in reasons)]
        running.mark_cut(self._connection, batch.row, rows=rows, reasons=found)
        self._batch = batch._replace(rows=rows)
        reached("split.after_cut")
        return rows

    def _finish(self, rows: int) -> None:
        endings, batch, connection = self._around.endings, self._batch, self._connection
        if self._at_once:
            if rows > MOST_ROWS_AT_ONCE:
                text = f"all or nothing is for {MOST_ROWS_AT_ONCE} rows at most: send the file in parts, or without it"
                endings.failed(connection, batch, (Reason(Rule.BATCH_01, text),))
                return
            found = reasons_of(connection, batch.row)
            if any(each["severity"] == "error" for each in found):
                endings.failed(connection, batch, ())
                return
        while (going := self._attend()).decided < going.cut:
            self._pause(_LOOK_SECONDS)
        endings.done(connection, batch)

    @property
    def _at_once(self) -> bool:
        return self._batch.header.policy.accept == "all_or_nothing"

    def _wait_for_room(self, number: int) -> None:
        while number - self._attend().decided > OUTSTANDING and not self._at_once:
            self._pause(_LOOK_SECONDS)

    def _wait_for_part(self, number: int) -> bool:
        going = self._attend()
        if going.is_whole:
            found = self._connection.execute(
                "SELECT 1 FROM batch_part WHERE batch = %s AND number = %s",
                (self._batch.row, number),
            ).fetchone()
            return found is not None
        self._pause(_LOOK_SECONDS)
        return True

    def _hand_over(self, number: int) -> None:
        """Say on the partner's lane that its chunks may be decided up to this one. What the broker did not take
        is said again with the next look.
        """
        reference = publication(self._batch.sender, ChunkReference(self._batch.row, number))
        self._tried_at = time.monotonic()
        if self._around.publisher.to_lane(reference, sender=self._batch.sender, lane=self._lane):
            self._published = number
        reached("split.after_publish")

    def _attend(self) -> Going:
        """How it stands. Holds while it is to pause; hands over again what seems lost.

        Raises Interrupted and Cancelled.
        """
        while True:
            if self._stop.is_set():
                raise Interrupted("the splitter stops")
            going = running.going(self._connection, self._batch.row, decided=self._decided)
            if going.status in ENDS:
                raise Interrupted("it has ended")
            if going.wish == "cancel":
                raise Cancelled
            if going.wish == "run":
                break
            if going.status != "paused":
                running.set_status(self._connection, self._batch.row, "paused")
            self._pause(_PAUSED_SECONDS)
        if going.status == "paused" and self._batch.head is not None:
            running.set_status(self._connection, self._batch.row, "running")
            self._published, self._tried_at = 0, 0.0
        self._look_after(going)
        return going

    def _look_after(self, going: Going) -> None:
        now = time.monotonic()
        if going.decided > self._decided:
            self._decided, self._moved_at = going.decided, now
        waits = going.decided < going.cut and not (self._at_once and self._batch.rows is None)
        is_silent = now - self._moved_at > _SILENCE_SECONDS or self._published < going.cut
        if waits and is_silent and now - self._tried_at > _NOTE_SECONDS:
            self._moved_at = now
            self._hand_over(going.cut)
        if self._opened is not None and now - self._noted_at > _NOTE_SECONDS:
            self._noted_at = now
            if self._opened.stream is not None:
                running.note_bytes_cut(
                    self._connection, self._batch.row, self._opened.stream.bytes_read
                )
        if now - self._told_at > _EVENT_SECONDS:
            self._told_at, self._events = now, self._events + 1
            for each in progress(self._connection, self._batch.id):
                event = progress_publication(self._batch.sender, each, self._events)
                self._around.publisher.to_partner(event)

    def _pause(self, seconds: float) -> None:
        self._stop.wait(seconds)


def _json_of(head: Mapping[str, Any] | None) -> list[Any]:
    return list((head or {}).get("reasons", ()))
