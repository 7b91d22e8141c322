"""The bulk worker's side of the pipeline: references to chunks in, decided chunks out.

A reference says "this batch, up to this chunk": whatever of it is undecided is decided, in its order. So a
reference that was lost is made good by the next one, and one that comes twice finds nothing to do.
"""

from collections.abc import Sequence

import structlog

from contracts.batches import MOST_ROWS_AT_ONCE
from registry_store.batches.chunks import StoredChunk
from registry_store.database import Database
from registry_store.dead_letters import bury
from registry_store.delivery_attempts import count_attempt, forget_attempts
from router.answers import Answer
from router.batches.references import read_reference
from router.killpoints import reached
from router.pipeline.bulk import BulkPipeline
from router.worker.arrival import Arrival
from router.worker.deciding import Entry

log = structlog.get_logger()


class BulkDecider:
    """Groups of references in; nobody is answered: a batch has its answer when it ends."""

    def __init__(
        self,
        pipeline: BulkPipeline,
        database: Database,
        *,
        attempts_limit: int,
        chunks_per_commit: int,
    ) -> None:
        self._pipeline = pipeline
        self._database = database
        self._attempts_limit = attempts_limit
        self._chunks_per_commit = chunks_per_commit

    def decide(self, entries: Sequence[Entry]) -> list[Answer | None]:
        """Raises Transient; what is decided by then is found decided when the group comes again."""
        wanted: dict[int, int] = {}
        redelivered: set[int] = set()
        for arrival in (entry.arrival for entry in entries):
            reference = read_reference(arrival.properties.headers)
            if reference is None:
                self._bury_arrival(arrival)
                continue
            wanted[reference.batch] = max(reference.chunk, wanted.get(reference.batch, 0))
            if arrival.redelivered:
                redelivered.add(reference.batch)
        for batch, up_to in wanted.items():
            self._go_on(batch, up_to, counted=batch in redelivered)
        return [None] * len(entries)

    def _go_on(self, batch: int, up_to: int, *, counted: bool) -> None:
        """`counted`: a worker may have died over one of them, so each is tried alone, and counted before; as what a
        reader may have died over. What was read ahead goes first, beyond `up_to` too: it is what is next in any case.
        """
        limit, last = 1 if counted else self._chunks_per_commit, 0
        while last < up_to:
            group = None if counted else self._pipeline.ahead(batch)
            chunks = (
                self._pipeline.next_chunks(batch, up_to=up_to, limit=limit)
                if group is None
                else group.chunks
            )
            if not chunks:
                return
            policy, then = chunks[0].batch.header.policy, limit
            if policy.accept == "all_or_nothing":
                chunks = self._pipeline.next_chunks(batch, up_to=up_to, limit=MOST_ROWS_AT_ONCE)
                then = 0
            elif policy.dry_run:
                chunks = chunks[:1]  # each against the register alone, however they are grouped
                then = 0
            reached("bulk.before_decide")
            if counted:
                self._counted(chunks)
            elif self._pipeline.is_doubtful(chunks[0]):
                self._counted(chunks[:1])
            elif self._pipeline.decide(chunks, group=group, then=then):
                last = chunks[-1].number
            reached("bulk.after_decide")

    def _counted(self, chunks: Sequence[StoredChunk]) -> None:
        first = chunks[0]
        sender, name = first.batch.header.sender, f"{first.batch.id} chunk {first.number}"
        with self._database.writing() as connection:
            attempts = count_attempt(connection, sender=sender, message_id=name)
        if attempts > 1:
            log.warning("bulk.attempt", sender=sender, chunk=name, attempts=attempts)
        if attempts > self._attempts_limit:
            detail = f"crashed the worker {self._attempts_limit} times"
            self._pipeline.bury(chunks, cause="crashed_the_worker", detail=detail)
        else:
            self._pipeline.decide(chunks)
        with self._database.writing() as connection:
            forget_attempts(connection, sender=sender, message_id=name)

    def _bury_arrival(self, arrival: Arrival) -> None:
        with self._database.writing() as connection:
            row = bury(
                connection,
                lane=arrival.queue,
                sender=None,
                message_id=None,
                media_type=None,
                body=arrival.body,
                cause="reference_unreadable",
                detail="a reference to a chunk names a batch and a number",
            )
        log.error("bulk.dead_letter", row=row, queue=arrival.queue, cause="reference_unreadable")
