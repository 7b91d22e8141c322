"""Reading a request's body: as it comes, never more than the limit, never expanded."""

from starlette.requests import ClientDisconnect, Request

from contracts.reasons import Rule
from router.http.problems import Problem


async def limited_body(request: Request, *, limit_bytes: int, is_opaque: bool = False) -> bytes:
    """The body. Raises Problem 413 or 415 before the excess is in memory.

    A compressed body is refused unread: what expands is bounded best by not expanding it. `is_opaque`: it is
    kept as it comes, so its encoding is nobody's concern here.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if not is_opaque and encoding not in ("", "identity"):
        raise Problem(
            415,
            "content_encoding_refused",
            f"content encoding {encoding[:40]}: send the body as it is",
            headers={"Accept-Encoding": "identity"},
            rule=Rule.MSG_02.key,
        )
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit_bytes:
        raise _too_large(limit_bytes)
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit_bytes:
                raise _too_large(limit_bytes)
            parts.append(part)
    except ClientDisconnect as error:
        raise Problem(400, "body_incomplete", "the connection ended before the body did") from error
    return b"".join(parts)


def _too_large(limit_bytes: int) -> Problem:
    return Problem(
        413,
        Rule.MSG_03.code,
        f"the hub takes bodies of at most {limit_bytes} bytes",
        rule=Rule.MSG_03.key,
    )
