"""Named points at which a process may be told to die, for tests that kill it there.

`HUB_KILL_AT=name` or `HUB_KILL_AT=name:n` in the environment kills the process (SIGKILL) when it
reaches the point for the nth time. Without it a point is a function that does nothing.
"""

import os
import signal
from collections.abc import Callable


def _nothing(_name: str) -> None:
    return None


def _armed(at: str) -> Callable[[str], None]:
    wanted, _, nth = at.partition(":")
    left = int(nth or 1)

    def reached(name: str) -> None:
        nonlocal left
        if name != wanted:
            return
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


#: Call with the name of the point.
reached: Callable[[str], None] = _armed(at) if (at := os.environ.get("HUB_KILL_AT")) else _nothing
