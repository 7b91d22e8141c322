"""The splitter: one leader, a thread for each batch that runs, one batch of a partner at a time.

Source: DESIGN.md section 5 (files).
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

import psycopg
import structlog

from registry_store.batches.running import OpenBatch, open_batches
from registry_store.database import Database
from registry_store.delivery_attempts import count_attempt, forget_attempts
from registry_store.faults import WORLD_MOVED, is_passing
from registry_store.leadership import leads
from registry_store.live_catalogue import Renew, nothing_new
from registry_store.partners import partner
from registry_store.processes import BEAT_SECONDS, Heartbeat
from router.batches.opening import may_begin
from router.batches.parts import Interrupted
from router.batches.run import Run, Surroundings

log = structlog.get_logger()

LEADER_LOCK = 7_305_012
ROLE = "split"
_LOOK_SECONDS = 0.1
#: Batches that run side by side, each of another partner.
_SIDE_BY_SIDE = 16
#: After a fault a batch rests for so long; and a splitter that ends so often over one place in a file gives it up.
_REST_SECONDS, _MOST_ATTEMPTS = 1.0, 10


class Splitter:
    """Any number may run; one leads. `renew`: brings what files are read with up to date."""

    def __init__(
        self, database: Database, around: Surroundings, renew: Renew = nothing_new
    ) -> None:
        self._database = database
        self._around = around
        self._renew = renew
        self._heartbeat = Heartbeat(database, ROLE)
        self._leads = threading.Event()
        self._runs: dict[int, threading.Thread] = {}
        self._rests: dict[int, float] = {}
        #: Counts that a lost connection kept from being forgotten: the process did not end over them.
        self._survived: set[str] = set()

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Whatever fails is said and tried again."""
        connection: psycopg.Connection | None = None
        beaten_at = 0.0
        while not stop.is_set():
            try:
                if connection is None or connection.closed:
                    connection = self._database.dedicated()
                if time.monotonic() - beaten_at > BEAT_SECONDS:
                    self._heartbeat.beat()
                    beaten_at = time.monotonic()
                if leads(connection, LEADER_LOCK):
                    self._look(connection, stop)
            except Exception as error:
                if not (isinstance(error, WORLD_MOVED) or is_passing(_cause(error))):
                    log.exception("split.failed")
                log.warning("split.paused", cause=type(error).__name__, detail=str(error)[:200])
                if connection is not None:
                    connection.close()
                stop.wait(_REST_SECONDS)
            stop.wait(_LOOK_SECONDS)
        self._end(connection)

    def _look(self, connection: psycopg.Connection, stop: threading.Event) -> None:
        """Start what may run and does not yet."""
        self._runs = {row: thread for row, thread in self._runs.items() if thread.is_alive()}
        batches = open_batches(connection)
        still_open = {each.row for each in batches}
        self._rests = {row: until for row, until in self._rests.items() if row in still_open}
        if not batches:
            return
        self._renew(connection)
        chosen = to_run(batches, lambda each: may_begin(each, self._around.endings.adapters))
        standing = {each.row for each in batches if each.wish == "pause"}
        for batch in chosen:
            # What is paused keeps its thread and its turn, and takes nobody else's place.
            if len(self._runs.keys() - standing) >= _SIDE_BY_SIDE:
                return
            rests = self._rests.get(batch.row, 0.0) > time.monotonic()
            if batch.row in self._runs or rests:
                continue
            found = partner(connection, batch.sender)
            lane = 0 if found is None else found.lane
            thread = threading.Thread(
                target=self._run, args=(batch, lane, stop), name=f"batch {batch.id}", daemon=True
            )
            self._runs[batch.row] = thread
            thread.start()

    def _run(self, batch: OpenBatch, lane: int, stop: threading.Event) -> None:
        """A thread's life: a batch that failed for a passing reason is begun anew after a rest."""
        try:
            with self._database.dedicated() as connection:
                self._counted(connection, batch, lane, stop)
        except Interrupted as interrupted:
            log.info("split.batch_left", batch=batch.id, cause=str(interrupted))
        except Exception as error:  # noqa: BLE001 - told apart: a fault passes, a bug has been answered by now
            is_fault = isinstance(error, WORLD_MOVED) or is_passing(_cause(error))
            log.log(
                logging.WARNING if is_fault else logging.ERROR,
                "split.batch_put_off",
                batch=batch.id,
                error=repr(error)[:300],
            )
        self._rests[batch.row] = time.monotonic() + _REST_SECONDS

    def _counted(
        self, connection: psycopg.Connection, batch: OpenBatch, lane: int, stop: threading.Event
    ) -> None:
        """A file over which the process ends again and again, at the same place, is given up."""
        found = connection.execute(
            "SELECT coalesce(max(number), 0) FROM batch_chunk WHERE batch = %s", (batch.row,)
        ).fetchone()
        name = f"{batch.id} cut at {found[0] if found else 0}"
        if name in self._survived:
            forget_attempts(connection, sender=batch.sender, message_id=name)
            self._survived.discard(name)
        attempts = count_attempt(connection, sender=batch.sender, message_id=name)
        run = Run(connection, batch, lane, self._around, stop)
        try:
            if attempts > _MOST_ATTEMPTS:
                error = _GivenUp(f"ended the splitter {_MOST_ATTEMPTS} times at the same place")
                self._around.endings.broke_the_hub(connection, batch, error)
            else:
                run()
        except (Interrupted, psycopg.Error):
            raise
        except Exception as bug:
            self._around.endings.broke_the_hub(connection, run.batch, bug)
            raise
        finally:
            if connection.closed:
                self._survived.add(name)
            else:
                forget_attempts(connection, sender=batch.sender, message_id=name)

    def _end(self, connection: psycopg.Connection | None) -> None:
        for thread in self._runs.values():
            thread.join()
        if connection is not None:
            connection.close()
        try:
            self._heartbeat.stop()
        except Exception as error:  # noqa: BLE001 - leaving must not fail
            log.info("split.left_without_word", cause=type(error).__name__)


class _GivenUp(Exception):
    """A file that the hub cannot cut."""


def to_run(batches: Sequence[OpenBatch], may_begin: Callable[[OpenBatch], bool]) -> list[OpenBatch]:
    """Of each partner the first that runs or may begin; and whatever is to be cancelled. Pure.

    `batches` in the order of their rows. An upload that has not begun holds up nobody.
    """
    chosen: list[OpenBatch] = []
    busy: set[str] = set()
    for batch in batches:
        if batch.wish == "cancel":
            chosen.append(batch)
        elif batch.sender not in busy and (batch.head is not None or may_begin(batch)):
            busy.add(batch.sender)
            chosen.append(batch)
    return chosen


def _cause(error: BaseException) -> BaseException:
    """The database's own error below SQLAlchemy's."""
    return getattr(error, "orig", None) or error
