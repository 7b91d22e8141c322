"""Which batches run: one of each partner, in the order in which they were opened."""

from datetime import UTC, datetime
from typing import Any

from contracts.batches import BatchHeader
from registry_store.batches.running import OpenBatch
from router.batches.splitter import to_run

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def batch(row: int, sender: str = "acme", **said: Any) -> OpenBatch:
    standing = {"head": None, "status": "waiting", "wish": "run", "is_whole": True, **said}
    return OpenBatch(
        row=row,
        id=f"B-{row}",
        sender=sender,
        message_id="",
        run=0,
        header=BatchHeader(sender=sender, media_type="text/csv"),
        sha256=None,
        size_bytes=10,
        rows=None,
        received_at=NOW,
        **standing,
    )


def rows(*batches: OpenBatch) -> list[int]:
    return [each.row for each in to_run(batches, lambda each: each.is_whole)]


def test_one_batch_of_each_partner_runs():
    assert rows(batch(1), batch(2), batch(3, "other"), batch(4, "other")) == [1, 3]


def test_an_upload_that_is_not_there_yet_holds_up_nobody():
    assert rows(batch(1, is_whole=False, status="receiving"), batch(2)) == [2]


def test_one_that_has_begun_keeps_its_turn_while_its_parts_come():
    assert rows(batch(1, is_whole=False, head={}, status="running"), batch(2)) == [1]


def test_a_paused_batch_keeps_its_turn():
    assert rows(batch(1, status="paused", wish="pause", head={}), batch(2)) == [1]


def test_what_is_to_be_cancelled_need_not_wait_for_its_turn():
    assert rows(batch(1), batch(2, wish="cancel"), batch(3)) == [1, 2]
