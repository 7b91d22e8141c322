"""Headers that every answer of this door carries, unless it says otherwise itself (what may be cached).

Source: OWASP REST Security Cheat Sheet.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000"),
)
#: The interactive documentation brings scripts of its own.
_DOCUMENTATION = ("/docs", "/redoc")


def hardened(app: ASGIApp) -> ASGIApp:
    async def with_headers(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_DOCUMENTATION):
            await app(scope, receive, send)
            return

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                more = [each for each in _HEADERS if each[0] not in said]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await app(scope, receive, add)

    return with_headers
