"""Who calls: HTTP Basic with the partner's slug and secret. Source: RFC 7617.

Over a network this door stands behind TLS. A right answer is remembered for seconds, so that a busy
partner costs no query per request and a renewed secret ends the old one soon.
"""

import base64
import binascii
import hashlib
import time
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from registry_store import partners
from registry_store.database import Database
from registry_store.partners import Partner
from router.broker.names import SLUG
from router.http.problems import Problem

REMEMBER_SECONDS = 5.0
_MOST_REMEMBERED = 10_000
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="fmar", charset="UTF-8"'}


def authentication(database: Database) -> Callable[[Request], Awaitable[Partner]]:
    """The dependency of all routes that need to know who calls."""
    remembered: dict[bytes, tuple[float, Partner]] = {}

    def look_up(slug: str, secret: str) -> Partner | None:
        with database.reading() as connection:
            return partners.authenticated(connection, slug=slug, secret=secret)

    async def authenticated(request: Request) -> Partner:
        slug, secret = _credentials(request.headers.get("authorization", ""))
        # Not the secret itself: what a process remembers may end in a dump of its memory.
        key = hashlib.sha256(f"{slug}:{secret}".encode()).digest()
        now = time.monotonic()
        known = remembered.get(key)
        if known is not None and now < known[0]:
            return known[1]
        partner = await run_in_threadpool(look_up, slug, secret)
        if partner is None:
            remembered.pop(key, None)
            raise _unauthorised("unknown partner or wrong secret")
        if len(remembered) >= _MOST_REMEMBERED:
            remembered.clear()
        remembered[key] = (now + REMEMBER_SECONDS, partner)
        return partner

    return authenticated


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise _unauthorised("give the partner's slug and secret by HTTP Basic authentication")
    try:
        slug, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise _unauthorised("the Authorization header cannot be read") from error
    if not colon or SLUG.fullmatch(slug) is None:
        raise _unauthorised("unknown partner or wrong secret")
    return slug, secret


def _unauthorised(detail: str) -> Problem:
    return Problem(401, "unauthorised", detail, headers=_CHALLENGE)
