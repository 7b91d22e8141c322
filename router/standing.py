"""Whether something that a process needs is there: to be told once when it goes, and once when it is back."""


class Standing:
    """Of one thing, for one event loop or thread. It is there at first."""

    def __init__(self) -> None:
        self._is_there = True

    def goes(self) -> bool:
        """Whether it was there until now."""
        was_there, self._is_there = self._is_there, False
        return was_there

    def comes(self) -> bool:
        """Whether it was away until now."""
        was_there, self._is_there = self._is_there, True
        return not was_there
