"""What is made once the database is there, and what is not waited for."""

import psycopg
import pytest
from psycopg import errors

from router import patience
from router.patience import until_there


def test_a_database_that_starts_up_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_FIRST_PAUSE_SECONDS", 0.0)
    away = [psycopg.OperationalError("refused"), errors.CannotConnectNow("starting up")]

    def make() -> str:
        if away:
            raise away.pop(0)
        return "there"

    assert until_there(make) == "there"


def test_what_waiting_does_not_mend_is_raised_at_once() -> None:
    tries = []

    def make() -> None:
        tries.append(1)
        raise errors.UndefinedTable("no such table")

    with pytest.raises(errors.UndefinedTable):
        until_there(make)
    assert len(tries) == 1
