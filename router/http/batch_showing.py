"""`GET /v1/batches...`, and pause, resume, cancel: a partner's own batches, and nobody else's."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Header, Path, Query, Response
from starlette.responses import StreamingResponse

from adapters import Adapter
from contracts.batches import Wish
from registry_store.batches import controls, showing
from registry_store.batches.controls import NotControlled
from registry_store.batches.showing import ShownBatch
from registry_store.database import Database
from registry_store.partners import Partner
from registry_store.submissions import StoredReceipt
from router.batch_doors.by_database import NOT_CONTROLLED
from router.batch_doors.views import batch_as_json, page_as_json
from router.batches.outcome_files import Format, Only, render
from router.http.batch_uploads import BatchId
from router.http.problems import MEDIA_TYPE, Problem
from router.http.receipts import receipt_in_form

_RETRY_SECONDS = "2"
_PROBLEM: dict[str, Any] = {"content": {MEDIA_TYPE: {}}}
_WISHES: dict[str, Wish] = {"pause": "pause", "resume": "run", "cancel": "cancel"}
_LARGEST_PAGE = 100


def batch_routes(
    database: Database, adapters: tuple[Adapter, ...], authenticated: Callable[..., Any]
) -> APIRouter:
    routes = APIRouter(prefix="/v1/batches", tags=["batches"])

    @routes.get("", response_class=Response)
    def batches(
        sender: Annotated[Partner, Depends(authenticated)],
        before: Annotated[str | None, Query(description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=_LARGEST_PAGE)] = 20,
    ) -> Response:
        """Own batches, newest first."""
        with database.reading() as connection:
            page = page_as_json(connection, sender=sender.slug, before=before, limit=limit)
        return _json(page)

    @routes.get("/{id}", response_class=Response, responses={404: _PROBLEM})
    def batch(id: BatchId, sender: Annotated[Partner, Depends(authenticated)]) -> Response:
        """How far an own batch is, and the first rows that were refused."""
        with database.reading() as connection:
            return _json(batch_as_json(connection, own_batch(database, sender, id)))

    @routes.get(
        "/{id}/receipt",
        response_class=Response,
        responses={202: {"description": "The batch is under way; ask again."}, 404: _PROBLEM},
    )
    def receipt(
        id: BatchId,
        sender: Annotated[Partner, Depends(authenticated)],
        accept: Annotated[str, Header(description="application/json: all of it.")] = "*/*",
    ) -> Response:
        """The summary receipt, in the format of the file, or as JSON."""
        found = own_batch(database, sender, id)
        with database.reading() as connection:
            stored = showing.receipt_of_batch(connection, found)
        if stored is not None:
            return receipt_in_form(adapters, StoredReceipt(stored[0], stored[1]), accept)
        if found.status in ("cancelled", "failed"):
            raise Problem(404, "batch_without_receipt", f"this batch is {found.status}")
        underway = {"id": found.id, "status": found.status}
        return _json(underway, 202, {"Retry-After": _RETRY_SECONDS})

    @routes.get("/{id}/outcomes", response_class=Response, responses={404: _PROBLEM})
    def outcomes(
        id: BatchId,
        sender: Annotated[Partner, Depends(authenticated)],
        format: Annotated[Format, Query()] = "same",
        only: Annotated[Only | None, Query()] = None,
    ) -> Response:
        """The answer row by row: as the file came with columns added, or as a list of outcomes."""
        found = own_batch(database, sender, id)
        rendered = render(database, found.id, format=format, only=only)
        named = {"Content-Disposition": f'attachment; filename="{rendered.file_name}"'}
        return StreamingResponse(rendered.pieces, headers=named, media_type=rendered.media_type)

    @routes.post(
        "/{id}/{action}", response_class=Response, responses=dict.fromkeys((404, 409), _PROBLEM)
    )
    def control(
        id: BatchId,
        action: Annotated[Literal["pause", "resume", "cancel"], Path()],
        sender: Annotated[Partner, Depends(authenticated)],
    ) -> Response:
        """What is wanted of a batch. It is noted at once, and carried out between two excerpts."""
        with database.writing() as connection:
            refused = controls.wish(connection, id=id, sender=sender.slug, wanted=_WISHES[action])
        if refused is not None:
            status = 404 if refused is NotControlled.unknown else 409
            raise Problem(status, refused.value, NOT_CONTROLLED[refused])
        return batch(id, sender)

    return routes


def own_batch(database: Database, sender: Partner, id: str) -> ShownBatch:
    """Raises Problem 404 for what is not there, or not the sender's."""
    with database.reading() as connection:
        found = showing.shown(connection, id=id, sender=sender.slug)
    if found is None:
        raise Problem(404, "batch_unknown", "you have no such batch")
    return found


def _json(
    body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    return Response(orjson.dumps(body), status, headers=headers, media_type="application/json")
