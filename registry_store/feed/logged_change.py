"""A change as the feed reads it: a line of the log with the content that it made and the one before."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import orjson

from contracts.changes import Audience


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """`content`: canonical JSON of the version that the change made, None once erased.

    `previous`: that of the version which was true before at the same valid time, None where there is
    none. `is_current`: it is true now, not a correction of an earlier time. `cause`: what it follows from,
    where that is not its message alone. `record` is the store's key of the record, `id` its public one.
    """

    position: int
    record: int
    id: str
    kind: str
    version: int
    event: str
    material: bool | None
    recorded_at: datetime
    valid_from: datetime
    audience_before: Audience | None
    audience_after: Audience
    content_hash: bytes
    content: str | None
    cause: str | None = None
    previous: str | None = None
    is_current: bool = True


@lru_cache(maxsize=65_536)
def audience_from(text: str) -> Audience:
    """The audience that the log holds as text; few differ, so that each is read once."""
    return Audience.from_json(orjson.loads(text))
