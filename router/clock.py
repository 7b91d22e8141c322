"""The clock: what happens because time passes. One leader at a time, by an advisory lock.

Each duty is a function that is called every beat, does what is due and says how much that was.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import structlog

from adapters import adapter_for, strict_json
from contracts.messages import Decoded, Envelope, Item
from registry_store.batches.uploading import forget_uploads
from registry_store.checkpoints import make_checkpoint
from registry_store.database import Database
from registry_store.faults import Transient
from registry_store.leadership import leads
from registry_store.processes import BEAT_SECONDS, Heartbeat
from registry_store.scheduled import DueCommand, due_commands
from router.bootstrap import Language
from router.killpoints import reached
from router.pipeline.pipeline import Pipeline
from router.pipeline.reading import Reading, read_item

log = structlog.get_logger()

LEADER_LOCK = 7_305_004
#: Partitions of the change log that are kept ready ahead of its head.
_PARTITIONS_AHEAD = 2
_SCHEDULED_AT_ONCE = 500

Duty = Callable[[psycopg.Connection, datetime], int]


@dataclass(frozen=True)
class Scheduled:
    """Decide the commands whose hour has come, through the same pipeline as everything else.

    The answer is a message of its own, `<message id>/scheduled/<item>`: decided once, whatever crashes,
    and its receipt is left to the relay.
    """

    pipeline: Pipeline
    language: Language

    def __call__(self, connection: psycopg.Connection, now: datetime) -> int:
        self.language.live.renew(connection)
        due = due_commands(connection, now, limit=_SCHEDULED_AT_ONCE)
        reached("clock.before_decide")
        self.pipeline.decide([self._reading(command, now) for command in due])
        return len(due)

    def _reading(self, due: DueCommand, now: datetime) -> Reading:
        body = due.payload.encode()
        payload, reasons = strict_json.read(body, self.language.limits)
        item = Item(due.item, due.place, due.command, payload or {}, reasons)
        adapter = adapter_for(self.language.adapters, due.media_type) or self.language.adapters[0]
        message_id = f"{due.message_id}/scheduled/{due.item}"
        envelope = Envelope(
            message_id=message_id,
            sender=due.sender,
            media_type=due.media_type,
            body=body,
            received_at=now,
            on_behalf_of=due.on_behalf_of,
            door="clock",
        )
        digest = hashlib.sha256(body)
        return Reading(
            envelope,
            adapter,
            Decoded(),
            message_id,
            due.on_behalf_of,
            digest.hexdigest(),
            digest.digest(),
            (read_item(item, adapter),),
            scheduled_row=due.row,
            cause=f"scheduled:{due.message_id}",
        )


def extend_change_log(connection: psycopg.Connection, _now: datetime) -> int:
    """Make the partitions that the next positions need."""
    row = connection.execute("SELECT extend_change_log(%s)", (_PARTITIONS_AHEAD,)).fetchone()
    return int(row[0]) if row else 0


def forget_silent_uploads(connection: psycopg.Connection, _now: datetime) -> int:
    """End the uploads that nobody goes on with. Few are open at any time."""
    return forget_uploads(connection)


@dataclass(frozen=True)
class Checkpoints:
    """Sign the head of the log every so often."""

    hub_key: bytes
    every_seconds: float = 60.0

    def __call__(self, connection: psycopg.Connection, _now: datetime) -> int:
        return make_checkpoint(connection, self.hub_key, every_seconds=self.every_seconds)


class Clock:
    """Runs the duties every beat while it is the leader; a second clock waits for the lock."""

    def __init__(self, database: Database, duties: Sequence[tuple[str, Duty]]) -> None:
        self._database = database
        self._duties = duties
        self._heartbeat = Heartbeat(database, "clock")

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Whatever fails is said and tried again at the next beat."""
        connection: psycopg.Connection | None = None
        while not stop.is_set():
            began = time.monotonic()
            try:
                if connection is None or connection.closed:
                    connection = self._database.dedicated()
                self._heartbeat.beat()
                if leads(connection, LEADER_LOCK):
                    self._beat(connection)
            except (Transient, psycopg.Error) as error:
                log.warning("clock.paused", cause=type(error).__name__, detail=str(error)[:200])
                _drop(connection)
                connection = None
            except Exception:
                log.exception("clock.failed")
                _drop(connection)
                connection = None
            stop.wait(max(0.0, BEAT_SECONDS - (time.monotonic() - began)))
        if connection is not None:
            connection.close()
        try:
            self._heartbeat.stop()
        except Exception as error:  # noqa: BLE001 - leaving must not fail
            log.info("clock.left_without_word", cause=type(error).__name__)

    def _beat(self, connection: psycopg.Connection) -> None:
        now = datetime.now(UTC)
        for name, duty in self._duties:
            done = duty(connection, now)
            if done:
                log.info("clock.duty_done", duty=name, count=done)


def _drop(connection: psycopg.Connection | None) -> None:
    if connection is not None:
        connection.close()
