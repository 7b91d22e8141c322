"""`GET /v1/mapping-profiles`: the layouts that the caller's files may be read with, and their documents."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from contracts.visibility import Principal, View, view_of
from registry_store.database import Database
from registry_store.mapping_profiles import ProfileRecord, profile_records
from registry_store.partners import Partner
from registry_store.records import find
from router.bootstrap import profiles
from router.http.problems import MEDIA_TYPE, Problem
from router.mapping_profiles import listed, shown

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"content": {MEDIA_TYPE: {}}} for code in (401, 404)
}


def mapping_profile_routes(database: Database, authenticated: Callable[..., Any]) -> APIRouter:
    routes = APIRouter(prefix="/v1/mapping-profiles", tags=["mapping profiles"])
    shipped = profiles()

    @routes.get("", responses={401: _PROBLEMS[401]})
    def all_profiles(caller: Annotated[Partner, Depends(authenticated)]) -> dict[str, Any]:
        """The hub's own, and those of the caller; a steward sees those of every partner."""
        return {"profiles": listed(shipped, _seen(database, caller))}

    @routes.get("/{name}", responses=_PROBLEMS)
    def profile(
        name: str,
        caller: Annotated[Partner, Depends(authenticated)],
        version: Annotated[str | None, Query(description="Else the newest in use.")] = None,
    ) -> dict[str, Any]:
        """One profile with its document. What the caller may not see is answered as if it were not there."""
        found = shown(name, version, shipped, _seen(database, caller))
        if found is None:
            text = f"there is no mapping profile {name[:60]} that you may see"
            raise Problem(404, "mapping_profile_unknown", text)
        return found

    return routes


def _seen(database: Database, caller: Partner) -> list[ProfileRecord]:
    with database.engine.connect() as connection:
        own = find(connection, caller.organisation)
        assert own is not None, "a partner's organisation is a record"
        principal = Principal.of_organisation(caller.organisation, own.canonical)
        records = profile_records(connection)
    return [each for each in records if view_of(each.audience, principal) is View.owner]
