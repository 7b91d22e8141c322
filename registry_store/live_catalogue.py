"""The published category versions of the registry, in the catalogue of a process that runs; and with them the
mapping profiles of partners.

Every process looks before it reads a message, cuts a bundle or answers a request: one query over indexes
that hold category versions and profiles alone. Only where that stamp moved are the versions read. So a version
that is published is known everywhere before it is in force, and no process is started again.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import structlog

from contracts.categories import Catalogue, Category
from registry_store.category_reading import CategoryReader
from registry_store.rules.audience import PUBLIC_STATES

if TYPE_CHECKING:  # the language of messages is spoken where there is no database, too
    from psycopg import Connection

log = structlog.get_logger()

#: Moves with every change of a category version, and of a profile: versions of a record only go up, records are
#: never removed.
_STAMP = (
    "SELECT c.*, p.* "
    "FROM (SELECT count(*), coalesce(sum(version), 0) FROM record WHERE kind = 'category_version') c, "
    "(SELECT count(*), coalesce(sum(version), 0) FROM record WHERE kind = 'mapping_profile') p"
)
#: How many of its members are of category versions.
_OF_CATEGORIES = 2
_PUBLISHED = (
    "SELECT r.id, r.version, v.content FROM record r "
    "JOIN record_version v ON v.record = r.row AND v.version = r.current_version "
    "WHERE r.kind = 'category_version' AND r.status = ANY(%s)"
)

#: Brings up to date; gives a value that is another one whenever something was taken over.
Renew = Callable[["Connection"], object]


def nothing_new(_connection: "Connection") -> object:
    """For a catalogue that stays as it is."""
    return None


class _Read(NamedTuple):
    """A version as it was read from version `version` of its record; None: it cannot be read."""

    version: int
    category: Category | None


class LiveCatalogue:
    """Keeps `catalogue` as the registry has it: the versions that it was made with, and those published. Where
    profiles have changed, `profiles` looks.
    """

    def __init__(
        self, catalogue: Catalogue, reader: CategoryReader, profiles: Renew = nothing_new
    ) -> None:
        self._catalogue = catalogue
        self._reader = reader
        self._renew_profiles = profiles
        self._delivered = {(each.name, each.version): each for each in catalogue}
        self._stamp: tuple[Any, ...] = (0, 0, 0, 0)
        self._read: dict[str, _Read] = {}
        self._lock = threading.Lock()

    def renew(self, connection: "Connection") -> object:
        """Look, and take over what has changed; the stamp of it. Raises what the database raises."""
        stamp = connection.execute(_STAMP).fetchone() or (0, 0, 0, 0)
        if stamp == self._stamp:
            return stamp
        with self._lock:
            if stamp[:_OF_CATEGORIES] != self._stamp[:_OF_CATEGORIES]:
                self._renew_categories(connection)
            if stamp[_OF_CATEGORIES:] != self._stamp[_OF_CATEGORIES:]:
                self._renew_profiles(connection)
            self._stamp = stamp
        return stamp

    def _renew_categories(self, connection: "Connection") -> None:
        rows = connection.execute(_PUBLISHED, (list(PUBLIC_STATES),)).fetchall()
        self._read = {id: self._version(id, version, content) for id, version, content in rows}
        live = [read.category for read in self._read.values() if read.category is not None]
        versions = self._delivered | {(each.name, each.version): each for each in live}
        self._catalogue.renew(versions.values())
        log.info("catalogue.renewed", versions=len(live))

    def _version(self, id: str, version: int, content: str) -> _Read:
        known = self._read.get(id)
        if known is not None and known.version == version:
            return known
        members = orjson.loads(content)
        name, number = members["category"], members["category_version"]
        category = self._delivered.get((name, number)) or self._reader.read(members["document"])
        if not isinstance(category, Category):
            reasons = [f"{reason.path} {reason.text}" for reason in category[:5]]
            log.error("catalogue.version_unreadable", id=id, name=name, reasons=reasons)
            return _Read(version, None)
        return _Read(version, _dated(category, members))


def _dated(category: Category, members: Mapping[str, Any]) -> Category:
    """From when, and until when, a version may be used: its record says it."""

    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(members[name]) if name in members else None

    return replace(
        category,
        effective_from=moment("effective_from") or category.effective_from,
        deprecated_from=moment("deprecated_at"),
        retired_from=moment("sunset") or category.retired_from,
    )
