"""What a request says of the file in its body, or in the parts to come.

Source: RFC 9530 sections 2 and 3 (Content-Digest, Repr-Digest); RFC 9110 section 8.4 (Content-Encoding).
"""

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Literal
from urllib.parse import unquote

from starlette.datastructures import Headers

from adapters import Adapter, adapter_for
from adapters.cutting import Cutter
from adapters.media_types import essence
from contracts.batches import BatchHeader, Policy
from contracts.reasons import Rule
from router.http.headers import FILES, LONGEST_ID, read_headers
from router.http.problems import Problem

_SHA_256 = re.compile(r"(?:^|,)\s*sha-256\s*=\s*(:[^:,]*:|[^,;]*)", re.IGNORECASE)
_DIGEST_BYTES = 32
_ENCODINGS: dict[str, Literal["", "gzip", "zstd"]] = {
    "": "",
    "identity": "",
    "gzip": "gzip",
    "x-gzip": "gzip",
    "zstd": "zstd",
}


def batch_header(
    headers: Headers, policy: Policy, *, sender: str, adapters: Iterable[Adapter]
) -> BatchHeader:
    """Raises Problem with what to mend."""
    said = read_headers(headers, longest_wait_seconds=0, needs_id=False)
    known = tuple(adapters)
    if not isinstance(adapter_for(known, said.media_type), Cutter):
        raise _not_cut(known)
    if not said.message_id and said.statement_date is None and essence(said.media_type) in FILES:
        raise Problem(
            400,
            Rule.MSG_04.code,
            "a table without ce-id needs fmar-statement-date: its id is made of content and date",
            rule=Rule.MSG_04.key,
        )
    sha256 = digest(headers, "repr-digest")
    return BatchHeader(
        sender=sender,
        media_type=said.media_type,
        content_encoding=_encoding(headers),
        message_id=said.message_id,
        event_type=said.event_type,
        on_behalf_of=said.on_behalf_of,
        statement_date=said.statement_date and said.statement_date.isoformat(),
        file_name=_file_name(headers),
        sha256=sha256 and sha256.hex(),
        size_bytes=_size(headers),
        policy=policy,
    )


def digest(headers: Headers, name: str) -> bytes | None:
    """The SHA-256 of a digest header; None where it gives none. Other algorithms are passed over."""
    match = _SHA_256.search(headers.get(name, ""))
    if match is None:
        return None
    text = match[1].strip()
    try:
        value = base64.b64decode(text[1:-1], validate=True) if text[:1] == text[-1:] == ":" else b""
    except binascii.Error:
        value = b""
    if len(value) != _DIGEST_BYTES:
        raise _invalid(f"{name} is sha-256=:BASE64 OF 32 BYTES:")
    return value


def announces_parts(headers: Headers) -> bool:
    """Whether the file will come in parts, by PUT."""
    return headers.get("fmar-parts", "").strip().lower() == "true"


def _encoding(headers: Headers) -> Literal["", "gzip", "zstd"]:
    named = headers.get("content-encoding", "").strip().lower()
    if named not in _ENCODINGS:
        raise Problem(
            415,
            "content_encoding_refused",
            f"content encoding {named[:40]}: send the file as it is, or as gzip or zstd",
            headers={"Accept-Encoding": "gzip, zstd, identity"},
            rule=Rule.MSG_02.key,
        )
    return _ENCODINGS[named]


def _size(headers: Headers) -> int | None:
    stated = headers.get("fmar-size" if announces_parts(headers) else "content-length")
    if stated is None:
        return None
    if not stated.isdecimal() or not stated.isascii():
        raise _invalid("fmar-size is the number of bytes of the file as it is sent")
    return int(stated)


def _file_name(headers: Headers) -> str:
    name = unquote(headers.get("fmar-file-name", ""))
    if len(name) > LONGEST_ID or not name.isprintable():
        raise _invalid(f"fmar-file-name has at most {LONGEST_ID} printable characters")
    return name


def _not_cut(known: Iterable[Adapter]) -> Problem:
    cut = sorted(media for each in known if isinstance(each, Cutter) for media in each.media_types)
    return Problem(
        415,
        Rule.MSG_01.code,
        f"as a batch the hub reads {', '.join(cut)}; other formats go to /v1/messages",
        headers={"Accept-Post": ", ".join(cut)},
        rule=Rule.MSG_01.key,
    )


def _invalid(detail: str) -> Problem:
    return Problem(400, Rule.MSG_13.code, detail, rule=Rule.MSG_13.key)
