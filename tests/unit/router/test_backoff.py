from router.backoff import LONGEST_PAUSE_SECONDS, Backoff


def test_pauses_grow_up_to_a_bound() -> None:
    backoff = Backoff()
    pauses = [backoff.note_end(ran_seconds=0.1) for _ in range(10)]
    assert pauses[0] < 0.5
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE_SECONDS


def test_one_end_is_an_accident_and_five_in_a_row_are_a_failure() -> None:
    backoff = Backoff()
    backoff.note_end(ran_seconds=1)
    assert not backoff.failing
    for _ in range(4):
        backoff.note_end(ran_seconds=1)
    assert backoff.failing


def test_a_long_run_makes_well() -> None:
    backoff = Backoff()
    for _ in range(6):
        backoff.note_end(ran_seconds=1)
    backoff.note_running(seconds=61)
    assert not backoff.failing
    assert backoff.note_end(ran_seconds=3600) < 0.5
