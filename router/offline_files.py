"""Files of any size validated without servers: cut as a batch is, the excerpts answered by several processes, in order.

An excerpt is answered alone first. Where assets of it hold, or would hold, what only one asset may hold (a
strong key, a sender's reference) and an earlier excerpt holds already, it is answered once more, knowing that. So
duplicates are found however far apart they stand. What else one item could mean for another is looked at within
an excerpt alone: updates of what the file itself registers, possible doubles (ASSET-04), and market units, whose
members are assumed to be what they should be where another excerpt registers them.
"""

import sys
import zlib
from array import array
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from typing import BinaryIO

from adapters.cutting import Cut, CutLimits, Cutter, Excerpt
from contracts.messages import Envelope
from router.batches.expanding import FileBroken
from router.cores import cores
from router.language import Language
from router.offline_excerpts import Job, Part, answer_excerpt, speak
from router.offline_tally import Tally

#: Larger than those of a batch: nobody waits for the first of them.
EXCERPT_ROWS = 1_000
_AHEAD_OF_EACH = 3
_BETWEEN_PLACES = "\0"
_BUCKET_BITS = 18
_BESIDE_BUCKET = 64 - _BUCKET_BITS
#: Keys and references that one excerpt may hold at most.
_MOST_PLACES = 2**32


class FileValidation:
    """The parts of a file in their order, read once; `tally` is complete after."""

    def __init__(self, cut: Cut, envelope: Envelope, *, shows_results: bool = False) -> None:
        self._cut = cut
        # A part has no id of its own.
        known_by = envelope.message_id or cut.head.message_id or "validation"
        self._envelope = replace(envelope, message_id=known_by)
        self._shows_results = shows_results
        self._held = _Held()
        self.tally = Tally(notes=cut.head.notes)
        self.tally.say(cut.head.reasons)

    def parts(self, pool: Executor, count: int) -> Iterator[Part]:
        """Answered by `count` processes; few excerpts are under way at a time."""
        ahead = count * _AHEAD_OF_EACH
        waiting: deque[tuple[Excerpt, Future[Part]]] = deque()
        try:
            for excerpt in self._cut.excerpts:
                waiting.append((excerpt, pool.submit(answer_excerpt, self._job(excerpt))))
                if len(waiting) >= ahead:
                    yield self._settled(*waiting.popleft(), pool)
        except FileBroken as broken:
            self._cut.reasons.append(broken.reason)
        while waiting:
            yield self._settled(*waiting.popleft(), pool)
        self.tally.say(self._cut.reasons)

    def _job(self, excerpt: Excerpt, before: Mapping[int, str] = {}) -> Job:
        envelope = replace(self._envelope, body=excerpt.body, excerpt=excerpt.said)
        return Job(envelope, self._shows_results, before)

    def _settled(self, excerpt: Excerpt, answered: Future[Part], pool: Executor) -> Part:
        part = answered.result()
        if before := self._held.among(part.touched):
            part = pool.submit(answer_excerpt, self._job(excerpt, before)).result()
        self._held.add(part)
        self.tally.join(part.tally)
        self.tally.say(part.reasons)
        return part


class _Held:
    """What the assets of a file hold so far, about 35 bytes for each key and reference: a dictionary would take
    100, and a file may have millions.
    """

    def __init__(self) -> None:
        #: By the first bits of a digest: digest, number of its place, digest, number ...
        self._buckets: list[array[int] | None] = [None] * 2**_BUCKET_BITS
        self._places: list[bytes] = []

    def add(self, part: Part) -> None:
        buckets, first = self._buckets, len(self._places) * _MOST_PLACES
        for number, digest in enumerate(part.held, first):
            if (bucket := buckets[digest >> _BESIDE_BUCKET]) is None:
                buckets[digest >> _BESIDE_BUCKET] = array("Q", (digest, number))
            else:
                bucket.append(digest)
                bucket.append(number)
        places = _BETWEEN_PLACES.join(part.places).encode("utf-8", "replace")
        self._places.append(zlib.compress(places, 1))

    def among(self, digests: "array[int]") -> dict[int, str]:
        """Those that are held already, with the place of who holds them."""
        buckets = self._buckets
        return {
            digest: self._place(bucket[bucket.index(digest) + 1])
            for digest in digests
            if (bucket := buckets[digest >> _BESIDE_BUCKET]) is not None and digest in bucket
        }

    def _place(self, number: int) -> str:
        excerpt, position = divmod(number, _MOST_PLACES)
        return zlib.decompress(self._places[excerpt]).decode().split(_BETWEEN_PLACES)[position]


def cut_file(source: BinaryIO, envelope: Envelope, cutter: Cutter) -> Cut:
    return cutter.cut(source, envelope, CutLimits(rows=EXCERPT_ROWS))


@contextmanager
def in_processes(spoken: Language) -> Iterator[Executor]:
    """As many processes as there are cores for us. Enter it before anything that starts a thread.

    Where processes can be forked from one that has no other thread they begin with all that this one has
    loaded: else each would need a second to load it again.
    """
    speak(spoken)
    start = get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(cores(), mp_context=start, initializer=speak) as pool:
        # All processes are forked with the first that is asked of them.
        pool.submit(speak).result()
        yield pool
