"""`GET /v1/batches/{id}/events`: progress as it happens. Source: WHATWG HTML, server-sent events.

Events: `progress` (what changed, at most twice a second), `refused` (one of the first refused rows, while the file
still runs), `end` (the last progress; the stream closes). A client that comes back with `Last-Event-ID` is told
no refused row twice.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from contracts.batches import ENDS
from registry_store.batches import showing
from registry_store.batches.progress import progress
from registry_store.batches.showing import ShownBatch
from registry_store.database import Database
from registry_store.partners import Partner
from router.batch_doors.views import FIRST_REFUSALS
from router.http.batch_showing import own_batch
from router.http.batch_uploads import BatchId
from router.http.problems import MEDIA_TYPE

EVERY_SECONDS = 0.5
_COME_BACK_MILLISECONDS = 2_000


def batch_event_routes(database: Database, authenticated: Callable[..., Any]) -> APIRouter:
    routes = APIRouter(prefix="/v1/batches", tags=["batches"])

    @routes.get(
        "/{id}/events",
        response_class=EventSourceResponse,
        responses={
            200: {"content": {"text/event-stream": {}}},
            404: {"content": {MEDIA_TYPE: {}}},
        },
    )
    def events(
        id: BatchId,
        sender: Annotated[Partner, Depends(authenticated)],
        last_event_id: Annotated[str, Header()] = "",
    ) -> EventSourceResponse:
        """Progress, the first refused rows, and the end, as server-sent events."""
        batch = own_batch(database, sender, id)
        after_item = int(last_event_id) if last_event_id.isdecimal() else 0
        return EventSourceResponse(_events(database, batch, after_item))

    return routes


async def _events(
    database: Database, batch: ShownBatch, after_item: int
) -> AsyncIterator[ServerSentEvent]:
    told: dict[str, Any] = {}
    told_refusals = 0
    while True:
        now, refusals = await run_in_threadpool(
            _look, database, batch, after_item, FIRST_REFUSALS - told_refusals
        )
        for refused in refusals:
            after_item = refused["item"]
            told_refusals += 1
            yield _event("refused", refused, id=str(after_item))
        if now["status"] in ENDS:
            yield _event("end", now)
            return
        if now != told:
            told = now
            yield _event("progress", now)
        await asyncio.sleep(EVERY_SECONDS)


def _look(
    database: Database, batch: ShownBatch, after_item: int, most: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    with database.reading() as connection:
        (now,) = progress(connection, batch.id, None)
        refusals = (
            showing.first_refusals(connection, batch.row, limit=most, after_item=after_item)
            if most
            else []
        )
    return now.as_json(), refusals


def _event(name: str, data: dict[str, Any], *, id: str | None = None) -> ServerSentEvent:
    return ServerSentEvent(
        orjson.dumps(data).decode(), event=name, id=id, retry=_COME_BACK_MILLISECONDS
    )
