"""Notifications into bundles: numbered without gaps, bounded in count and bytes, hashed."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from registry_store.feed.notices import Notice


@dataclass(frozen=True, slots=True)
class FeedLimits:
    """How much is taken at once. A bundle ends with the notification that reaches a limit."""

    bundle_notifications: int = 500
    bundle_bytes: int = 1_000_000
    changes_per_cut: int = 2_000
    #: Notifications of one cut, over all subscriptions: what a relay holds in memory.
    cut_bytes: int = 32_000_000


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is sent as one: `content` is the canonical JSON, `hash` the SHA-256 of its notifications array."""

    subscription: str
    first_sequence: int
    count: int
    from_position: int
    to_position: int
    filter_version: int
    epoch: int
    hash: bytes
    content: bytes


class Packer:
    """The bundles of one subscription, from `next_sequence` on."""

    def __init__(
        self,
        *,
        subscription: str,
        filter_version: int,
        epoch: int,
        next_sequence: int,
        limits: FeedLimits,
    ) -> None:
        self._subscription = subscription
        self._filter_version = filter_version
        self._epoch = epoch
        self._limits = limits
        self.next_sequence = next_sequence
        self._start()

    def add(self, notice: Notice, position: int) -> Bundle | None:
        """Numbers the notice; the bundle if this one completes it."""
        notification = notice.numbered(self._subscription, self._epoch, self.next_sequence)
        if not self._notifications:
            self._from_position = position
        self._to_position = position
        self._notifications.append(notification)
        self._bytes += len(notification)
        self.next_sequence += 1
        is_full = (
            len(self._notifications) >= self._limits.bundle_notifications
            or self._bytes >= self._limits.bundle_bytes
        )
        return self.finish() if is_full else None

    def finish(self) -> Bundle | None:
        """The bundle of what is left, None if nothing is."""
        if not self._notifications:
            return None
        count = len(self._notifications)
        notifications = b"[" + b",".join(self._notifications) + b"]"
        hash = hashlib.sha256(notifications)
        first = self.next_sequence - count
        bundle = Bundle(
            subscription=self._subscription,
            first_sequence=first,
            count=count,
            from_position=self._from_position,
            to_position=self._to_position,
            filter_version=self._filter_version,
            epoch=self._epoch,
            hash=hash.digest(),
            content=b'{"count":%d,"epoch":%d,"first_sequence":%d,"hash":"%s","notifications":%b,"subscription":"%s"}'
            % (
                count,
                self._epoch,
                first,
                hash.hexdigest().encode(),
                notifications,
                self._subscription.encode(),
            ),
        )
        self._start()
        return bundle

    def _start(self) -> None:
        self._notifications: list[bytes] = []
        self._bytes = 0
        self._from_position = self._to_position = 0


def pack(packer: Packer, notices: Iterable[Notice], position: int) -> Iterator[Bundle]:
    """Bundles of notices that all belong to one position, as they fill."""
    for notice in notices:
        if bundle := packer.add(notice, position):
            yield bundle
    if bundle := packer.finish():
        yield bundle
