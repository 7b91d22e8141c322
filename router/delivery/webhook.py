"""The way by webhook: one signed POST per bundle, bounded in time and in what is read of the answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpx

from registry_store.feed.notices import delivery_id
from registry_store.feed.outbox import DueBundle
from router.delivery.addresses import AddressRefused, CallRules, resolved
from router.delivery.outcomes import Delivered, Gone, Outcome, Refused
from router.delivery.signing import signed_headers, webhook_secret
from router.record_forms import NotCarried, RecordForms


@dataclass(frozen=True, slots=True)
class WebhookLimits:
    """`call_seconds` is for everything: name, connection, request, first line of the answer."""

    call_seconds: float = 10.0
    connections: int = 256


class WebhookWay:
    """Calls partners' servers. Redirects are not followed, proxies of the environment not used."""

    def __init__(
        self,
        hub_key: bytes,
        forms: RecordForms,
        *,
        rules: CallRules,
        limits: WebhookLimits | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._hub_key = hub_key
        self._forms = forms
        self._rules = rules
        self._limits = limits or WebhookLimits()
        self._now = now
        self._client = httpx.AsyncClient(
            timeout=self._limits.call_seconds,
            limits=httpx.Limits(
                max_connections=self._limits.connections, max_keepalive_connections=64
            ),
            follow_redirects=False,
            trust_env=False,
            headers={"user-agent": "fmar-hub"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def send(self, bundle: DueBundle) -> Outcome:
        try:
            async with asyncio.timeout(self._limits.call_seconds):
                return await self._post(bundle)
        except AddressRefused as error:
            return Refused(f"not called: {error}")
        except NotCarried as error:
            return Refused(str(error))
        except TimeoutError:
            return Refused(f"no answer within {self._limits.call_seconds:g} s")
        except (httpx.HTTPError, OSError) as error:
            return Refused(f"{type(error).__name__}: {error}"[:200])

    async def _post(self, bundle: DueBundle) -> Outcome:
        target = await resolved(bundle.target["url"], self._rules)
        media_type, body = self._forms.bundle(bundle.content, bundle.format, reader=bundle.partner)
        headers = signed_headers(
            webhook_secret(self._hub_key, bundle.subscription, bundle.target["generation"]),
            message_id=delivery_id(bundle.subscription, bundle.epoch, bundle.first_sequence),
            sent_at=self._now(),
            body=body.decode(),
        )
        request = self._client.stream(
            "POST",
            target.url,
            content=body,
            headers={**headers, "content-type": media_type, "host": target.host},
            extensions={"sni_hostname": target.server_name},
        )
        # The status line and headers are all that is read: an answer without end holds nothing up.
        async with request as response:
            return _outcome(response.status_code)


def _outcome(status: int) -> Outcome:
    if httpx.codes.is_success(status):
        return Delivered()
    if status == httpx.codes.GONE:
        return Gone()
    return Refused(f"answered with status {status}")
