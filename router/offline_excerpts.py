"""One excerpt of a file, answered in a process of its own."""

from array import array
from collections.abc import Mapping
from typing import NamedTuple

import orjson

from contracts.messages import Envelope
from contracts.reasons import Reason
from router.collector import settle_collector
from router.language import Language, language
from router.offline import items_of, result_of
from router.offline_tally import Tally
from router.pipeline.reading import read

_spoken: list[Language] = []


class Job(NamedTuple):
    """`before`: see `Items`. `shows_results`: every item is wanted, not the counts alone."""

    envelope: Envelope
    shows_results: bool = False
    before: Mapping[int, str] = {}


class Part(NamedTuple):
    """The answer to an excerpt. `results`: JSON objects with `,` and a line break between them. `touched`: digests of
    what its assets hold or would hold; `held`: of what they do hold, `places`: where each stands.
    """

    tally: Tally
    results: bytes
    touched: "array[int]"
    held: "array[int]"
    places: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()


def speak(spoken: Language | None = None) -> None:
    """What a process does first, and once: it has what it is given, or what the process had that it was forked
    from, or it loads it.
    """
    if spoken is not None:
        _spoken[:] = [spoken]
    elif not _spoken:
        _spoken.append(language())
        settle_collector()


def answer_excerpt(job: Job) -> Part:
    (spoken,) = _spoken
    reading = read(job.envelope, spoken.adapters, spoken.limits)
    items = items_of(reading, spoken, keeps_records=job.shows_results, before=job.before)
    answers = items.answers(reading.items)
    tally = Tally()
    tally.add([outcome for outcome, _ in answers])
    results = b""
    if job.shows_results:
        results = b",\n".join(orjson.dumps(result_of(*answer)) for answer in answers)
    held = items.held()
    return Part(
        tally,
        results,
        array("Q", {*held, *items.refused()}),
        array("Q", held),
        tuple(held.values()),
        reading.reasons,
    )
