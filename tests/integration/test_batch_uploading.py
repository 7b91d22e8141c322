"""Uploads: parts that come, come again, come in any order, or never."""

import hashlib

import pytest

from contracts.batches import BatchHeader, Policy
from registry_store.batches import controls, uploading
from registry_store.batches.controls import NotControlled
from registry_store.batches.uploading import Bounds, Upload, UploadRefused
from registry_store.database import Database

BODY = b"a,b\n1,2\n" * 1_000
SMALL = Bounds(file_bytes=10_000, open_uploads=2)


@pytest.fixture
def store(database):
    opened = Database(database.url, pool_size=2)
    yield opened
    opened.close()


def header(**members) -> BatchHeader:
    return BatchHeader(sender=members.pop("sender", "acme"), media_type="text/csv", **members)


def announced(body: bytes = BODY, **members) -> BatchHeader:
    return header(sha256=hashlib.sha256(body).hexdigest(), size_bytes=len(body), **members)


def opened(store, said: BatchHeader, bounds: Bounds = SMALL) -> Upload | UploadRefused:
    with store.writing() as connection:
        return uploading.open_upload(connection, said, bounds)


def put(store, upload: Upload, number: int, body: bytes):
    with store.writing() as connection:
        return uploading.put_part(connection, upload.row, number, body, SMALL)


def whole(store, upload: Upload) -> UploadRefused | None:
    with store.writing() as connection:
        parts = uploading.parts_of(connection, upload.row)
        assert uploading.are_complete(parts)
        digest = uploading.digest_of(connection, upload.row, parts)
        return uploading.make_whole(connection, upload.row, digest)


def column(store, upload: Upload, name: str):
    with store.reading() as connection:
        (value,) = connection.execute(
            f"SELECT {name} FROM batch WHERE row = %s", (upload.row,)
        ).fetchone()
    return value


def test_parts_in_any_order_make_the_file_whole(store):
    upload = opened(store, announced())
    for number, piece in ((2, BODY[5_000:]), (1, BODY[:5_000])):
        assert put(store, upload, number, piece).sha256 == hashlib.sha256(piece).digest()
    assert whole(store, upload) is None
    assert column(store, upload, "status") == "waiting"
    assert column(store, upload, "size_bytes") == len(BODY)
    assert bytes(column(store, upload, "sha256")) == hashlib.sha256(BODY).digest()


def test_the_same_part_again_changes_nothing_and_another_one_is_refused(store):
    upload = opened(store, header())
    put(store, upload, 1, b"one")
    assert put(store, upload, 1, b"one").size_bytes == 3
    assert put(store, upload, 1, b"two") is UploadRefused.part_differs
    assert column(store, upload, "size_bytes") == 3
    whole(store, upload)
    assert put(store, upload, 1, b"one").number == 1, "repeated after the end: it is there"
    assert put(store, upload, 2, b"more") is UploadRefused.not_receiving


def test_a_file_announced_again_is_the_one_that_was_begun(store):
    first = opened(store, announced())
    put(store, first, 1, BODY)
    assert opened(store, announced()) == first._replace(is_new=False)
    other = opened(store, announced(policy=Policy(dry_run=True)))
    assert other.row > first.row
    whole(store, first)
    assert opened(store, announced()) == first._replace(is_new=False, is_whole=True)


def test_an_upload_gives_way_to_one_of_the_same_message_id(store):
    first = opened(store, header(message_id="m-1"))
    put(store, first, 1, b"one")
    second = opened(store, header(message_id="m-1"))
    assert second.id != first.id
    assert column(store, first, "status") == "cancelled"
    assert put(store, first, 2, b"two") is UploadRefused.not_receiving


def test_limits_are_kept(store):
    for sender in ("acme", "acme", "zest"):
        assert isinstance(opened(store, header(sender=sender)), Upload)
    assert opened(store, header()) is UploadRefused.too_many_open
    assert opened(store, header(sender="zest", size_bytes=10_001)) is UploadRefused.too_large
    upload = opened(store, header(sender="zest"))
    put(store, upload, 1, bytes(9_000))
    assert put(store, upload, 2, bytes(1_001)) is UploadRefused.too_large
    assert put(store, upload, 10_001, b"") is UploadRefused.too_large
    assert put(store, upload, 2, bytes(1_000)).number == 2


@pytest.mark.parametrize("status", ["receiving", "running"])
def test_what_is_not_what_was_announced_is_cancelled(store, status):
    upload = opened(store, announced())
    put(store, upload, 1, b"something else")
    with store.writing() as connection:
        connection.execute("UPDATE batch SET status = %s", (status,))
    assert whole(store, upload) is UploadRefused.digest_differs
    assert column(store, upload, "wish") == "cancel"
    assert column(store, upload, "is_whole") is False
    assert column(store, upload, "status") == ("cancelled" if status == "receiving" else "running")


def test_an_upload_is_made_whole_once_and_repeats_its_answer(store):
    upload = opened(store, announced())
    put(store, upload, 1, BODY)
    assert [whole(store, upload), whole(store, upload)] == [None, None]
    with store.writing() as connection:
        connection.execute("UPDATE batch SET status = 'running'")
    assert whole(store, upload) is None
    assert column(store, upload, "status") == "running", "a batch that runs is not sent back"


def test_uploads_that_nobody_goes_on_with_are_forgotten(store):
    silent, spoken, begun = (opened(store, header(sender=name)) for name in ("a", "b", "c"))
    for upload in (silent, spoken, begun):
        put(store, upload, 1, b"one")
    with store.writing() as connection:
        connection.execute("UPDATE batch SET received_at = now() - interval '25 hours'")
        connection.execute("UPDATE batch SET status = 'running' WHERE row = %s", (begun.row,))
        connection.execute(
            "UPDATE batch_part SET received_at = now() - interval '25 hours' WHERE batch = %s",
            (silent.row,),
        )
        connection.execute(
            "UPDATE batch_part SET received_at = now() - interval '16 minutes' WHERE batch <> %s",
            (silent.row,),
        )
        assert uploading.forget_uploads(connection) == 2
        assert uploading.forget_uploads(connection) == 0
    assert column(store, silent, "status") == "cancelled"
    assert (column(store, begun, "status"), column(store, begun, "wish")) == ("running", "cancel")
    assert column(store, spoken, "status") == "receiving"
    with store.reading() as connection:
        assert uploading.parts_of(connection, silent.row) == []


def test_wishes_of_the_sender_alone_are_noted_while_the_batch_is_open(store):
    upload = opened(store, header())

    def wish(wanted, sender="acme"):
        with store.writing() as connection:
            return controls.wish(connection, id=upload.id, sender=sender, wanted=wanted)

    assert wish("pause", "zest") is NotControlled.unknown
    put(store, upload, 1, b"one")
    whole(store, upload)
    assert wish("pause") is None
    assert column(store, upload, "wish") == "pause"
    assert wish("run", None) is None, "the operator may, too"
    assert [wish("cancel"), wish("cancel"), wish("run")] == [None, None, NotControlled.cancelled]
    with store.writing() as connection:
        connection.execute("UPDATE batch SET status = 'done'")
    assert wish("pause") is NotControlled.ended


def test_a_cancelled_upload_ends_at_once(store):
    upload = opened(store, header())
    put(store, upload, 1, b"one")
    with store.writing() as connection:
        controls.wish(connection, id=upload.id, sender="acme", wanted="cancel")
    assert column(store, upload, "status") == "cancelled"
    assert column(store, upload, "finished_at") is not None
