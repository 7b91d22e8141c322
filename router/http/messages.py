"""`POST /v1/messages` and the receipts of what was sent.

A message is archived, then a reference to it goes onto the sender's lane, and only the broker's
confirm is answered with 202. A client that got no answer repeats its message under the same id: a body
archived twice does no harm, and the message id makes it one message.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Depends, Header, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from adapters import Adapter, adapter_for
from contracts.reasons import Rule
from registry_store import submissions
from registry_store.database import Database
from registry_store.dead_letters import waiting_letter_of
from registry_store.partners import Partner
from registry_store.writing import RowBlocks
from router.broker.off_lane import BrokerAway
from router.http.bodies import limited_body
from router.http.broker_link import BrokerLink
from router.http.headers import Said, read_headers
from router.http.problems import MEDIA_TYPE, Problem
from router.http.receipts import CANONICAL, receipt_in_form
from router.killpoints import reached
from router.references import Reference, file_message_id

_RETRY_SECONDS = "2"
_PROBLEM: dict[str, Any] = {"content": {MEDIA_TYPE: {}}}


@dataclass(frozen=True, slots=True)
class MessageDoor:
    """What the routes need."""

    database: Database
    broker: BrokerLink
    adapters: tuple[Adapter, ...]
    authenticated: Callable[..., Any]
    limit_bytes: int
    longest_wait_seconds: float


def message_routes(door: MessageDoor) -> APIRouter:
    routes = APIRouter(prefix="/v1/messages", tags=["messages"])

    @routes.post(
        "",
        status_code=202,
        response_class=Response,
        responses={
            200: {"description": "The receipt, in the format of the message (Prefer: wait=N)."},
            202: {"description": "Taken; the receipt will be at Location."},
            **dict.fromkeys((400, 401, 413, 415, 503), _PROBLEM),
        },
    )
    async def send(
        request: Request, sender: Annotated[Partner, Depends(door.authenticated)]
    ) -> Response:
        """Send one message in any format that the hub reads."""
        return await _send(door, request, sender)

    @routes.get(
        "/{message_id:path}/receipt",
        response_class=Response,
        responses={
            200: {"description": "The receipt, in the format of the message, or as JSON."},
            202: {"description": "The message is on its way; ask again."},
            **dict.fromkeys((401, 404), _PROBLEM),
        },
    )
    def receipt(
        message_id: Annotated[str, Path(max_length=200)],
        sender: Annotated[Partner, Depends(door.authenticated)],
        accept: Annotated[str, Header(description=f"{CANONICAL}: every outcome.")] = "*/*",
    ) -> Response:
        """The receipt of an own message. A format that has no place for some of it says so."""
        return _receipt(door, sender.slug, message_id, accept)

    return routes


async def _send(door: MessageDoor, request: Request, sender: Partner) -> Response:
    said = read_headers(request.headers, longest_wait_seconds=door.longest_wait_seconds)
    if adapter_for(door.adapters, said.media_type) is None:
        known = sorted(media for adapter in door.adapters for media in adapter.media_types)
        raise Problem(
            415,
            Rule.MSG_01.code,
            f"the hub reads {', '.join(known)}",
            headers={"Accept-Post": ", ".join(known)},
            rule=Rule.MSG_01.key,
        )
    body = await limited_body(request, limit_bytes=door.limit_bytes)
    message_id = said.message_id or _derived_id(said, body)
    reference = await run_in_threadpool(_archive, door.database, sender, said, body, message_id)
    reached("http.after_archive")
    try:
        reply = await door.broker.submit(reference, wait_seconds=said.wait_seconds)
    except BrokerAway as error:
        raise Problem(
            503,
            "broker_away",
            "the message was not taken; send it again under the same id",
            headers={"Retry-After": _RETRY_SECONDS},
        ) from error
    location = {"Location": f"/v1/messages/{quote(message_id, safe='')}/receipt"}
    if reply is None:
        return Response(
            orjson.dumps({"message_id": message_id, "status": "underway"}),
            202,
            headers=location,
            media_type="application/json",
        )
    applied = {"Preference-Applied": "wait", "Content-Location": location["Location"]}
    return Response(reply.body, 200, headers=applied, media_type=reply.media_type)


def _derived_id(said: Said, body: bytes) -> str:
    """The id of a file: its content and the date that it speaks of, as its adapter derives it too."""
    if said.statement_date is None:
        raise Problem(
            400,
            Rule.MSG_04.code,
            "a table without ce-id needs fmar-statement-date: its id is made of content and date",
            rule=Rule.MSG_04.key,
        )
    return file_message_id(body, said.statement_date)


def _archive(
    database: Database, sender: Partner, said: Said, body: bytes, message_id: str
) -> Reference:
    with database.writing() as connection:
        row = submissions.archive(connection, RowBlocks().take(connection), body)
        submissions.note(connection, sender=sender.slug, message_id=message_id)
    return Reference(
        body_row=row,
        sender=sender.slug,
        message_class=said.message_class,
        message_id=said.message_id,
        media_type=said.media_type,
        received_at=datetime.now(UTC),
        door="http",
        on_behalf_of=said.on_behalf_of,
        event_type=said.event_type,
        event_time=said.event_time,
        statement_date=said.statement_date,
    )


def _receipt(door: MessageDoor, sender: str, message_id: str, accept: str) -> Response:
    with door.database.reading() as connection:
        stored = submissions.receipt_of(connection, sender=sender, message_id=message_id)
        underway = submissions.is_on_its_way(connection, sender=sender, message_id=message_id)
        letter = waiting_letter_of(connection, sender=sender, message_id=message_id)
    if stored is not None:
        return receipt_in_form(door.adapters, stored, accept)
    if letter is not None:
        detail = f"the hub failed on this message and keeps it as dead letter {letter}"
        raise Problem(404, "dead_letter", detail, rule=Rule.MSG_14.key)
    if underway:
        return Response(
            orjson.dumps({"message_id": message_id, "status": "underway"}),
            202,
            headers={"Retry-After": _RETRY_SECONDS},
            media_type="application/json",
        )
    raise Problem(404, "message_unknown", f"you have sent no message {message_id}")
