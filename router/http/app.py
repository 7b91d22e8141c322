"""The HTTP door, wired."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus

import psycopg
import structlog
from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from registry_store.batches.uploading import Bounds
from registry_store.database import Database
from registry_store.processes import BEAT_SECONDS, Heartbeat
from registry_store.submissions import forget_old
from router.batch_doors.uploads import UploadFailed, Uploads
from router.bootstrap import Language
from router.http.authentication import authentication
from router.http.batch_events import batch_event_routes
from router.http.batch_missing import missing_routes
from router.http.batch_showing import batch_routes
from router.http.batch_uploads import answer_upload_failed, upload_routes
from router.http.broker_link import BrokerLink
from router.http.categories import category_routes, renewal
from router.http.hardening import hardened
from router.http.health import health_routes
from router.http.mapping_profiles import mapping_profile_routes
from router.http.messages import MessageDoor, message_routes
from router.http.metrics import Metrics
from router.http.problems import Problem, answer_problem
from router.http.records import record_routes
from router.http.subscriptions import subscription_routes
from router.standing import Standing

log = structlog.get_logger()

#: Beats between two removals of old notes.
_BEATS_PER_FORGETTING = 3_600


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take: bytes of its body, seconds of waiting for its receipt."""

    body_bytes: int
    longest_wait_seconds: float
    batches: Bounds = field(default_factory=Bounds)


def create_app(
    database: Database, broker: BrokerLink, language: Language, limits: Limits
) -> FastAPI:
    database_standing = Standing()

    @contextlib.asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        beat = _beat(database, broker, database_standing)
        tasks = [asyncio.create_task(broker.run()), asyncio.create_task(beat)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    app = FastAPI(
        title="FMAR hub",
        version="1",
        description="Messages in, receipts, records and changes out.",
        lifespan=life,
    )
    authenticated = authentication(database)
    metrics = Metrics(database, broker)
    door = MessageDoor(
        database=database,
        broker=broker,
        adapters=language.adapters,
        authenticated=authenticated,
        limit_bytes=limits.body_bytes,
        longest_wait_seconds=limits.longest_wait_seconds,
    )
    for routes in (
        message_routes(door),
        upload_routes(Uploads(database, limits.batches), language.adapters, authenticated),
        batch_event_routes(database, authenticated),
        batch_routes(database, language.adapters, authenticated),
        missing_routes(database, Uploads(database, limits.batches), authenticated),
        category_routes(database, language.catalogue, language.live),
        mapping_profile_routes(database, authenticated),
        health_routes(database, broker, metrics),
    ):
        app.include_router(routes)
    for routes in (
        record_routes(database, language.catalogue, language.forms, authenticated),
        subscription_routes(database, language.forms, language.catalogue, authenticated),
    ):
        app.include_router(routes, dependencies=[Depends(renewal(database, language.live))])
    app.add_exception_handler(Problem, answer_problem)
    app.add_exception_handler(UploadFailed, answer_upload_failed)
    app.add_exception_handler(HTTPException, _answer_http_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    for away in (OperationalError, psycopg.OperationalError):
        app.add_exception_handler(away, _database_away(database_standing))
    app.add_middleware(metrics.counting)
    app.add_middleware(hardened)
    return app


async def _beat(database: Database, broker: BrokerLink, database_standing: Standing) -> None:
    """The row of this process, and now and then the notes that nobody asks for any more."""
    heartbeat, beats = Heartbeat(database, "serve"), 0
    try:
        while True:
            try:
                problem = None if broker.is_connected else "broker away"
                await asyncio.to_thread(heartbeat.beat, problem)
                if beats % _BEATS_PER_FORGETTING == 0:
                    await asyncio.to_thread(_forget, database)
                beats += 1
                if database_standing.comes():
                    log.info("serve.database_back")
            except SQLAlchemyError as error:
                _note_away(database_standing, error)
            await asyncio.sleep(BEAT_SECONDS)
    finally:
        with contextlib.suppress(SQLAlchemyError):
            heartbeat.stop()


def _forget(database: Database) -> None:
    with database.writing() as connection:
        forget_old(connection)


async def _answer_http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = "not_found" if error.status_code == HTTPStatus.NOT_FOUND else "refused"
    headers = dict(error.headers or {})
    return Problem(error.status_code, code, str(error.detail), headers=headers).response()


async def _answer_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return Problem(400, "request_invalid", wrong[:500]).response()


def _note_away(database_standing: Standing, error: Exception) -> None:
    """Once, however many requests ask for it."""
    if database_standing.goes():
        log.warning("serve.database_away", error=repr(error)[:200])


def _database_away(
    database_standing: Standing,
) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(_request: Request, error: Exception) -> Response:
        _note_away(database_standing, error)
        return Problem(
            503, "registry_away", "nothing was taken; try again", headers={"Retry-After": "2"}
        ).response()

    return answer
