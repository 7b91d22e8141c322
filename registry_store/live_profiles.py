"""The mapping profiles of partners as the registry has them, for a process that runs."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from contracts.published_profiles import PublishedProfile

if TYPE_CHECKING:  # the language of messages is spoken where there is no database, too
    from psycopg import Connection

log = structlog.get_logger()

_ALL = (
    "SELECT r.id, r.version, v.content FROM record r "
    "JOIN record_version v ON v.record = r.row AND v.version = r.current_version "
    "WHERE r.kind = 'mapping_profile'"
)


class LiveProfiles:
    """Hands all versions that were ever published to `take`, each time that there are others."""

    def __init__(self, take: Callable[[Iterable[PublishedProfile]], None]) -> None:
        self._take = take
        self._read: dict[str, tuple[int, PublishedProfile]] = {}

    def renew(self, connection: "Connection") -> None:
        rows = connection.execute(_ALL).fetchall()
        self._read = {id: self._version(id, version, content) for id, version, content in rows}
        self._take([profile for _, profile in self._read.values()])
        log.info("profiles.renewed", versions=len(rows))

    def _version(self, id: str, version: int, content: str) -> tuple[int, PublishedProfile]:
        known = self._read.get(id)
        if known is not None and known[0] == version:
            return known
        return version, published_profile(orjson.loads(content))


def published_profile(content: Mapping[str, Any]) -> PublishedProfile:
    """From the content of its record."""
    retired_at = content.get("retired_at")
    return PublishedProfile(
        content["party"],
        content["document"],
        datetime.fromisoformat(content["published_at"]),
        None if retired_at is None else datetime.fromisoformat(retired_at),
    )
