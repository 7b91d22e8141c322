"""A mapping profile as its partner published it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple


class PublishedProfile(NamedTuple):
    """One version, for files of `party` that came in before `retired_at`. Times are UTC."""

    party: str
    document: Mapping[str, Any]
    published_at: datetime
    retired_at: datetime | None = None

    @property
    def name(self) -> str:
        return str(self.document["name"])

    @property
    def version(self) -> str:
        return str(self.document["version"])
