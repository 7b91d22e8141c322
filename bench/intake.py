"""How fast one worker takes messages in, beside a bare loop and beside a naive handler.

All three run in processes of their own, on uvloop, one at a time, in rounds: what disturbs the machine
disturbs a whole round, so ratios are taken within rounds, and their median is what counts. Messages
wait in the lanes before the clock starts; whoever loaded them is idle while it runs.
"""

import asyncio
import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aiormq.channel import Channel

from bench import naive
from bench.runs import Configuration, Run
from bench.stage import HEADROOM, STRUCTURED, Stage, message, stage
from router.broker import names, topology
from router.broker.connection import close_quietly, connect, open_channel
from router.broker.publisher import Fate, Publication, Publisher

_CHUNK = 5_000
_WARM_UP_MESSAGES = 1_000


@dataclass(frozen=True, slots=True)
class Plan:
    """`naive_part`: the naive handler gets this part of the messages, rates being compared."""

    messages: int = 20_000
    rounds: int = 9
    workers: int = 1
    stored: int = 0
    lanes: int = 4
    naive_part: float = 0.1

    @property
    def partners(self) -> int:
        """So many that no queue of receipts runs full; as many on each lane."""
        per_lane = -(-self.messages // (self.lanes * topology.RECEIPTS_WAITING // HEADROOM))
        return self.lanes * max(2, per_lane)


class Contender:
    """One contender: one process, or several that share the lanes."""

    def __init__(self, name: str, kind: str, configurations: Iterable[Configuration]) -> None:
        self.name = name
        self.lanes_of = [configuration.queues for configuration in configurations]
        self._processes = [_start(kind, configuration) for configuration in configurations]

    def run(self, counts: list[int], *, profiled: bool = False) -> list[Run]:
        for process, count in zip(self._processes, counts, strict=True):
            _tell(process, f"{count} profiled" if profiled else f"{count}")
        return [Run(**json.loads(_answer(process))) for process in self._processes]

    def stop(self) -> None:
        for process in self._processes:
            process.communicate(timeout=30)


class Loader:
    """Puts messages on the lanes, each a registration that there was not before."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._next = 1

    def load(self, count: int, *, queue: str | None = None) -> dict[str, int]:
        """Messages per lane; or all of them on `queue`."""
        return asyncio.run(self._load(count, queue))

    async def _load(self, count: int, queue: str | None) -> dict[str, int]:
        connection = await connect(self._stage.broker_url, name="bench load")
        channel = await open_channel(connection, confirms=True)
        assert isinstance(channel, Channel)
        for slug in self._stage.partners:
            await channel.queue_purge(names.receipts(slug))
        publisher, loaded = Publisher(channel), dict[str, int]()
        for start in range(0, count, _CHUNK):
            publications = [
                self._publication(queue, loaded) for _ in range(min(_CHUNK, count - start))
            ]
            fates = await publisher.publish(publications)
            if set(fates) != {Fate.confirmed}:
                raise RuntimeError(f"messages could not be loaded: {set(fates)}")
        await close_quietly(connection)
        return loaded

    def _publication(self, queue: str | None, loaded: dict[str, int]) -> Publication:
        number, self._next = self._next, self._next + 1
        place = number % len(self._stage.partners)
        slug = self._stage.partners[place]
        lane = queue or names.lane("normal", place % self._stage.lanes)
        loaded[lane] = loaded.get(lane, 0) + 1
        exchange, key = ("", queue) if queue else (names.INTAKE, names.key(slug, "normal"))
        # FastStream reads JSON only under the plain media type.
        media_type = "application/json" if queue else STRUCTURED
        return Publication(key, message(slug, number), f"m-{number}", exchange, media_type)


def measure(plan: Plan, say: Callable[[str], None]) -> dict[str, Any]:
    """Rates in messages per second and ratios, each the median over the rounds with its range."""
    with stage(partners=plan.partners, lanes=plan.lanes, stored=plan.stored) as place:
        asyncio.run(_declare(place))
        loader = Loader(place)
        with _contenders(plan, place) as contenders:
            for contender in contenders:
                _round(contender, loader, min(_count(plan, contender), _WARM_UP_MESSAGES))
            rounds: list[dict[str, float]] = []
            for number in range(plan.rounds):
                turn = number % len(contenders)
                order = [*contenders[turn:], *contenders[:turn]]
                runs = {each.name: _round(each, loader, _count(plan, each)) for each in order}
                rounds.append({name: _rate(each) for name, each in runs.items()})
                said = (f"{name} {rounds[-1][name]:,.0f}/s{_groups(runs[name])}" for name in runs)
                say(f"round {number + 1}: {', '.join(said)}")
            (profiled,) = (each for each in contenders if each.name == "hub")
            profile = _round(profiled, loader, plan.messages, profiled=True)[0].profile
    return _report(plan, rounds, profile)


@contextmanager
def _contenders(plan: Plan, place: Stage) -> Iterator[list[Contender]]:
    lanes = names.lanes("normal", place.lanes)

    def configuration(queues: tuple[str, ...], url: str = place.database_url) -> Configuration:
        return Configuration(url, place.broker_url, place.lanes, queues, RECEIPT_BYTES)

    shares = [lanes[number :: plan.workers] for number in range(plan.workers)]
    found = [
        Contender("floor", "floor", [configuration(lanes)]),
        Contender("hub", "hub", [configuration(share) for share in shares]),
        Contender("naive", "naive", [configuration((naive.QUEUE,), place.naive_database_url)]),
    ]
    if plan.workers > 1:
        found.append(Contender("hub_one_worker", "hub", [configuration(lanes)]))
    try:
        yield found
    finally:
        for each in found:
            each.stop()


#: A receipt of one accepted registration, as the hub sends it, has about this size.
RECEIPT_BYTES = 600


def _round(
    contender: Contender, loader: Loader, count: int, *, profiled: bool = False
) -> list[Run]:
    loaded = loader.load(count, queue=naive.QUEUE if contender.name == "naive" else None)
    counts = [sum(loaded[queue] for queue in queues) for queues in contender.lanes_of]
    runs = contender.run(counts, profiled=profiled)
    for run, own in zip(runs, counts, strict=True):
        run.messages = own
    return runs


def _count(plan: Plan, contender: Contender) -> int:
    return (
        max(100, int(plan.messages * plan.naive_part))
        if contender.name == "naive"
        else plan.messages
    )


def _rate(runs: list[Run]) -> float:
    elapsed = max(run.ended for run in runs) - min(run.began for run in runs)
    return sum(run.messages for run in runs) / elapsed


def _groups(runs: list[Run]) -> str:
    groups = sum(run.groups for run in runs)
    return f" in {groups} groups" if groups else ""


def _report(
    plan: Plan, rounds: list[dict[str, float]], profile: dict[str, Any] | None
) -> dict[str, Any]:
    report: dict[str, Any] = {
        "messages": plan.messages,
        "rounds": plan.rounds,
        "workers": plan.workers,
        "stored": plan.stored,
        "message_bytes": len(message("bench-0", 12_345)),
        "unit": "messages/s",
    }
    report |= {name: _spread([each[name] for each in rounds], 0) for name in rounds[0]}
    others = [
        ("ratio_to_floor", "floor"),
        ("ratio_to_naive", "naive"),
        ("ratio_to_one_worker", "hub_one_worker"),
    ]
    for ratio, other in others:
        if other in rounds[0]:
            report[ratio] = _spread([each["hub"] / each[other] for each in rounds], 3)
    report["microseconds_per_message"] = profile
    return report


def _spread(values: list[float], digits: int) -> dict[str, float]:
    middle = statistics.median(values)
    return {
        "median": round(middle, digits),
        "lowest": round(min(values), digits),
        "highest": round(max(values), digits),
    }


async def _declare(place: Stage) -> None:
    connection = await connect(place.broker_url, name="bench")
    channel = await open_channel(connection)
    await topology.declare(channel, lanes_per_class=place.lanes)
    for number, slug in enumerate(place.partners):
        await topology.admit(channel, slug, lane=number % place.lanes)
    await channel.queue_declare(naive.QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    await close_quietly(connection)


def _start(kind: str, configuration: Configuration) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "bench.contenders", kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    _tell(process, configuration.as_json())
    _answer(process)
    return process


def _tell(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def _answer(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"a contender ended with {process.wait()}; its cause stands above")
    return line
