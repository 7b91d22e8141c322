"""The worker's side of the pipeline: what happens to a group on the one thread that decides.

Everything here blocks, and may raise Transient: the group is kept then and brought again, unchanged.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import psycopg
import structlog
from sqlalchemy.exc import DBAPIError

from contracts.messages import Envelope
from contracts.reasons import Reason, Rule
from registry_store.database import Database
from registry_store.dead_letters import bury
from registry_store.delivery_attempts import count_attempt, forget_attempts
from registry_store.faults import Transient, is_passing
from router.answers import Answer
from router.killpoints import reached
from router.worker.arrival import Arrival
from router.worker.reading import Unanswerable

log = structlog.get_logger()


class Decides(Protocol):
    """What the worker asks of the pipeline."""

    def process(self, envelopes: Sequence[Envelope]) -> list[Answer]: ...

    def bury(self, envelope: Envelope, *, cause: str, detail: str) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One delivery of a group, and what was read of it."""

    arrival: Arrival
    read: Envelope | Unanswerable


class Decider:
    """Groups in, answers out: None where there is nobody to answer."""

    def __init__(self, pipeline: Decides, database: Database, *, attempts_limit: int) -> None:
        self._pipeline = pipeline
        self._database = database
        self._attempts_limit = attempts_limit

    def decide(self, entries: Sequence[Entry]) -> list[Answer | None]:
        """One per entry, in order. Raises Transient."""
        try:
            if len(entries) == 1:
                return [self._alone(entries[0])]
            return self._together(entries)
        except (psycopg.Error, DBAPIError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            if cause is not None and is_passing(cause):
                raise Transient(str(cause)) from error
            raise

    def _together(self, entries: Sequence[Entry]) -> list[Answer | None]:
        """Unanswerable ones are buried one by one; the pipeline gets the rest as one group."""
        envelopes = self._with_bodies([e.read for e in entries if isinstance(e.read, Envelope)])
        answers = iter(self._process(envelopes) if envelopes else [])
        return [self._next(entry, answers) for entry in entries]

    def _next(self, entry: Entry, answers: Iterator[Answer]) -> Answer | None:
        if isinstance(entry.read, Envelope):
            return next(answers)
        self._bury(entry)
        return None

    def _alone(self, entry: Entry) -> Answer | None:
        """A single one; counted before it is touched if a worker may have died over it."""
        if not isinstance(entry.read, Envelope):
            self._bury(entry)
            return None
        if not entry.arrival.redelivered:
            return self._process(self._with_bodies([entry.read]))[0]
        name = entry.read.message_id or f"sha256:{hashlib.sha256(entry.arrival.body).hexdigest()}"
        with self._database.writing() as connection:
            attempts = count_attempt(connection, sender=entry.read.sender, message_id=name)
        if attempts > 1:
            log.warning(
                "worker.attempt", sender=entry.read.sender, message_id=name, attempts=attempts
            )
        (envelope,) = self._with_bodies([entry.read])
        if attempts > self._attempts_limit:
            answer = self._pipeline.bury(
                envelope,
                cause="crashed_the_worker",
                detail=f"crashed the worker {self._attempts_limit} times",
            )
        else:
            (answer,) = self._process([envelope])
        with self._database.writing() as connection:
            forget_attempts(connection, sender=entry.read.sender, message_id=name)
        return answer

    def _process(self, envelopes: Sequence[Envelope]) -> list[Answer]:
        reached("worker.before_process")
        answers = self._pipeline.process(envelopes)
        reached("worker.after_commit")
        return answers

    def _with_bodies(self, envelopes: list[Envelope]) -> list[Envelope]:
        """References with the bodies that they stand for, from the archive."""
        rows = [envelope.body_row for envelope in envelopes if envelope.body_row is not None]
        if not rows:
            return envelopes
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT row, body FROM message_body WHERE row = ANY(%s)", (rows,)
            ).fetchall()
        bodies = {row: bytes(body) for row, body in found}
        return [_with_body(each, bodies) for each in envelopes]

    def _bury(self, entry: Entry) -> None:
        assert isinstance(entry.read, Unanswerable)
        with self._database.writing() as connection:
            row = bury(
                connection,
                lane=entry.arrival.queue,
                sender=None,
                message_id=None,
                media_type=None,
                body=entry.arrival.body,
                cause=entry.read.cause,
                detail=entry.read.detail,
                headers={"routing_key": entry.arrival.routing_key.replace("\0", "\ufffd")},
            )
        log.error("worker.dead_letter", row=row, queue=entry.arrival.queue, cause=entry.read.cause)


def _with_body(envelope: Envelope, bodies: dict[int, bytes]) -> Envelope:
    if envelope.body_row is None:
        return envelope
    body = bodies.get(envelope.body_row)
    if body is None:  # retention was faster than the lane
        gone = Reason(Rule.MSG_02, "the archived body is gone: send the message again")
        return replace(envelope, reasons=(*envelope.reasons, gone))
    return replace(envelope, body=body)
