"""A digest of a stretch of a feed: what a partner compares to know that its copy is complete.

Over the notifications, not the bundles: where bundles end may differ, what they hold may not.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from contracts.canonical import canonical_json


@dataclass(frozen=True, slots=True)
class Digest:
    """`sha256` is over the canonical JSON of each notification, each followed by a line feed."""

    first_sequence: int
    count: int
    sha256: str


def digest(contents: Iterable[str | bytes], *, first: int = 1, last: int | None = None) -> Digest:
    """The digest of the notifications `first` to `last` (included) of these bundles, in order.

    A notification that comes twice counts once. Raises ValueError where one is missing.
    """
    running = hashlib.sha256()
    expected = first
    for content in contents:
        for notification in orjson.loads(content)["notifications"]:
            sequence = notification["sequence"]
            if sequence < expected or (last is not None and sequence > last):
                continue
            if sequence != expected:
                raise ValueError(f"notification {expected} is missing: {sequence} follows")
            running.update(canonical_json(notification) + b"\n")
            expected += 1
    return Digest(first_sequence=first, count=expected - first, sha256=running.hexdigest())
