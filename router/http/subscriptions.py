"""`GET /v1/subscriptions/{id}/bundles`: the feed by pull, and again for whoever wants to compare.

The bundles are the stored ones, byte for byte as AMQP and webhook send them. A subscription in another
format than JSON gets one bundle a call, and the cursor to go on from in the header `fmar-cursor`.
"""

from collections.abc import Callable
from typing import Annotated, Any

import orjson
import psycopg
from fastapi import APIRouter, Depends, Query, Response

from contracts.categories import Catalogue
from contracts.identifiers import parse_public_id
from registry_store import subscriptions
from registry_store.database import Database
from registry_store.feed import load_records
from registry_store.feed.cursors import CursorUnreadable
from registry_store.feed.filters import Filter
from registry_store.feed.load_records import MOST_RECORDS
from registry_store.feed.pulling import MOST_BUNDLES, CursorLost, Page, pull
from registry_store.feed.sight import Subscriber
from registry_store.feed.standing import principal_now
from registry_store.partners import Partner
from registry_store.subscriptions import Subscription, SubscriptionUnknown
from router.http.problems import MEDIA_TYPE, Problem
from router.record_forms import JSON, RecordForms

_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Bundles in order, and the cursor to go on from.",
        "content": {"application/json": {}},
    },
    400: {"description": "`after` is no cursor.", "content": {MEDIA_TYPE: {}}},
    404: {"description": "The caller has no such subscription.", "content": {MEDIA_TYPE: {}}},
    409: {"description": "The cursor is of another epoch, or ahead.", "content": {MEDIA_TYPE: {}}},
}
_LOAD_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Records as this subscription sees them, and `after` for the next page.",
        "content": {"application/json": {}},
    },
    404: _RESPONSES[404],
}
_LOAD_AFTER = (
    "`after` of the last answer; 0: from the start. Without one in the answer there is no more."
)
_AFTER = "Cursor of the last answer, or a sequence; 0: from the start."


def subscription_routes(
    database: Database, forms: RecordForms, catalogue: Catalogue, authenticated: Callable[..., Any]
) -> APIRouter:
    """The routes. `authenticated` is the dependency that yields the caller."""
    routes = APIRouter(prefix="/v1/subscriptions", tags=["subscriptions"])

    @routes.get("/{id}/bundles", responses=_RESPONSES, response_class=Response)
    def bundles(
        id: str,
        caller: Annotated[Partner, Depends(authenticated)],
        after: Annotated[str, Query(description=_AFTER)] = "0",
        limit: Annotated[int, Query(ge=1, le=MOST_BUNDLES)] = 10,
    ) -> Response:
        """Bundles after a place. Asking for what comes after it says that all up to it is taken."""
        with database.writing() as connection:
            subscription = _own(connection, id, caller)
            in_pages = subscription.format == JSON
            try:
                result = pull(connection, subscription, after=after, limit=limit if in_pages else 1)
            except CursorUnreadable as error:
                raise Problem(
                    400, "cursor_unreadable", f"{error}: send one of this feed, or 0"
                ) from error
        if isinstance(result, CursorLost):
            raise _lost(result)
        if in_pages:
            return _page(subscription.id, result)
        return _one(subscription, result, forms)

    @routes.get("/{id}/loads/{load}", responses=_LOAD_RESPONSES, response_class=Response)
    def load(
        id: str,
        load: str,
        caller: Annotated[Partner, Depends(authenticated)],
        after: Annotated[int, Query(ge=0, description=_LOAD_AFTER)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_RECORDS)] = 500,
    ) -> Response:
        """What a load brought (`load.completed`), instead of a notification for each of its records."""
        with database.reading() as connection:
            subscription = _own(connection, id, caller)
            found = load_records.page(
                connection, _looking(connection, subscription), load, after=after, limit=limit,
                catalogue=catalogue,
            )  # fmt: skip
        if found is None:
            raise Problem(404, "load_unknown", f"there is no load {load[:40]}")
        body: dict[str, Any] = {
            "subscription": subscription.id,
            "load": load,
            "records": found.records,
        }
        if found.after is not None:
            body["after"] = found.after
        return Response(orjson.dumps(body), media_type="application/json")

    return routes


def _own(connection: psycopg.Connection, id: str, caller: Partner) -> Subscription:
    parsed = parse_public_id(id)
    try:
        subscription = subscriptions.get(connection, parsed[1] if parsed else id)
        if subscription.partner != caller.slug:
            raise SubscriptionUnknown  # noqa: TRY301 - answered as if it were not there
    except SubscriptionUnknown as error:
        raise Problem(404, "subscription_unknown", f"you have no subscription {id[:40]}") from error
    return subscription


def _looking(connection: psycopg.Connection, subscription: Subscription) -> Subscriber:
    """Who looks, by what it may see now."""
    return Subscriber(
        id=subscription.id,
        organisation=subscription.organisation,
        filter=Filter.from_json(subscription.filter),
        filter_version=0,
        principal=principal_now(connection, subscription.organisation),
        next_sequence=0,
    )


def _page(subscription: str, page: Page) -> Response:
    # Put together as bytes: what is in a bundle must not be written anew.
    bundles = b",".join(bundle.content.encode() for bundle in page.bundles)
    head = orjson.dumps({"subscription": subscription, "cursor": str(page.next)})[:-1]
    return Response(head + b',"bundles":[' + bundles + b"]}", media_type="application/json")


def _one(subscription: Subscription, page: Page, forms: RecordForms) -> Response:
    """One bundle a call, where the subscription is not JSON: 204 where there is none yet."""
    headers = {"fmar-cursor": str(page.next)}
    if not page.bundles:
        return Response(status_code=204, headers=headers)
    (bundle,) = page.bundles
    media_type, body = forms.bundle(
        bundle.content, subscription.format, reader=subscription.partner
    )
    return Response(body, media_type=media_type, headers=headers)


def _lost(lost: CursorLost) -> Problem:
    cursor, resume = lost.cursor, lost.resume
    return Problem(
        409,
        "cursor_lost",
        f"the cursor stands at notification {cursor.sequence} of epoch {cursor.epoch}; the log is in "
        f"epoch {resume.epoch}, and both share the notifications up to {resume.sequence}",
        what_to_do="The hub was restored to an earlier state, or the cursor is not of this feed. Discard what "
        f"you took after notification {resume.sequence}, or make a new subscription that starts with a "
        "snapshot; then go on from `resume`.",
        resume=str(resume),
    )
