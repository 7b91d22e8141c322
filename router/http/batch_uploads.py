"""`POST /v1/batches`, and the same in parts: a file comes in, part by part straight into the database.

A connection that breaks leaves an upload that is gone on with by parts, by announcing the same file again, or
never: then it is forgotten after a day.
"""

import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import orjson
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from adapters import Adapter
from contracts.batches import PART_BYTES, Policy
from contracts.reasons import Rule
from registry_store.batches.repeating import KnownBatch
from registry_store.batches.uploading import MOST_PARTS, Part, Upload, UploadRefused
from registry_store.partners import Partner
from router.batch_doors.uploads import UploadFailed, Uploads
from router.http.batch_headers import announces_parts, batch_header, digest
from router.http.bodies import limited_body
from router.http.problems import MEDIA_TYPE, Problem

BatchId = Annotated[str, Path(max_length=40)]
#: Parts being written by this process: more uploads wait, so that they take neither all threads nor the memory.
_PARTS_WRITTEN_AT_ONCE = 4
_PROBLEM: dict[str, Any] = {"content": {MEDIA_TYPE: {}}}
_STATUS = {
    UploadRefused.too_many_open: 429,
    UploadRefused.unknown: 404,
    UploadRefused.not_receiving: 409,
    UploadRefused.part_differs: 409,
    UploadRefused.too_large: 413,
    UploadRefused.digest_differs: 409,
    UploadRefused.parts_missing: 409,
    UploadRefused.reused: 409,
}


