"""`GET /v1/categories`, `/v1/schemas`: the published categories, for anyone, without credentials.

What is said of a version that comes to its end: `Deprecation` (RFC 9745), `Sunset` (RFC 8594), and a link to
what is in force. A schema by its hash never changes (RFC 8246). Drafts are not here.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Annotated, Any

import orjson
import psycopg
import structlog
from fastapi import APIRouter, Header, Query, Response
from sqlalchemy.exc import SQLAlchemyError

from contracts.categories import Catalogue, Category
from contracts.receipts import timestamp
from registry_store.category_identity import contract_hash, identity_hash
from registry_store.database import Database
from registry_store.live_catalogue import LiveCatalogue
from router.category_forms import FORMS, schema
from router.http.problems import MEDIA_TYPE, Problem

log = structlog.get_logger()

#: How long a cache may answer without asking again: so much later it hears of a new version.
_CACHED_SECONDS = 60
_CACHED = f"public, max-age={_CACHED_SECONDS}"
_FOR_EVER = "public, max-age=31536000, immutable"
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"content": {MEDIA_TYPE: {}}} for code in (404, 410)
}
IfNoneMatch = Annotated[str | None, Header(description="ETags that the caller has.")]


def category_routes(database: Database, catalogue: Catalogue, live: LiveCatalogue) -> APIRouter:
    routes = APIRouter(prefix="/v1", tags=["categories"])
    public = PublicCatalogue(database, catalogue, live)

    @routes.get("/categories", response_class=Response)
    def categories(if_none_match: IfNoneMatch = None) -> Response:
        """Every category with its published versions, and which of them is in force."""
        known, now = public.now(), datetime.now(UTC)
        listed = [_described(known.versions(name), now) for name in known.names()]
        return _json({"categories": listed}, if_none_match)

    @routes.get("/categories/{name}", response_class=Response, responses=_PROBLEMS)
    def category(name: str, if_none_match: IfNoneMatch = None) -> Response:
        """One category. 410 where all of its versions have come to their end; they stay readable."""
        now = datetime.now(UTC)
        described = _described(public.versions(name), now)
        if described["in_force"] is None and all(
            version["status"] == "retired" for version in described["versions"]
        ):
            text = f"every version of {name} has come to its end"
            raise Problem(410, "category_retired", text, versions=described["versions"])
        return _json(described, if_none_match)

    @routes.get(
        "/categories/{name}/{version}",
        response_class=Response,
        responses={
            200: {"content": {form.media_type: {} for form in FORMS.values()}},
            **_PROBLEMS,
        },
    )
    def category_version(
        name: str,
        version: str,
        form: Annotated[str, Query(description=f"One of {', '.join(FORMS)}.")] = "schema",
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        """A version as JSON Schema, or in a form that is derived from it. Retired ones stay readable."""
        found = next((each for each in public.versions(name) if each.version == version), None)
        if found is None:
            raise Problem(
                404,
                "category_version_unknown",
                f"{name[:60]} has no published version {version[:20]}",
            )
        if form not in FORMS:
            raise Problem(404, "form_unknown", f"form is one of {', '.join(FORMS)}")
        headers = _life_headers(found, public.now(), datetime.now(UTC))
        return _cached(FORMS[form].of(found), FORMS[form].media_type, if_none_match, headers)

    @routes.get("/schemas/{hash}", response_class=Response, responses=_PROBLEMS)
    def schema_by_hash(hash: str, if_none_match: IfNoneMatch = None) -> Response:
        """The schema whose canonical form (RFC 8785) has this SHA-256, in hexadecimal."""
        found = next((each for each in public.now() if identity_hash(each.document) == hash), None)
        if found is None:
            raise Problem(404, "schema_unknown", f"no published schema has the hash {hash[:64]}")
        headers = {"cache-control": _FOR_EVER}
        return _cached(schema(found), FORMS["schema"].media_type, if_none_match, headers)

    return routes


def renewal(database: Database, live: LiveCatalogue) -> Callable[[], None]:
    """What a request needs that shows records: the categories that they are of."""

    def renewed() -> None:
        with database.reading() as connection:
            live.renew(connection)

    return renewed


class PublicCatalogue:
    """The catalogue as it is now; while the registry is away, as it was last known."""

    def __init__(self, database: Database, catalogue: Catalogue, live: LiveCatalogue) -> None:
        self._database = database
        self._catalogue = catalogue
        self._live = live

    def now(self) -> Catalogue:
        try:
            with self._database.reading() as connection:
                self._live.renew(connection)
        except (psycopg.Error, SQLAlchemyError) as error:
            log.warning("serve.catalogue_not_renewed", error=repr(error)[:200])
        return self._catalogue

    def versions(self, name: str) -> tuple[Category, ...]:
        """Raises Problem (404) for a name that nobody published."""
        found = self.now().versions(name)
        if not found:
            raise Problem(404, "category_unknown", f"there is no category {name[:60]}")
        return found


def _described(versions: Iterable[Category], now: datetime) -> dict[str, Any]:
    """A category by its versions, which come the newest first."""
    versions = tuple(versions)
    in_force = next((each for each in versions if each.is_effective(now)), None)
    return {
        "name": versions[0].name,
        "title": (in_force or versions[0]).title,
        "in_force": None if in_force is None else in_force.version,
        "versions": [_version(each, now) for each in versions],
    }


def _version(category: Category, now: datetime) -> dict[str, Any]:
    hash = identity_hash(category.document)
    dates = {
        "effective_from": category.effective_from,
        "deprecated_from": category.deprecated_from,
        "sunset": category.retired_from,
    }
    return {
        "version": category.version,
        "status": _status(category, now),
        **{name: timestamp(moment) for name, moment in dates.items() if moment is not None},
        "hash": hash,
        "contract_hash": contract_hash(category.document),
        "href": f"/v1/categories/{category.name}/{category.version}",
        "schema": f"/v1/schemas/{hash}",
    }


def _status(category: Category, now: datetime) -> str:
    if category.retired_from is not None and category.retired_from <= now:
        return "retired"
    return "deprecated" if category.deprecated_from is not None else "published"


def _life_headers(category: Category, catalogue: Catalogue, now: datetime) -> dict[str, str]:
    headers = {"cache-control": _CACHED}
    if category.deprecated_from is not None:
        headers["deprecation"] = f"@{int(category.deprecated_from.timestamp())}"
    if category.retired_from is not None:
        headers["sunset"] = format_datetime(category.retired_from.astimezone(UTC), usegmt=True)
    in_force = catalogue.effective(category.name, now)
    if in_force is not None and in_force.version != category.version:
        headers["link"] = (
            f'</v1/categories/{in_force.name}/{in_force.version}>; rel="latest-version"'
        )
    return headers


def _json(body: Mapping[str, Any], if_none_match: str | None) -> Response:
    return _cached(
        orjson.dumps(body), "application/json", if_none_match, {"cache-control": _CACHED}
    )


def _cached(
    body: bytes, media_type: str, if_none_match: str | None, headers: Mapping[str, str]
) -> Response:
    """Source: RFC 9110, sections 8.8.3 and 13.1.2."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**headers, "etag": etag}
    known = {each.strip().removeprefix("W/") for each in (if_none_match or "").split(",")}
    if etag in known or "*" in known:
        return Response(None, 304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
