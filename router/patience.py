"""A process that is started while the database is away waits for it, as one that runs already does."""

from collections.abc import Callable
from typing import TypeVar

import structlog
import tenacity

from registry_store.faults import is_passing

log = structlog.get_logger()

Made = TypeVar("Made")
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 5.0


def until_there(make: Callable[[], Made]) -> Made:
    """What `make` gives, once the database lets it. For as long as that takes: a signal ends the process meanwhile.

    Raises whatever waiting does not help against.
    """
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception(is_passing),
        wait=tenacity.wait_exponential(multiplier=_FIRST_PAUSE_SECONDS, max=_LONGEST_PAUSE_SECONDS),
        before_sleep=_note,
    )
    return retrying(make)


def _note(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning("start.database_away", attempt=state.attempt_number, error=str(error)[:200])
