"""How long to wait before something that ended is started again."""

from dataclasses import dataclass

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30.0
# What has run this long is taken to be well: its next end starts a new count.
WELL_AFTER_SECONDS = 60.0
FAILING_AFTER_ENDS = 5


@dataclass(slots=True)
class Backoff:
    """Counts ends in a row. The first pause is short: after one kill the hub should be back at once."""

    ends_in_a_row: int = 0

    def note_end(self, *, ran_seconds: float) -> float:
        """The pause in seconds that follows an end after so long a run."""
        self.ends_in_a_row = 1 if ran_seconds >= WELL_AFTER_SECONDS else self.ends_in_a_row + 1
        return min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** (self.ends_in_a_row - 1))

    def note_running(self, *, seconds: float) -> None:
        if seconds >= WELL_AFTER_SECONDS:
            self.ends_in_a_row = 0

    @property
    def failing(self) -> bool:
        """Whether this is no accident any more, and an operator should look."""
        return self.ends_in_a_row >= FAILING_AFTER_ENDS
