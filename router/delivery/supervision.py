"""Loops that outlive what they depend on: database or broker away is said, waited for, gone on from."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import psycopg
import sqlalchemy.exc
import structlog

from router.broker.off_lane import BrokerAway
from router.delivery.retry_delay import delay_seconds

#: What goes by itself: a server that is away, a lock that was held too long. Anything else is a bug.
TRANSIENT = (psycopg.OperationalError, sqlalchemy.exc.OperationalError, BrokerAway, OSError)

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0

_log = structlog.get_logger()


class Trouble:
    """What keeps the loops of a relay from their work, for the log and for `hub status`."""

    def __init__(self) -> None:
        self._causes: dict[str, str] = {}
        self._in_a_row: dict[str, int] = {}

    @property
    def problem(self) -> str | None:
        """One line that names loops and causes; None: all is well."""
        return "; ".join(f"{loop}: {cause}" for loop, cause in sorted(self._causes.items())) or None

    def note(self, loop: str, error: Exception) -> float:
        """Says once what is wrong with the loop, and how many seconds to wait before the next try."""
        cause = type(error).__name__
        if self._causes.get(loop) != cause:
            if isinstance(error, TRANSIENT):
                _log.warning("relay.interrupted", loop=loop, error=cause, text=_first_line(error))
            else:
                _log.error("relay.failed", loop=loop, error=cause, exc_info=error)
            self._causes[loop] = cause
        tries = self._in_a_row[loop] = self._in_a_row.get(loop, 0) + 1
        spread = random.random()  # noqa: S311 - spreading, not secrecy
        return delay_seconds(
            tries, spread, first=FIRST_PAUSE_SECONDS, longest=LONGEST_PAUSE_SECONDS
        )

    def clear(self, loop: str) -> None:
        """The loop did its work."""
        if self._causes.pop(loop, None):
            _log.info("relay.resumed", loop=loop)
        self._in_a_row.pop(loop, None)


async def repeat(
    loop: str,
    step: Callable[[], Awaitable[bool]],
    *,
    idle_seconds: float,
    trouble: Trouble,
    stop: asyncio.Event,
) -> None:
    """Runs `step` until `stop`: at once again while it finds work, else or when it fails after a pause."""
    while not stop.is_set():
        try:
            busy = await step()
        except Exception as error:  # noqa: BLE001 - told by `Trouble`, tried again
            pause_seconds = trouble.note(loop, error)
        else:
            trouble.clear(loop)
            pause_seconds = 0.0 if busy else idle_seconds
        await _stopped_within(stop, pause_seconds)


async def _stopped_within(stop: asyncio.Event, seconds: float) -> None:
    if seconds <= 0:
        await asyncio.sleep(0)
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200]