class Whole(BaseModel):
    """What a complete file must be: of the bytes as they were sent."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size_bytes: Annotated[int, Field(ge=1)]


def upload_routes(
    door: Uploads, adapters: tuple[Adapter, ...], authenticated: Callable[..., Any]
) -> APIRouter:
    routes = APIRouter(prefix="/v1/batches", tags=["batches"])
    writing = CapacityLimiter(_PARTS_WRITTEN_AT_ONCE)

    @routes.post(
        "",
        status_code=202,
        response_class=Response,
        responses={
            200: {"description": "Known and answered; or (fmar-parts: true) begun before."},
            201: {"description": "Opened; PUT the parts (fmar-parts: true)."},
            202: {"description": "The file is there; the batch is at Location."},
            **dict.fromkeys((400, 401, 409, 413, 415, 429, 503), _PROBLEM),
        },
    )
    async def send(
        request: Request,
        sender: Annotated[Partner, Depends(authenticated)],
        policy: Annotated[Policy, Query()],
    ) -> Response:
        """Send a file of any size, in the body or (with `fmar-parts: true`) in parts that follow."""
        header = batch_header(request.headers, policy, sender=sender.slug, adapters=adapters)
        known = await run_in_threadpool(door.answered, header)
        if known is not None:
            return _answered(known)
        upload = await run_in_threadpool(door.open, header)
        if announces_parts(request.headers):
            parts = await run_in_threadpool(door.parts, upload)
            return _upload(upload, parts, 201 if upload.is_new else 200)
        if not upload.is_whole:
            await _receive(door, upload, request, writing)
        return _upload(upload._replace(is_whole=True), None, 202)

    _add_parts(routes, door, authenticated, writing)
    return routes


def _add_parts(
    routes: APIRouter, door: Uploads, authenticated: Callable[..., Any], writing: CapacityLimiter
) -> None:
    @routes.get("/{id}/parts", response_class=Response, responses={404: _PROBLEM})
    def parts(id: BatchId, sender: Annotated[Partner, Depends(authenticated)]) -> Response:
        """The parts that are there."""
        upload = door.own(sender.slug, id)
        return _upload(upload, door.parts(upload), 200)

    @routes.put(
        "/{id}/parts/{number}",
        response_class=Response,
        responses=dict.fromkeys((400, 404, 409, 413), _PROBLEM),
    )
    async def put(
        request: Request,
        id: BatchId,
        number: Annotated[int, Path(ge=1, le=MOST_PARTS)],
        sender: Annotated[Partner, Depends(authenticated)],
    ) -> Response:
        """One part, at most 4 MiB, with its Content-Digest. The same part again changes nothing."""
        expected = digest(request.headers, "content-digest")
        if expected is None:
            detail = "a part needs Content-Digest: sha-256=:BASE64:"
            raise Problem(400, "digest_missing", detail)
        body = await limited_body(request, limit_bytes=PART_BYTES, is_opaque=True)
        if hashlib.sha256(body).digest() != expected:
            raise Problem(400, "digest_differs", "the part is not what its Content-Digest says")
        upload = await run_in_threadpool(door.own, sender.slug, id)
        part = await to_thread.run_sync(door.put, upload, number, body, limiter=writing)
        return _json(_as_json(part), 200)

    @routes.post(
        "/{id}/complete",
        status_code=202,
        response_class=Response,
        responses=dict.fromkeys((400, 404, 409), _PROBLEM),
    )
    def complete(
        id: BatchId, sender: Annotated[Partner, Depends(authenticated)], whole: Whole
    ) -> Response:
        """All parts are there. May be repeated."""
        upload = door.own(sender.slug, id)
        door.complete(upload, sha256=whole.sha256, size_bytes=whole.size_bytes)
        return _upload(upload._replace(is_whole=True), None, 202)


async def _receive(
    door: Uploads, upload: Upload, request: Request, writing: CapacityLimiter
) -> None:
    """The body into parts; what is there already is compared and passed over. A batch that has ended meanwhile, the
    file being of no use, has its answer: the rest is not read.
    """
    whole, number = hashlib.sha256(), 0
    try:
        async for piece in _pieces(request):
            number += 1
            await to_thread.run_sync(whole.update, piece, limiter=writing)
            await to_thread.run_sync(door.put, upload, number, piece, limiter=writing)
    except ClientDisconnect as error:
        detail = f"the connection ended after {number} parts; go on with {upload.id}"
        raise Problem(400, "body_incomplete", detail) from error
    except UploadFailed as error:
        is_over = error.refused is UploadRefused.not_receiving
        if is_over and await run_in_threadpool(door.has_ended, upload):
            return
        raise
    if number == 0:
        await run_in_threadpool(door.abandon, upload, "nothing came")
        raise Problem(400, Rule.MSG_11.code, "the body is empty", rule=Rule.MSG_11.key)
    await run_in_threadpool(door.finish, upload, whole.digest())


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces of PART_BYTES, the last one shorter."""
    held = bytearray()
    async for chunk in request.stream():
        held += chunk
        while len(held) >= PART_BYTES:
            yield bytes(held[:PART_BYTES])
            del held[:PART_BYTES]
    if held:
        yield bytes(held)


async def answer_upload_failed(_request: Request, error: Exception) -> Response:
    assert isinstance(error, UploadFailed)
    return Problem(_STATUS[error.refused], error.refused.value, str(error)).response()


def _answered(known: KnownBatch) -> Response:
    receipt = orjson.loads(known.receipt or b"null")
    location = f"/v1/batches/{known.batch}"
    body = {"id": known.batch, "is_whole": True, "receipt": receipt}
    return _json(body, 200, {"Location": location, "Content-Location": f"{location}/receipt"})


def _upload(upload: Upload, parts: list[Part] | None, status: int) -> Response:
    body: dict[str, Any] = {"id": upload.id, "is_whole": upload.is_whole}
    if parts is not None:
        body |= {"part_bytes": PART_BYTES, "parts": [_as_json(part) for part in parts]}
    return _json(body, status, {"Location": f"/v1/batches/{upload.id}"})


def _as_json(part: Part) -> dict[str, Any]:
    return part._asdict() | {"sha256": part.sha256.hex()}


def _json(body: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers=headers, media_type="application/json")
