"""Gapless and without overlap while writers are busy; the same numbers from a second run over the log."""

import threading

import pytest

from registry_store.feed import log
from registry_store.feed.cut import Cutter
from registry_store.feed.digests import digest
from registry_store.feed.packing import FeedLimits
from tests.feed_running import CATALOGUE, cut_all, subscribe, take_snapshot, told
from tests.register_builder import Register, asset


class Writers:
    """Threads that each write their own assets, a new version every third time, until told to stop."""

    def __init__(self, url, count=3):
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=(url, number)) for number in range(count)
        ]
        self.written = 0

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self, url, writer):
        with Register(url) as register:
            number = 0
            while not self._stop.is_set() and number < 150:
                number += 1
                register.write(
                    {
                        f"A-{writer}-{number - number % 3}": asset(
                            attributes={"export_capacity_kw": number}
                        )
                    }
                )


def contents(store, id):
    with store.dedicated() as connection:
        return [
            row[0]
            for row in connection.execute(
                "SELECT content FROM bundle WHERE subscription = %s ORDER BY first_sequence", (id,)
            )
        ]


def rows_of_the_log(store, after=0):
    with store.dedicated() as connection:
        return [
            (id, version)
            for id, version in connection.execute(
                "SELECT r.id, c.version FROM change c JOIN record r ON r.row = c.record "
                "WHERE r.kind = 'asset' AND c.position > %s ORDER BY c.position",
                (after,),
            )
        ]


def test_cutting_while_writers_write_misses_and_doubles_nothing(store, register, database):
    id = subscribe(store, "fsp1")
    with Writers(database.url):
        for _ in range(40):
            cut_all(store, FeedLimits(bundle_notifications=7, changes_per_cut=11))
    cut_all(store)
    notifications = told(store, id)
    assert [n["sequence"] for n in notifications] == list(range(1, len(notifications) + 1))
    assert [(n["record"]["id"], n["record"]["version"]) for n in notifications] == rows_of_the_log(
        store
    )


def test_snapshots_taken_while_writers_write_leave_no_gap_and_no_overlap(store, register, database):
    ids = []
    with Writers(database.url), store.dedicated() as connection:
        for _ in range(6):
            ids.append(subscribe(store, "fsp1", start="snapshot", kinds=frozenset({"asset"})))
            take_snapshot(connection, ids[-1])
            cut_all(store, FeedLimits(changes_per_cut=20))
    cut_all(store)
    newest = dict(rows_of_the_log(store))
    for id in ids:
        held: dict[str, int] = {}
        for notification in told(store, id):
            record = notification["record"]
            if notification["event"] == "record.snapshot":
                assert record["id"] not in held
            else:
                assert record["version"] == held.get(record["id"], 0) + 1
            held[record["id"]] = record["version"]
        assert held == newest


def test_two_cutters_at_once_cut_each_change_once(store, register, database):
    id = subscribe(store, "fsp1")
    register.write({f"A-{number}": asset() for number in range(300)})
    failures = []

    def cut():
        cutter = Cutter(CATALOGUE, FeedLimits(changes_per_cut=5))
        try:
            with store.dedicated() as connection:
                head = log.head(connection)
                while True:
                    (position,) = connection.execute(
                        "SELECT position FROM subscription WHERE id = %s", (id,)
                    ).fetchone()
                    if position >= head:
                        return
                    with connection.transaction():
                        cutter.cut(connection, [id], position, ceiling=head)
        except Exception as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    threads = [threading.Thread(target=cut) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [n["sequence"] for n in told(store, id)] == list(range(1, 301))


def test_a_full_replay_of_the_log_has_the_digest_of_what_was_told(store, register, database):
    """A second subscription, put at the same start and cut at once, is told the same, number by number."""
    first, second = subscribe(store, "fsp1"), subscribe(store, "fsp1")
    for number in range(30):
        register.write({f"A-{number % 7}": asset(attributes={"export_capacity_kw": number + 1})})
        with store.dedicated() as connection, connection.transaction():
            (position,) = connection.execute(
                "SELECT position FROM subscription WHERE id = %s", (first,)
            ).fetchone()
            Cutter(CATALOGUE, FeedLimits()).cut(
                connection, [first], position, ceiling=log.head(connection)
            )
    cut_all(store)
    as_first = [content.replace(second, first) for content in contents(store, second)]
    assert len(contents(store, first)) == 30
    assert len(as_first) == 1
    assert digest(contents(store, first)) == digest(as_first)
    assert digest(contents(store, first), first=5, last=9).count == 5


def test_a_digest_over_a_gap_is_refused(store, register):
    id = subscribe(store, "fsp1")
    for number in range(3):
        register.write({f"A-{number}": asset()})
        cut_all(store)
    one, _, three = contents(store, id)
    with pytest.raises(ValueError, match="notification 2 is missing"):
        digest([one, three])
