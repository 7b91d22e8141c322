"""What a batch found missing, ended by its sender's own, confirmed command: a batch of deregistrations."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contracts.batches import PART_BYTES, BatchHeader
from registry_store.batches import reconciling
from registry_store.batches.showing import ShownBatch
from registry_store.batches.uploading import Upload
from registry_store.database import Database
from router.batch_doors.uploads import Uploads

MEDIA_TYPE = "application/jsonl"
_ROWS_AT_ONCE = 5_000


class NotConfirmed(Exception):
    """The number that was confirmed is not that of the missing records. The text is meant for the sender."""


@dataclass(frozen=True, slots=True)
class Deregistered:
    """The batch that ends the missing records, as any other: cut, decided, answered row by row."""

    database: Database
    uploads: Uploads

    def of(self, batch: ShownBatch, *, confirmed: int, door: str) -> str:
        """Public id of the batch of deregistrations. Asked again it is the same one: its rows are what was
        found missing when `batch` ended, under a message id of their own.

        Raises NotConfirmed, UploadFailed.
        """
        with self.database.reading() as connection:
            there = reconciling.counted(connection, batch.row).missing
        if not there:
            raise NotConfirmed(
                "nothing was found missing, or the batch was not sent with reconcile"
            )
        if there != confirmed:
            raise NotConfirmed(f"{there} records were found missing, {confirmed} are confirmed")
        parts = [*_parts(self._lines(batch.row))]
        whole = hashlib.sha256(b"".join(parts))
        header = BatchHeader(
            sender=batch.sender,
            media_type=MEDIA_TYPE,
            message_id=f"{batch.id}/missing",
            on_behalf_of=batch.header.on_behalf_of,
            file_name=f"{batch.id}.missing.jsonl",
            sha256=whole.hexdigest(),
            size_bytes=sum(map(len, parts)),
            door=door,
        )
        known = self.uploads.answered(header)
        if known is not None and known.batch is not None:
            return str(known.batch)
        upload: Upload = self.uploads.open(header)
        if not upload.is_whole:
            for number, part in enumerate(parts, start=1):
                self.uploads.put(upload, number, part)
            self.uploads.finish(upload, whole.digest())
        return upload.id

    def _lines(self, row: int) -> Iterator[bytes]:
        with self.database.reading() as connection:
            yield from reconciling.deregistrations(connection, row, page=_ROWS_AT_ONCE)


def _parts(lines: Iterable[bytes]) -> Iterator[bytes]:
    part: list[bytes] = []
    size = 0
    for line in lines:
        if size + len(line) > PART_BYTES:
            yield b"".join(part)
            part, size = [], 0
        part.append(line)
        size += len(line)
    if part:
        yield b"".join(part)
