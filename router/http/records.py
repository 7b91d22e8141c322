"""`GET /v1/records/{id}`: a record in the view that the caller may have of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import mimeparse
from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import AwareDatetime

from contracts.categories import Catalogue
from contracts.identifiers import parse_public_id
from contracts.visibility import Principal, View, render, view_of
from registry_store.database import Database
from registry_store.partners import Partner
from registry_store.records import StoredRecord, find
from router.http.problems import MEDIA_TYPE, Problem
from router.record_forms import NotCarried, RecordForms


def record_routes(
    database: Database,
    catalogue: Catalogue,
    forms: RecordForms,
    authenticated: Callable[..., Any],
) -> APIRouter:
    routes = APIRouter(prefix="/v1/records", tags=["records"])

    @routes.get(
        "/{id}",
        response_class=Response,
        responses={
            200: {"content": {media_type: {} for media_type in forms.format_of}},
            **{code: {"content": {MEDIA_TYPE: {}}} for code in (401, 404, 406)},
        },
    )
    def record(
        id: str,
        caller: Annotated[Partner, Depends(authenticated)],
        valid_at: Annotated[AwareDatetime | None, Query(description="As it was true then.")] = None,
        known_at: Annotated[
            AwareDatetime | None, Query(description="By what was known then.")
        ] = None,
        accept: Annotated[str, Header(description="A format of the hub.")] = "*/*",
    ) -> Response:
        """A record, in the format that `Accept` asks for. What the caller may not see is answered as if
        it were not there.
        """
        format = _format(forms, accept)
        found, principal = _look_up(database, caller, id, valid_at, known_at)
        view = view_of(found.audience, principal) if found is not None else View.none
        if found is None or view is View.none:
            raise Problem(404, "record_unknown", f"there is no record {id[:40]} that you may see")
        content = found.canonical
        category = (
            catalogue.get(content["category"], content["category_version"])
            if "category" in content
            else None
        )
        shown = render(content, view, category, personal=principal.sees_personal_data)
        try:
            media_type, body = forms.record(shown, format, reader=caller.slug)
        except NotCarried as error:
            raise _not_acceptable(str(error)) from error
        return Response(body, media_type=media_type, headers={"vary": "Accept"})

    return routes


def _format(forms: RecordForms, accept: str) -> str:
    """The format that `Accept` likes best; of equals the first, which is JSON."""
    # Of several that fit equally well mimeparse takes the last.
    known = [*reversed(forms.format_of)]
    try:
        best = mimeparse.best_match(known, accept)
    except mimeparse.MimeTypeParseException:
        best = ""
    if not best:
        raise _not_acceptable(f"Accept: {accept[:100]} names no format that a record has here")
    return forms.format_of[best]


def _not_acceptable(text: str) -> Problem:
    return Problem(
        406, "not_acceptable", text, what_to_do="Ask for application/json, which every record has."
    )


def _look_up(
    database: Database,
    caller: Partner,
    id: str,
    valid_at: datetime | None,
    known_at: datetime | None,
) -> tuple[StoredRecord | None, Principal]:
    parsed = parse_public_id(id)
    with database.engine.connect() as connection:
        own = find(connection, caller.organisation)
        assert own is not None, "a partner's organisation is a record"
        principal = Principal.of_organisation(caller.organisation, own.canonical)
        if parsed is None:
            return None, principal
        return find(connection, parsed[1], valid_at=valid_at, known_at=known_at), principal
