"""How long to wait before the next try."""

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 900.0


def delay_seconds(
    attempts: int, spread: float, *, first: float = FIRST_SECONDS, longest: float = LONGEST_SECONDS
) -> float:
    """After `attempts` failures: doubled each time up to a bound, then drawn from its upper half.

    `spread` in [0, 1) is the caller's random number: many that failed together do not come back together.
    """
    doubled = min(longest, first * 2.0 ** min(attempts - 1, 30))
    return doubled * (0.5 + spread / 2)
