"""Partners' users on the broker, through its management API.

One broker user per partner, with rights that the broker itself enforces: to publish to the intake
under its own key alone, to read its own queues alone, to declare nothing. The password is given as a
salted hash, so that a new node can be given the same users without anyone knowing their secrets.

Source: rabbitmq.com/docs/access-control, /docs/passwords (hashing_algorithm rabbit_password_hashing_sha256).
"""

import base64
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from router.broker import names

_TIMEOUT_SECONDS = 10


class ManagementUnavailable(RuntimeError):
    """The management API does not answer, or refuses. The text is meant for the operator."""


@dataclass(frozen=True, slots=True)
class Management:
    """`url` with the credentials of an administrator; `virtual_host` is the hub's."""

    url: str
    virtual_host: str = "/"

    def admit(self, slug: str, *, secret_hash: bytes) -> None:
        """Make the partner's user, or give it this password; rights are set anew. Idempotent.

        `secret_hash`: 4 bytes of salt, and SHA-256 over salt and password.
        """
        own = re.escape(slug)
        with self._client() as client:
            _put(
                client,
                f"/api/users/{slug}",
                {
                    "password_hash": base64.b64encode(secret_hash).decode(),
                    "hashing_algorithm": "rabbit_password_hashing_sha256",
                    "tags": "",
                },
            )
            _put(
                client,
                f"/api/permissions/{self._host}/{slug}",
                {
                    "configure": "^$",
                    "write": f"^{re.escape(names.INTAKE)}$",
                    "read": rf"^partner\.{own}\.",
                },
            )
            _put(
                client,
                f"/api/topic-permissions/{self._host}/{slug}",
                {
                    "exchange": names.INTAKE,
                    "write": rf"^{own}\.({'|'.join(names.CLASSES)})$",
                    "read": "^$",
                },
            )

    def expel(self, slug: str) -> None:
        """Remove the user; its open connections are closed by the broker."""
        with self._client() as client:
            response = client.delete(f"/api/users/{slug}")
            if response.status_code != httpx.codes.NOT_FOUND:
                _check(response)

    @property
    def _host(self) -> str:
        return quote(self.virtual_host, safe="")

    def _client(self) -> "_Client":
        parts = urlsplit(self.url)
        port = f":{parts.port}" if parts.port else ""
        return _Client(
            base_url=f"{parts.scheme}://{parts.hostname}{port}{parts.path.rstrip('/')}",
            auth=(parts.username or "", parts.password or ""),
            timeout=_TIMEOUT_SECONDS,
            trust_env=False,
        )


class _Client(httpx.Client):
    """A client whose transport errors are this module's."""

    def request(self, *arguments: Any, **options: Any) -> httpx.Response:
        try:
            return super().request(*arguments, **options)
        except httpx.HTTPError as error:
            raise ManagementUnavailable(
                f"the broker's management API does not answer: {error}"
            ) from error


def _put(client: httpx.Client, path: str, body: dict[str, str]) -> None:
    _check(client.put(path, json=body))


def _check(response: httpx.Response) -> None:
    if not response.is_success:
        raise ManagementUnavailable(
            f"the broker's management API refused {response.request.method} "
            f"{response.request.url.path}: {response.status_code} {response.text[:300]}"
        )
