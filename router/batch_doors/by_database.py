"""The batches of any partner by the database: the operator's way, who knows no partner's secret."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from contracts.batches import BatchHeader, Wish
from registry_store import partners
from registry_store.batches import controls, showing
from registry_store.batches.controls import NotControlled
from registry_store.batches.showing import ShownBatch
from registry_store.batches.uploading import Bounds, Upload, UploadRefused
from registry_store.database import Database
from router.batch_doors.door import BatchDoorAway, BatchDoorFailed, Opened, Outcomes
from router.batch_doors.missing import Deregistered, NotConfirmed
from router.batch_doors.source import Measured
from router.batch_doors.uploads import UploadFailed, Uploads
from router.batch_doors.views import batch_as_json, missing_as_json, page_as_json
from router.batches.outcome_files import Format, Only, render

NOT_CONTROLLED = {
    NotControlled.unknown: "there is no such batch",
    NotControlled.ended: "this batch has ended",
    NotControlled.cancelled: "this batch was cancelled; send its file again to go on",
}


class DatabaseDoor:
    """`sender`: the partner whose batches are meant; None: every partner's (nothing can be sent then)."""

    def __init__(self, database: Database, bounds: Bounds, *, sender: str | None = None) -> None:
        self._database = database
        self._uploads = Uploads(database, bounds)
        self._sender = sender
        self._open: dict[str, Upload] = {}

    def open(self, header: BatchHeader) -> Opened:
        with _failing(), self._database.reading() as connection:
            if partners.partner(connection, header.sender) is None:
                raise BatchDoorFailed(f"there is no partner {header.sender}")
        with _failing():
            known = self._uploads.answered(header)
            if known is not None:
                return Opened(known.batch or "", is_whole=True, parts={})
            upload = self._uploads.open(header)
            there = {part.number: part.sha256.hex() for part in self._uploads.parts(upload)}
        self._open[upload.id] = upload
        return Opened(upload.id, upload.is_whole, there)

    def put(self, id: str, number: int, body: bytes) -> None:
        with _failing():
            self._uploads.put(self._upload(id), number, body)

    def complete(self, id: str, whole: Measured) -> None:
        with _failing():
            self._uploads.complete(
                self._upload(id), sha256=whole.sha256, size_bytes=whole.size_bytes
            )

    def batch(self, id: str) -> dict[str, Any]:
        with _failing(), self._database.reading() as connection:
            found = self._known(showing.shown(connection, id=id, sender=self._sender), id)
            return batch_as_json(connection, found)

    def batches(self, *, before: str | None, limit: int) -> list[dict[str, Any]]:
        with _failing(), self._database.reading() as connection:
            page = page_as_json(connection, sender=self._sender, before=before, limit=limit)
        batches: list[dict[str, Any]] = page["batches"]
        return batches

    def receipt(self, id: str) -> bytes | None:
        with _failing(), self._database.reading() as connection:
            found = self._known(showing.shown(connection, id=id, sender=self._sender), id)
            receipt = showing.receipt_of_batch(connection, found)
        return receipt[0] if receipt else None

    def outcomes(self, id: str, *, format: Format, only: Only | None) -> Outcomes:
        with _failing():
            with self._database.reading() as connection:
                self._known(showing.shown(connection, id=id, sender=self._sender), id)
            rendered = render(self._database, id, format=format, only=only)
        return Outcomes(rendered.media_type, rendered.file_name, _streamed(rendered.pieces))

    def wish(self, id: str, wanted: Wish) -> None:
        with _failing(), self._database.writing() as connection:
            refused = controls.wish(connection, id=id, sender=self._sender, wanted=wanted)
        if refused is not None:
            raise BatchDoorFailed(NOT_CONTROLLED[refused])

    def missing(self, id: str, *, after: int, limit: int) -> dict[str, Any]:
        with _failing(), self._database.reading() as connection:
            found = self._known(showing.shown(connection, id=id, sender=self._sender), id)
            return missing_as_json(connection, found, after=after, limit=limit)

    def deregister_missing(self, id: str, *, confirmed: int) -> str:
        with _failing():
            with self._database.reading() as connection:
                found = self._known(showing.shown(connection, id=id, sender=self._sender), id)
            try:
                ending = Deregistered(self._database, self._uploads)
                return ending.of(found, confirmed=confirmed, door="cli")
            except NotConfirmed as error:
                raise BatchDoorFailed(str(error)) from error

    def _upload(self, id: str) -> Upload:
        if id not in self._open:
            raise BatchDoorFailed(f"{id} was not opened here")
        return self._open[id]

    @staticmethod
    def _known(batch: ShownBatch | None, id: str) -> ShownBatch:
        if batch is None:
            raise BatchDoorFailed(f"there is no batch {id}")
        return batch


def _streamed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    with _failing():
        yield from pieces


@contextmanager
def _failing() -> Iterator[None]:
    """What the registry refuses, or being away, said in this door's own way."""
    try:
        yield
    except UploadFailed as error:
        if error.refused is UploadRefused.too_many_open:
            raise BatchDoorAway(str(error)) from error
        raise BatchDoorFailed(str(error)) from error
    except (SQLAlchemyError, psycopg.Error) as error:
        raise BatchDoorAway(f"the database does not answer: {error}") from error
