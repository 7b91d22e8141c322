"""What came of one try to deliver; whose trouble it is decides what happens next."""

from dataclasses import dataclass
from typing import Protocol

from registry_store.feed.outbox import DueBundle


@dataclass(frozen=True, slots=True)
class Delivered:
    """The target has it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The target did not take it (queue full, an error status, no answer): counted, tried again later."""

    error: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The target wants nothing more (410): the subscription is closed, its bundles stay."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Our own side fails (broker away): not the target's fault, so not counted."""

    error: str


Outcome = Delivered | Refused | Gone | Unavailable


class Way(Protocol):
    """A way out. Never raises for what a target or a server does."""

    async def send(self, bundle: DueBundle) -> Outcome: ...
