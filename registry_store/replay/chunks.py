"""Work in chunks over processes that all see the registry at one moment."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import psycopg

from registry_store.database import Database

Result = TypeVar("Result")
#: Chunks are small enough to show progress, and that no process is left with much when the others are done.
CHUNKS = 48


class Chunk(NamedTuple):
    """Rows from `low` on, below `high`."""

    low: int
    high: int


def chunks(low: int | None, high: int | None) -> list[Chunk]:
    """The rows from `low` to `high`, both included, in at most CHUNKS parts."""
    if low is None or high is None:
        return []
    step = max(1, -(-(high + 1 - low) // CHUNKS))
    return [Chunk(start, min(start + step, high + 1)) for start in range(low, high + 1, step)]


@contextmanager
def one_moment(database: Database) -> Iterator[tuple[psycopg.Connection, str]]:
    """A read-only connection, and the name under which other connections see what it sees."""
    with database.reading() as connection:
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        yield connection, row[0]


def join_moment(connection: psycopg.Connection, snapshot: str) -> None:
    """Let the connection see what the one that exported `snapshot` sees, until its transaction ends."""
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    connection.execute(psycopg.sql.SQL("SET TRANSACTION SNAPSHOT {}").format(snapshot))


@dataclass(frozen=True, slots=True)
class Crew(Generic[Result]):
    """What a process does: it is prepared once, with what is `given` to it, works, and lets go."""

    prepare: Callable[..., None]
    work: Callable[[Chunk], Result]
    release: Callable[[], None]


def over(
    parts: Sequence[Chunk], crew: Crew[Result], given: tuple[Any, ...], *, workers: int
) -> Iterator[Result]:
    """The results, as they come; with one worker here, without a process of its own.

    Raises BrokenProcessPool if a process dies.
    """
    if workers == 1 or len(parts) < 2:  # noqa: PLR2004 # nothing to share
        yield from _here(parts, crew, given)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=crew.prepare, initargs=given) as pool:
        waiting = {pool.submit(crew.work, part) for part in parts}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()


def _here(parts: Sequence[Chunk], crew: Crew[Result], given: tuple[Any, ...]) -> Iterator[Result]:
    if not parts:
        return
    crew.prepare(*given)
    try:
        yield from map(crew.work, parts)
    finally:
        crew.release()
