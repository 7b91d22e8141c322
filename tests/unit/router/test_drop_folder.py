"""The drop folder on the disk: what is taken, what is left alone, and what a crash leaves behind."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from contracts.batches import BatchHeader
from router.batch_doors.door import BatchDoorAway, BatchDoorFailed, Opened, Outcomes
from router.drop_folder.layout import Seen, Trick, file_below, partner_folder, waiting
from router.drop_folder.running import Settling
from router.drop_folder.stepping import step
from router.drop_folder.taking import held, take, taken_ids
from router.launch import plans

NOW = datetime(2026, 11, 26, tzinfo=UTC)
LINES = b'{"command": "asset.register"}\n'


class Hub:
    """A door that remembers what came through it."""

    def __init__(self, status: str = "done") -> None:
        self.status = status
        self.opened: list[BatchHeader] = []
        self.parts: dict[int, bytes] = {}
        self.is_whole = False
        self.refuses: Exception | None = None

    def open(self, header: BatchHeader) -> Opened:
        if self.refuses:
            raise self.refuses
        self.opened.append(header)
        return Opened("B-1", self.is_whole, {})

    def put(self, _id: str, number: int, body: bytes) -> None:
        self.parts[number] = body

    def complete(self, _id: str, _whole: Any) -> None:
        self.is_whole = True

    def batch(self, id: str) -> dict[str, Any]:
        return {"id": id, "status": self.status, "is_whole": self.is_whole}

    def receipt(self, _id: str) -> bytes | None:
        return b'{"status": "accepted"}'

    def outcomes(self, _id: str, **_asked: Any) -> Outcomes:
        return Outcomes("text/csv", "outcomes.csv", iter([b"row,", b"status\n"]))


@pytest.fixture
def folder(tmp_path) -> Path:
    with partner_folder(str(tmp_path), "acme"):
        pass
    return tmp_path / "acme"


def drop(folder: Path, name: str, body: bytes = LINES) -> Path:
    file = folder / "in" / name
    file.write_bytes(body)
    return file


def names(folder: Path, *below: str) -> list[str]:
    return sorted(file.name for file in folder.joinpath(*below).iterdir())


def brought_on(folder: Path, hub: Any) -> None:
    """All that can be taken is, and one step with each."""
    with partner_folder(str(folder.parent), "acme") as partner:
        for seen in waiting(partner.incoming):
            take(partner, seen.name, NOW)
        for id in taken_ids(partner):
            with held(partner, id) as taken:
                if taken is not None:
                    step(partner, taken, hub)


def seen_names(folder: Path) -> Iterator[str]:
    with partner_folder(str(folder.parent), "acme") as partner:
        yield from [seen.name for seen in waiting(partner.incoming)]


def test_a_file_is_answered_beside_itself(folder):
    drop(folder, "pumps.jsonl")
    hub = Hub()
    brought_on(folder, hub)
    assert names(folder, "done") == [
        "pumps.jsonl", "pumps.jsonl.outcomes.csv", "pumps.jsonl.receipt.json",
    ]  # fmt: skip
    assert (folder / "done" / "pumps.jsonl.outcomes.csv").read_bytes() == b"row,status\n"
    assert (folder / "done" / "pumps.jsonl").read_bytes() == LINES == hub.parts[1]
    assert names(folder, "in") == names(folder, ".taken") == names(folder, "failed") == []


def test_a_side_file_says_how_the_file_is_meant(folder):
    drop(folder, "site.csv")
    side = {"profile": "ecr", "statement_date": "2022-04-01", "policy": {"existing": "update"}}
    drop(folder, "site.csv.json", orjson.dumps(side))
    hub = Hub()
    brought_on(folder, hub)
    (header,) = hub.opened
    assert header.media_type == "text/csv; profile=ecr"
    assert header.statement_date == "2022-04-01"
    assert header.policy.existing == "update"
    assert header.sender == "acme"
    assert "site.csv.json" in names(folder, "done")


@pytest.mark.parametrize(
    ("name", "body", "side", "says"),
    [
        ("pumps.jsonl", b"", None, "empty"),
        ("what", b"\x00\x01", None, "cannot tell the format"),
        ("pumps.jsonl", LINES, b'{"policy": {"accept": "most"}}', "policy.accept"),
        ("pumps.jsonl", LINES, b"{", "side file"),
    ],
)
def test_a_file_that_cannot_be_sent_fails_with_the_reason_beside_it(folder, name, body, side, says):
    drop(folder, name, body)
    if side is not None:
        drop(folder, f"{name}.json", side)
    brought_on(folder, Hub())
    receipt = orjson.loads((folder / "failed" / f"{name}.receipt.json").read_bytes())
    assert receipt["status"] == "rejected"
    assert says in receipt["text"]
    assert name in names(folder, "failed")


def test_what_the_hub_refuses_fails_and_what_it_cannot_do_now_waits(folder):
    drop(folder, "pumps.jsonl")
    hub = Hub()
    hub.refuses = BatchDoorAway("the database does not answer")
    with pytest.raises(BatchDoorAway):
        brought_on(folder, hub)
    assert len(names(folder, ".taken")) == 1
    hub.refuses = BatchDoorFailed("the message id was used for other content")
    brought_on(folder, hub)
    assert names(folder, "failed") == ["pumps.jsonl", "pumps.jsonl.receipt.json"]


def test_a_batch_that_failed_goes_to_failed_with_its_receipt(folder):
    drop(folder, "pumps.jsonl")
    brought_on(folder, Hub("failed"))
    assert names(folder, "failed") == ["pumps.jsonl", "pumps.jsonl.receipt.json"]


def test_a_batch_that_runs_is_waited_for(folder):
    drop(folder, "pumps.jsonl")
    hub = Hub("running")
    brought_on(folder, hub)
    brought_on(folder, hub)
    assert len(hub.opened) == 1
    assert names(folder, "done") == []
    hub.status = "done"
    brought_on(folder, hub)
    assert "pumps.jsonl" in names(folder, "done")


def test_a_name_that_was_used_is_kept_apart(folder):
    for body in (LINES, LINES * 2):
        drop(folder, "pumps.jsonl", body)
        brought_on(folder, Hub())
    done = names(folder, "done")
    assert len(done) == 6
    assert (folder / "done" / "pumps.jsonl").read_bytes() == LINES
    (second,) = [name for name in done if name.endswith("-pumps.jsonl")]
    assert (folder / "done" / second).read_bytes() == LINES * 2


def test_up_runs_a_process_for_the_folder_where_there_is_one():
    assert [plan.name for plan in plans(1, drop_folder=True)][-1] == "drop"
    assert "drop" not in [plan.name for plan in plans(1)]


def test_files_that_are_being_written_are_left(folder):
    for name in (".hidden", "a.csv.tmp", "a.csv.part", "b.csv.filepart", "c.csv.json", "d.csv~"):
        drop(folder, name)
    assert list(seen_names(folder)) == []
    drop(folder, "c.csv")
    assert list(seen_names(folder)) == ["c.csv"]


def test_a_file_is_settled_when_it_has_looked_the_same_for_a_while():
    settling = Settling(seconds=2)
    small, large = Seen("a", 1, 1, 7), Seen("a", 2, 2, 7)
    looks = [([small], 0.0), ([small], 1.9), ([large], 2.1), ([large], 4.0), ([large], 4.2)]
    assert [settling.settled("acme", seen, now) for seen, now in looks] == [[], [], [], [], [large]]
    assert settling.settled("zest", [large], 5.0) == []


def test_links_and_devices_are_never_taken(folder, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"not yours")
    (folder / "in" / "link.csv").symlink_to(secret)
    os.link(secret, folder / "in" / "second-name.csv")
    os.mkfifo(folder / "in" / "pipe.csv")
    (folder / "in" / "folder.csv").mkdir()
    assert list(seen_names(folder)) == []


def test_a_file_that_became_a_link_after_it_was_seen_fails_unread(folder, tmp_path):
    secret = tmp_path / "secret.jsonl"
    secret.write_bytes(b"not yours")
    (folder / "in" / "pumps.jsonl").symlink_to(secret)
    hub = Hub()
    with partner_folder(str(tmp_path), "acme") as partner:
        id = take(partner, "pumps.jsonl", NOW)
        assert id is not None
        with held(partner, id) as taken:
            step(partner, taken, hub)
    assert hub.opened == []
    assert (folder / "failed" / "pumps.jsonl").is_symlink()


def test_a_link_in_the_place_of_a_folder_is_refused(folder, tmp_path):
    (folder / "done").rmdir()
    (folder / "done").symlink_to(tmp_path)
    with pytest.raises(OSError, match="done"), partner_folder(str(tmp_path), "acme"):
        pass
    with partner_folder(str(tmp_path), "zest") as partner:
        (tmp_path / "zest" / "in" / "x").symlink_to(tmp_path)
        with pytest.raises(Trick):
            file_below(partner.incoming, "x")


def test_of_two_who_take_a_file_one_gets_it_and_works_on_it_alone(folder):
    drop(folder, "pumps.jsonl")
    drop(folder, "pumps.jsonl.json", b"{}")
    with (
        partner_folder(str(folder.parent), "acme") as one,
        partner_folder(str(folder.parent), "acme") as other,
    ):
        id = take(one, "pumps.jsonl", NOW)
        assert take(other, "pumps.jsonl", NOW) is None
        with held(one, id) as mine, held(other, id) as theirs:
            assert mine.name == "pumps.jsonl"
            assert theirs is None
        with held(other, id) as later:
            assert later.name == "pumps.jsonl"
    assert len(names(folder, ".taken")) == 1
    assert "pumps.jsonl.json" in names(folder, ".taken", id)


def test_a_taking_that_was_cut_short_is_undone(folder):
    with partner_folder(str(folder.parent), "acme") as partner:
        os.mkdir("cut-short", dir_fd=partner.taken)
        (folder / ".taken" / "cut-short" / "site.csv.json").write_bytes(b"{}")
        with held(partner, "cut-short") as taken:
            assert taken is None
    assert names(folder, ".taken") == []
    assert names(folder, "in") == ["site.csv.json"]
