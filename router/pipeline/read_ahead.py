"""While a group of chunks is decided, the next one of its batch is fetched, decoded and prepared by somebody else: a
thread of this process, or processes of their own.

What was read ahead promises nothing: whether it is still to be decided, and whether it would be prepared so
now, is looked at in the transaction that decides it.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple, Protocol

from registry_store.rules.decision import Setting
from router.pipeline.group_reading import Following, ReadGroup

#: What waited longer (a batch was paused, a reference was lost) is read anew: its setting has an hour.
_LONGEST_SECONDS = 5.0


class ReaderDied(Exception):
    """The process that read a group ended over it, or over another one beside it."""


class Readers(Protocol):
    """Who reads. `most`: groups at a time; `is_early`: whether reading may begin while others are decided, or only
    while they are written.
    """

    most: int
    is_early: bool

    def begin(self, wanted: Following, setting: Setting, stamp: object) -> Future[Any] | None:
        """None where nobody is ready to read."""
        ...

    def group(self, begun: Future[Any], setting: Setting) -> ReadGroup | None:
        """What came of it, waited for. None where it could not be read. Raises ReaderDied."""
        ...

    def drop(self, begun: Future[Any]) -> None:
        """Nobody asks for it any more."""
        ...

    def close(self) -> None: ...


class _Begun(NamedTuple):
    wanted: Following
    setting: Setting
    at: float
    group: Future[Any]


class ReadAhead:
    """At most one group of a batch. Not thread-safe: its caller is the one thread that decides."""

    def __init__(self, readers: Readers, clock: Callable[[], float] = time.monotonic) -> None:
        self._readers = readers
        self._clock = clock
        self._begun: dict[int, _Begun] = {}
        self._doubtful: dict[int, int] = {}

    @property
    def is_early(self) -> bool:
        return self._readers.is_early

    def begin(self, wanted: Following, setting: Setting, stamp: object) -> None:
        """Chunks after some that are being decided; may be said again, for what was not cut yet. Where groups of
        other batches are ahead, those are kept: batches of several partners take turns.
        """
        for batch, begun in list(self._begun.items()):
            if self._is_old(begun) or _found_nothing(begun.group):
                self.throw_away(batch)
        if wanted.batch in self._begun or len(self._begun) >= self._readers.most:
            return
        if (group := self._readers.begin(wanted, setting, stamp)) is not None:
            self._begun[wanted.batch] = _Begun(wanted, setting, self._clock(), group)

    def take(self, batch: int) -> ReadGroup | None:
        """What is ahead of this batch, when it is ready. None: nothing, or it could not be read; whoever asks
        reads it then, and meets the fault.
        """
        begun = self._begun.pop(batch, None)
        if begun is None:
            return None
        try:
            group = self._readers.group(begun.group, begun.setting)
        except ReaderDied:
            self._doubtful[batch] = begun.wanted.last
            return None
        return None if self._is_old(begun) else group

    def is_doubtful(self, batch: int, chunk: int) -> bool:
        """Whether a reader may have died over this chunk."""
        return chunk <= self._doubtful.get(batch, 0)

    def throw_away(self, batch: int) -> None:
        if (begun := self._begun.pop(batch, None)) is not None:
            self._readers.drop(begun.group)

    def close(self) -> None:
        self._begun.clear()
        self._readers.close()

    def _is_old(self, begun: _Begun) -> bool:
        return self._clock() - begun.at > _LONGEST_SECONDS


def _found_nothing(group: Future[Any]) -> bool:
    ended = group.done() and not group.cancelled() and group.exception() is None
    return ended and group.result() is None
