"""The mapping profiles that partners published, as records: all versions, with who may see them."""

from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, text

from contracts.changes import Audience
from registry_store.rules.audience import audience_of
from registry_store.rules.mapping_profile_versions import KIND

_ALL = text(
    "SELECT r.id, r.version, v.content FROM record r "
    "JOIN record_version v ON v.record = r.row AND v.version = r.current_version "
    "WHERE r.kind = 'mapping_profile' ORDER BY r.row"
)


class ProfileRecord(NamedTuple):
    """A version of a profile. `content`: party, owner, profile, profile_version, title, status, document ..."""

    id: str
    version: int
    content: dict[str, Any]
    audience: Audience


def profile_records(connection: Connection) -> list[ProfileRecord]:
    """In the order of their publication."""
    records = []
    for id, version, written in connection.execute(_ALL):
        content = orjson.loads(written)
        records.append(ProfileRecord(id, version, content, audience_of(KIND, id, content)))
    return records
