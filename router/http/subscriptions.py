"""`GET /v1/subscriptions/{id}/bundles`: the feed by pull, and again for whoever wants to compare.

The bundles are the stored ones, byte for byte as AMQP and webhook send them.
"""

from collections.abc import Callable
from typing import Annotated, Any, Protocol

import orjson
from fastapi import APIRouter, Depends, Query, Response

from contracts.identifiers import parse_public_id
from registry_store import subscriptions
from registry_store.database import Database
from registry_store.feed.cursors import CursorUnreadable
from registry_store.feed.pulling import MOST_BUNDLES, CursorLost, Page, pull

_PROBLEM = "application/problem+json"
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "Bundles in order, and the cursor to go on from.", "content": {"application/json": {}}},
    400: {"description": "`after` is no cursor.", "content": {_PROBLEM: {}}},
    404: {"description": "The caller has no such subscription.", "content": {_PROBLEM: {}}},
    409: {"description": "The cursor is of another epoch or ahead of the log.", "content": {_PROBLEM: {}}},
}


class Caller(Protocol):
    """The authenticated partner, as far as this door needs it."""

    slug: str


def subscription_routes(database: Database, authenticated_partner: Callable[..., Any]) -> APIRouter:
    """The routes. `authenticated_partner` is the dependency that yields the caller."""
    routes = APIRouter(prefix="/v1/subscriptions", tags=["subscriptions"])

    @routes.get("/{id}/bundles", responses=_RESPONSES, response_class=Response)
    def bundles(
        id: str,
        caller: Annotated[Any, Depends(authenticated_partner)],
        after: Annotated[str, Query(description="Cursor of the last answer, or a sequence; 0: from the start.")] = "0",
        limit: Annotated[int, Query(ge=1, le=MOST_BUNDLES)] = 10,
    ) -> Response:
        """Bundles after a place. Asking for what comes after it says that everything up to it is taken."""
        with database.writing() as connection:
            try:
                subscription = subscriptions.get(connection, _written_form(id))
            except subscriptions.SubscriptionUnknown:
                return _unknown(id)
            if subscription.partner != caller.slug:
                return _unknown(id)
            try:
                result = pull(connection, subscription, after=after, limit=limit)
            except CursorUnreadable as error:
                return _problem(400, "cursor_unreadable", str(error), what_to_do="Send a cursor of this feed, or 0.")
        return _lost(result) if isinstance(result, CursorLost) else _page(subscription.id, result)

    return routes


def _page(subscription: str, page: Page) -> Response:
    # Put together as bytes: what is in a bundle must not be written anew.
    bundles = b",".join(bundle.content.encode() for bundle in page.bundles)
    head = orjson.dumps({"subscription": subscription, "cursor": str(page.next)})[:-1]
    return Response(head + b',"bundles":[' + bundles + b"]}", media_type="application/json")


def _lost(lost: CursorLost) -> Response:
    return _problem(
        409, "cursor_lost",
        f"the cursor stands at notification {lost.cursor.sequence} of epoch {lost.cursor.epoch}; the log is in "
        f"epoch {lost.resume.epoch}, and both share the notifications up to {lost.resume.sequence}",
        what_to_do="The hub was restored to an earlier state, or the cursor is not of this feed. Discard what you "
        f"took after notification {lost.resume.sequence}, or make a new subscription that starts with a snapshot; "
        "then go on from `resume`.",
        resume=str(lost.resume),
    )


def _unknown(id: str) -> Response:
    return _problem(404, "subscription_unknown", f"you have no subscription {id}", what_to_do="Check the id.")


def _problem(status: int, code: str, detail: str, **members: str) -> Response:
    """Source: RFC 9457."""
    body = {"type": f"urn:fmar:problem:{code}", "title": code.replace("_", " "), "status": status, "detail": detail}
    return Response(orjson.dumps(body | members), status_code=status, media_type=_PROBLEM)


def _written_form(id: str) -> str:
    parsed = parse_public_id(id)
    return parsed[1] if parsed else id
