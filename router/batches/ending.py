"""How a batch ends: done, cancelled, failed, or answered before. One transaction each, then the receipt goes out."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg
import structlog
from psycopg.errors import UniqueViolation

from adapters import Adapter, adapter_for
from contracts.batches import Status
from contracts.reasons import Reason, Rule
from registry_store.batches import ending
from registry_store.batches.progress import progress
from registry_store.batches.repeating import KnownBatch
from registry_store.batches.running import OpenBatch
from registry_store.dead_letters import bury
from router.batches.publishing import BatchPublisher
from router.batches.receipts import (
    envelope_of,
    progress_publication,
    receipt_of,
    receipt_publication,
)
from router.killpoints import reached
from router.pipeline.reading import content_hash

log = structlog.get_logger()

#: Before this the relay leaves a receipt to the splitter.
_PUBLISH_SECONDS = 15.0
_LAST_EVENT = 1_000_000

#: Called in the transaction in which a batch ends, while nothing of it can be decided any more. What it returns
#: stands in the receipt too.
AtEnd = Callable[[psycopg.Connection, OpenBatch, Status], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Endings:
    """Ends batches. `at_end`: what else is to be done then."""

    publisher: BatchPublisher
    adapters: tuple[Adapter, ...]
    hub_key: bytes
    at_end: Sequence[AtEnd] = ()

    def done(self, connection: psycopg.Connection, batch: OpenBatch) -> None:
        """Every row is answered."""
        self._end(connection, batch, "done", None, ())

    def cancelled(self, connection: psycopg.Connection, batch: OpenBatch) -> None:
        """Rows that were decided stand and are answered."""
        text = "cancelled before its end: the rows that are not answered were not looked at"
        self._end(connection, batch, "cancelled", text, (Reason(Rule.BATCH_03, text),))

    def failed(
        self,
        connection: psycopg.Connection,
        batch: OpenBatch,
        reasons: Sequence[Reason],
        *,
        beside: bool = False,
    ) -> None:
        """The file as a whole cannot be used. `beside`: its receipt is not to stand under its message id."""
        self._end(connection, batch, "failed", None, reasons, beside=beside)

    def broke_the_hub(
        self, connection: psycopg.Connection, batch: OpenBatch, error: Exception
    ) -> None:
        """A bug: the file is kept, its sender is told."""
        trace = "".join(traceback.format_exception(error))[-4_000:]
        row = bury(
            connection,
            lane=f"{batch.header.door}.bulk",
            sender=batch.sender,
            message_id=batch.message_id or None,
            media_type=batch.header.media_type,
            body=b"",
            cause=type(error).__name__,
            detail=trace,
            headers={"batch": batch.id},
        )
        log.error("split.dead_letter", row=row, batch=batch.id, cause=type(error).__name__)
        text = f"the hub failed on this file and keeps it as dead letter {row}"
        self.failed(connection, batch, (Reason(Rule.MSG_14, text),), beside=True)

    def answered(self, connection: psycopg.Connection, batch: OpenBatch, known: KnownBatch) -> None:
        """The same file again, and nothing has touched its records since: the first receipt once more."""
        assert known.receipt is not None
        with connection.transaction():
            if not ending.hold_open(connection, batch.row):
                return
            ending.owe_receipt(connection, known.row, _PUBLISH_SECONDS)
            cause = (
                f"known already: answered by the receipt of {known.batch or 'the first message'}"
            )
            ending.close(connection, batch.row, "done", cause, batch.message_id)
        self._tell(connection, batch, known.row, known.receipt)

    def _end(
        self,
        connection: psycopg.Connection,
        batch: OpenBatch,
        status: Status,
        cause: str | None,
        reasons: Sequence[Reason],
        *,
        beside: bool = False,
    ) -> None:
        beside = beside or not batch.message_id or batch.header.policy.dry_run
        try:
            receipt = self._store(connection, batch, status, cause, reasons, beside=beside)
        except UniqueViolation:  # a single message took the id meanwhile
            receipt = self._store(connection, batch, status, cause, reasons, beside=True)
        if receipt is not None:
            reached("split.after_end")
            self._tell(connection, batch, batch.row, receipt)
            log.info("split.batch_ended", batch=batch.id, sender=batch.sender, status=status)

    def _store(
        self,
        connection: psycopg.Connection,
        batch: OpenBatch,
        status: Status,
        cause: str | None,
        reasons: Sequence[Reason],
        *,
        beside: bool,
    ) -> bytes | None:
        """The receipt as it is stored; None where the batch has ended already."""
        with connection.transaction():
            if not ending.hold_open(connection, batch.row):
                return None
            found = [
                *ending.reasons_of(connection, batch.row),
                *(each.as_json() for each in reasons),
            ]
            sums = ending.sums_of(connection, batch.row)
            more: dict[str, Any] = {}
            for act in self.at_end:
                more |= act(connection, batch, status)
            receipt = receipt_of(batch, sums, found, self.hub_key, more)
            stored = _stored(batch, status, cause, found, receipt, beside=beside)
            ending.store_ending(
                connection,
                batch.row,
                stored,
                own_message_id=batch.message_id,
                sender=batch.sender,
                door=batch.header.door,
                media_type=batch.header.media_type,
                received_at=batch.received_at,
                reasons=found,
                publish_after_seconds=_PUBLISH_SECONDS,
            )
            reached("split.before_end")
        return receipt

    def _tell(
        self, connection: psycopg.Connection, batch: OpenBatch, message: int, receipt: bytes
    ) -> None:
        """Receipt and last progress to the partner's queue; what does not get there is left to the relay."""
        adapter = adapter_for(self.adapters, batch.header.media_type) or self.adapters[0]
        if self.publisher.to_partner(receipt_publication(batch.sender, receipt, adapter)):
            ending.receipt_paid(connection, message)
        for each in progress(connection, batch.id):
            self.publisher.to_partner(progress_publication(batch.sender, each, _LAST_EVENT))


def _stored(
    batch: OpenBatch,
    status: Status,
    cause: str | None,
    found: Sequence[Mapping[str, Any]],
    receipt: bytes,
    *,
    beside: bool,
) -> ending.Ending:
    """What stands under the message id; beside it under the batch's own."""
    errors = (each["text"] for each in found if each["severity"] == "error")
    return ending.Ending(
        status,
        cause or (next(errors, None) if status == "failed" else None),
        f"{batch.message_id}/batch/{batch.id}" if beside else batch.message_id,
        0 if beside else batch.run,
        content_hash(envelope_of(batch), batch.digest or b""),
        orjson.loads(receipt)["status"],
        receipt,
    )
