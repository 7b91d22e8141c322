"""A bound in steps, so that the same question always gets the same answer on every machine."""


class BudgetSpentError(Exception):
    """The steps allowed for a question are used up: it stays open."""


class Budget:
    """Counts steps down; `spend` raises BudgetSpentError at the end.

    Nested parts may be given a share of their own, which also counts against the whole.
    """

    def __init__(self, steps: int, whole: "Budget | None" = None) -> None:
        self.left = steps
        self._whole = whole

    def spend(self, steps: int = 1) -> None:
        self.left -= steps
        if self._whole is not None:
            self._whole.spend(steps)
        if self.left < 0:
            raise BudgetSpentError

    def share(self, steps: int) -> "Budget":
        return Budget(min(steps, max(self.left, 0)), self)
