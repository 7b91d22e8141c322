"""A bound in processor time for one call that cannot count its own steps."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class OutOfPatienceError(Exception):
    """The call took longer than it was given."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises OutOfPatienceError in the block after `seconds` of processor time.

    Outside of the main thread, where no signal can be handled, the block is not bounded.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _raise)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _raise(_signal: int, _frame: FrameType | None) -> None:
    raise OutOfPatienceError
