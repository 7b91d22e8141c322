"""How far a file is read once more for its outcome file."""

from types import SimpleNamespace
from typing import Any

import pytest

from router.batches.outcome_forms import Asked


@pytest.mark.parametrize(
    ("has_ended", "only_rejected", "to_end"),
    [(True, False, True), (False, False, False), (True, True, False), (False, True, False)],
)
def test_rows_behind_the_last_answer_are_read_where_they_are_given(
    has_ended: bool, only_rejected: bool, to_end: bool
) -> None:
    batch: Any = SimpleNamespace(has_ended=has_ended)
    asked = Asked(None, batch, iter(()), only_rejected)  # type: ignore[arg-type] # no database is asked
    assert asked.how == {"to_end": to_end, "only_rejected": only_rejected}
