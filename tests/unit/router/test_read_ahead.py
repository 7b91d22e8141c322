"""Which groups are read ahead, and what is said of those that came to nothing; and how many processes read."""

from concurrent.futures import Future
from typing import Any

import pytest

from router import bootstrap
from router.pipeline.group_reading import Following
from router.pipeline.read_ahead import ReadAhead, ReaderDied
from router.settings import Settings

SETTING: Any = object()


class Readers:
    """Two, who answer when the test says so."""

    most = 2
    is_early = True

    def __init__(self) -> None:
        self.asked: list[Following] = []
        self.dropped = 0
        self.futures: list[Future[Any]] = []

    def begin(self, wanted: Following, _setting: Any, _stamp: object) -> Future[Any]:
        self.asked.append(wanted)
        self.futures.append(Future())
        return self.futures[-1]

    def group(self, begun: Future[Any], _setting: Any) -> Any:
        return begun.result()

    def drop(self, _begun: Future[Any]) -> None:
        self.dropped += 1

    def close(self) -> None:
        return None


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def readers() -> Readers:
    return Readers()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ahead(readers: Readers, clock: Clock) -> ReadAhead:
    return ReadAhead(readers, clock)


def begin(ahead: ReadAhead, batch: int, after: int = 0) -> None:
    ahead.begin(Following(batch, after, 2), SETTING, None)


def test_one_group_of_a_batch_and_no_more_than_there_are_readers(ahead, readers):
    for batch in (1, 1, 2, 3):
        begin(ahead, batch)
    assert [each.batch for each in readers.asked] == [1, 2]


def test_what_found_nothing_is_asked_for_again(ahead, readers):
    begin(ahead, 1)
    begin(ahead, 1)
    assert len(readers.asked) == 1, "it may still come"
    readers.futures[0].set_result(None)
    begin(ahead, 1)
    assert len(readers.asked) == 2
    readers.futures[1].set_result("a group")
    begin(ahead, 1)
    assert ahead.take(1) == "a group"
    assert ahead.take(1) is None


def test_a_group_is_of_its_batch(ahead, readers):
    begin(ahead, 1)
    readers.futures[0].set_result("a group")
    assert ahead.take(2) is None
    ahead.throw_away(2)
    assert ahead.take(1) == "a group"
    assert readers.dropped == 0


def test_what_waited_long_makes_room_and_is_not_taken(ahead, readers, clock):
    for batch in (1, 2):
        begin(ahead, batch)
        readers.futures[-1].set_result("a group")
    clock.now = 5.1
    assert ahead.take(2) is None
    begin(ahead, 3)
    assert [each.batch for each in readers.asked] == [1, 2, 3]
    assert ahead.take(1) is None
    assert readers.dropped == 1


def test_all_that_a_reader_may_have_died_over_is_doubtful(ahead, readers):
    begin(ahead, 1, after=6)
    readers.futures[0].set_exception(ReaderDied())
    assert not ahead.is_doubtful(1, 7)
    assert ahead.take(1) is None
    doubtful = [number for number in range(6, 11) if ahead.is_doubtful(1, number)]
    assert doubtful == [6, 7, 8]
    assert not ahead.is_doubtful(2, 7)


@pytest.mark.parametrize(
    ("cores", "stated", "count"),
    [(1, None, 0), (2, None, 1), (3, None, 1), (4, None, 2), (64, None, 2), (64, 0, 0), (1, 3, 3)],
)
def test_processes_read_where_there_are_cores_for_them(
    tmp_path, monkeypatch, cores: int, stated: int | None, count: int
):
    monkeypatch.setattr(bootstrap, "cores", lambda: cores)
    settings = Settings(home=tmp_path, batch_readers=stated)
    assert bootstrap.batch_readers(settings) == count
