"""What is sent and who is killed when: all of it follows from a seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

#: Processes of the command line, and the two servers.
PROCESSES = ("serve", "work", "bulk", "split", "relay")
SERVERS = ("rabbitmq", "postgresql")
#: A process that reads for the bulk worker.
READER = "reader"
VICTIMS = (*PROCESSES, READER, *SERVERS)
#: Kills fall into this part of the rows: before there is nothing to lose, after nothing left to do.
_FROM, _TO = 0.02, 0.95
#: A kill follows its row by up to so much, so that it meets a chunk anywhere on its way.
_SPREAD_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Load:
    """A portfolio of `rows`, sent in parts of `part_bytes` and decided in chunks of `chunk_rows`; and so many
    `singles` of each of two other partners while it runs.
    """

    rows: int
    chunk_rows: int
    part_bytes: int
    singles: int
    seconds: float
    seed: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Kill:
    """`kill -9` of the victim, `delay_seconds` after so many rows were decided."""

    after_rows: int
    victim: str
    delay_seconds: float


def kills(seed: int, *, rows: int, count: int) -> list[Kill]:
    """Spaced over the rows, each at a place of its own in its part of them; every victim in turn, in an order that
    changes from round to round.
    """
    order = random.Random(seed)
    victims: list[str] = []
    while len(victims) < count:
        victims += order.sample(VICTIMS, len(VICTIMS))
    share = (_TO - _FROM) * rows / count
    return [
        Kill(round(_FROM * rows + (n + order.random()) * share), victim, order.uniform(0, _SPREAD_SECONDS))
        for n, victim in enumerate(victims[:count])
    ]  # fmt: skip


def by_victim(kills: Sequence[Kill]) -> dict[str, int]:
    return {victim: sum(kill.victim == victim for kill in kills) for victim in VICTIMS}
