"""`/v1/batches/{id}/missing`: what the register holds of a file's source and the file does not state."""

from collections.abc import Callable
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Depends, Query, Response

from registry_store.database import Database
from registry_store.partners import Partner
from router.batch_doors.missing import Deregistered, NotConfirmed
from router.batch_doors.uploads import Uploads
from router.batch_doors.views import missing_as_json
from router.http.batch_showing import own_batch
from router.http.batch_uploads import BatchId
from router.http.problems import MEDIA_TYPE, Problem

_LARGEST_PAGE = 1_000
_PROBLEM: dict[str, Any] = {"content": {MEDIA_TYPE: {}}}
_CONFIRM = "How many records were found missing: nothing is ended by accident."


def missing_routes(
    database: Database, uploads: Uploads, authenticated: Callable[..., Any]
) -> APIRouter:
    routes = APIRouter(prefix="/v1/batches/{id}/missing", tags=["batches"])

    @routes.get("", response_class=Response, responses={404: _PROBLEM})
    def missing(
        id: BatchId,
        sender: Annotated[Partner, Depends(authenticated)],
        after: Annotated[int, Query(ge=0, description="`after` of the page before.")] = 0,
        limit: Annotated[int, Query(ge=1, le=_LARGEST_PAGE)] = 100,
    ) -> Response:
        """Records that no row of a batch with `reconcile` came to. `total`: that it does not state; `refused`: that
        only rows name which were refused, as each record says of itself. Nothing happens to them.
        """
        batch = own_batch(database, sender, id)
        with database.reading() as connection:
            body = missing_as_json(connection, batch, after=after, limit=limit)
        return Response(orjson.dumps(body), media_type="application/json")

    @routes.post(
        "/deregister",
        status_code=202,
        response_class=Response,
        responses={202: {"description": "The batch that ends them."}, 404: _PROBLEM, 409: _PROBLEM},
    )
    def deregister(
        id: BatchId,
        sender: Annotated[Partner, Depends(authenticated)],
        confirm: Annotated[int, Body(embed=True, ge=1, description=_CONFIRM)],
    ) -> Response:
        """End what is missing, in a batch of its own. A record that has changed since is refused there."""
        batch = own_batch(database, sender, id)
        try:
            ending = Deregistered(database, uploads).of(batch, confirmed=confirm, door="http")
        except NotConfirmed as error:
            raise Problem(409, "not_confirmed", str(error)) from error
        return Response(
            orjson.dumps({"id": ending}),
            202,
            headers={"Location": f"/v1/batches/{ending}"},
            media_type="application/json",
        )

    return routes
