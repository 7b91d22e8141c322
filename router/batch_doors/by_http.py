"""The batches of a partner by the HTTP door, with the partner's secret."""

import base64
import hashlib
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
import tenacity

from contracts.batches import BatchHeader, Wish
from router.batch_doors.door import BatchDoorAway, BatchDoorFailed, Opened, Outcomes
from router.batch_doors.source import Measured
from router.batches.outcome_files import Format, Only

_SECONDS = 120.0
#: How long a door that is away is asked again: a restart takes seconds.
_PATIENCE_SECONDS = 60
#: The name of a wish in the address.
_ACTION: dict[Wish, str] = {"run": "resume", "pause": "pause", "cancel": "cancel"}


class _Away(Exception):
    """The door does not answer, or says that the registry is away: worth trying again."""


class HttpDoor:
    """`/v1/batches` as one partner. Whatever may be repeated is, a few times, with growing pauses."""

    def __init__(self, base_url: str, *, partner: str, secret: str) -> None:
        self._client = httpx.Client(
            base_url=base_url, auth=(partner, secret), timeout=_SECONDS, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def open(self, header: BatchHeader) -> Opened:
        named = {
            "content-type": header.media_type,
            "content-encoding": header.content_encoding,
            "ce-id": quote(header.message_id, safe=":/"),
            "on-behalf-of": header.on_behalf_of,
            "fmar-statement-date": header.statement_date,
            "fmar-file-name": quote(header.file_name),
            "fmar-parts": "true",
            "fmar-size": None if header.size_bytes is None else str(header.size_bytes),
            "repr-digest": header.sha256 and _digest(bytes.fromhex(header.sha256)),
        }
        headers = {name: value for name, value in named.items() if value}
        policy = header.policy.model_dump(mode="json")
        answer = self._ask("POST", "/v1/batches", headers=headers, params=policy).json()
        there = {part["number"]: part["sha256"] for part in answer.get("parts", ())}
        return Opened(answer["id"], answer["is_whole"], there)

    def put(self, id: str, number: int, body: bytes) -> None:
        headers = {"content-digest": _digest(hashlib.sha256(body).digest())}
        self._ask("PUT", f"/v1/batches/{id}/parts/{number}", content=body, headers=headers)

    def complete(self, id: str, whole: Measured) -> None:
        self._ask("POST", f"/v1/batches/{id}/complete", json=whole._asdict())

    def batch(self, id: str) -> dict[str, Any]:
        shown: dict[str, Any] = self._ask("GET", f"/v1/batches/{quote(id, safe='')}").json()
        return shown

    def batches(self, *, before: str | None, limit: int) -> list[dict[str, Any]]:
        page = {"limit": str(limit)} | ({"before": before} if before else {})
        shown: list[dict[str, Any]] = self._ask("GET", "/v1/batches", params=page).json()["batches"]
        return shown

    def receipt(self, id: str) -> bytes | None:
        address = f"/v1/batches/{quote(id, safe='')}/receipt"
        answer = self._ask("GET", address, headers={"accept": "application/json"})
        return answer.content if answer.status_code == httpx.codes.OK else None

    def outcomes(self, id: str, *, format: Format, only: Only | None) -> Outcomes:
        asked = {"format": format} | ({"only": only} if only else {})
        address = f"/v1/batches/{quote(id, safe='')}/outcomes"
        request = self._client.build_request("GET", address, params=asked)
        try:
            answer = self._client.send(request, stream=True)
            if answer.is_error:
                answer.read()
        except httpx.HTTPError as error:
            raise BatchDoorFailed(f"the HTTP door does not answer: {error}") from error
        _refuse(answer)
        name = answer.headers.get("content-disposition", "").partition('filename="')[2].strip('"')
        return Outcomes(answer.headers.get("content-type", ""), name, _streamed(answer))

    def wish(self, id: str, wanted: Wish) -> None:
        self._ask("POST", f"/v1/batches/{quote(id, safe='')}/{_ACTION[wanted]}")

    def missing(self, id: str, *, after: int, limit: int) -> dict[str, Any]:
        page = {"after": str(after), "limit": str(limit)}
        address = f"/v1/batches/{quote(id, safe='')}/missing"
        found: dict[str, Any] = self._ask("GET", address, params=page).json()
        return found

    def deregister_missing(self, id: str, *, confirmed: int) -> str:
        address = f"/v1/batches/{quote(id, safe='')}/missing/deregister"
        return str(self._ask("POST", address, json={"confirm": confirmed}).json()["id"])

    def _ask(self, method: str, address: str, **said: Any) -> httpx.Response:
        try:
            for attempt in _attempts():
                with attempt:
                    return self._answer(method, address, **said)
        except _Away as error:
            raise BatchDoorAway(f"the HTTP door does not answer: {error}") from error
        raise AssertionError("the attempts end with an answer or an exception")

    def _answer(self, method: str, address: str, **said: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, address, **said)
        except httpx.TransportError as error:
            raise _Away(str(error) or type(error).__name__) from error
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise _Away(answer.text[:200])
        _refuse(answer)
        return answer


def _attempts() -> tenacity.Retrying:
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(_Away),
        stop=tenacity.stop_after_delay(_PATIENCE_SECONDS),
        wait=tenacity.wait_exponential(multiplier=0.2, max=5),
        reraise=True,
    )


def _refuse(answer: httpx.Response) -> None:
    if not answer.is_error:
        return
    try:
        said = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        said = answer.text[:300]
    raise BatchDoorFailed(f"{answer.status_code}: {said}")


def _streamed(answer: httpx.Response) -> Iterator[bytes]:
    try:
        yield from answer.iter_bytes()
    except httpx.HTTPError as error:
        raise BatchDoorFailed(f"the outcome file was cut off: {error}") from error
    finally:
        answer.close()


def _digest(sha256: bytes) -> str:
    return f"sha-256=:{base64.b64encode(sha256).decode()}:"
