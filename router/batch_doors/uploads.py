"""Uploads as every door carries them out: each step a transaction of its own, what cannot be done an exception.

The HTTP door answers it as a problem; the operator's commands and the drop folder print it.
"""

from dataclasses import dataclass
from typing import TypeVar

from contracts.batches import ENDS, BatchHeader
from registry_store.batches import showing, uploading
from registry_store.batches.repeating import KnownBatch, known_batch
from registry_store.batches.uploading import MOST_PARTS, Bounds, Part, Upload, UploadRefused
from registry_store.database import Database
from router.killpoints import reached
from router.references import content_message_id

_Taken = TypeVar("_Taken")
_SAYS = {
    UploadRefused.too_many_open: "finish or cancel one of the open uploads first",
    UploadRefused.unknown: "there is no such batch",
    UploadRefused.not_receiving: "this batch takes no further parts",
    UploadRefused.part_differs: "another part is there under this number",
    UploadRefused.too_large: "the file is larger than the hub takes",
    UploadRefused.digest_differs: "what came has another SHA-256 than was said",
    UploadRefused.parts_missing: "parts are missing",
    UploadRefused.reused: "the message id was used for other content",
}


class UploadFailed(Exception):
    """An upload, or a step of it, that was turned away. The text is meant for whoever sends."""

    def __init__(self, refused: UploadRefused, detail: str) -> None:
        super().__init__(detail)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Uploads:
    """The steps of an upload."""

    database: Database
    bounds: Bounds

    def answered(self, header: BatchHeader) -> KnownBatch | None:
        """What answers the announced file already, while nothing later touched its records."""
        if header.sha256 is None:
            return None
        message_id = header.message_id or content_message_id(header.sha256, header.statement_date)
        digest = bytes.fromhex(header.sha256)
        with self.database.reading() as connection:
            known = known_batch(connection, header.sender, message_id, digest, policy=header.policy)
        if known is not None and known.standing == "reused":
            raise self._failed(UploadRefused.reused)
        return known if known is not None and known.standing == "answered" else None

    def open(self, header: BatchHeader) -> Upload:
        """Begun now, or found where the same file was announced before."""
        with self.database.writing() as connection:
            return self._taken(uploading.open_upload(connection, header, self.bounds))

    def own(self, sender: str, id: str) -> Upload:
        with self.database.reading() as connection:
            found = uploading.upload_of(connection, id=id, sender=sender)
        return self._taken(found or UploadRefused.unknown)

    def parts(self, upload: Upload) -> list[Part]:
        with self.database.reading() as connection:
            return uploading.parts_of(connection, upload.row)

    def has_ended(self, upload: Upload) -> bool:
        """Whether there is nothing to go on with: of a file that is of no use the first rows tell."""
        with self.database.reading() as connection:
            found = showing.shown(connection, id=upload.id, sender=None)
        return found is None or found.status in ENDS

    def put(self, upload: Upload, number: int, body: bytes) -> Part:
        with self.database.writing() as connection:
            part = uploading.put_part(connection, upload.row, number, body, self.bounds)
        reached("upload.after_part")
        return self._taken(part)

    def finish(self, upload: Upload, sha256: bytes) -> None:
        """The parts that were put are the whole file, whose digest is this."""
        with self.database.writing() as connection:
            refused = uploading.make_whole(connection, upload.row, sha256)
        reached("upload.after_whole")
        if refused is not None:
            raise self._failed(refused)

    def complete(self, upload: Upload, *, sha256: str, size_bytes: int) -> None:
        """The parts are looked at; while something is missing or differs the upload stays as it is."""
        parts = self.parts(upload)
        there_bytes = sum(part.size_bytes for part in parts)
        if not uploading.are_complete(parts) or there_bytes != size_bytes:
            said = f"{len(parts)} parts with {there_bytes} bytes are there, of {size_bytes} bytes"
            raise UploadFailed(UploadRefused.parts_missing, said)
        with self.database.reading() as connection:
            found = uploading.digest_of(connection, upload.row, parts)
        if found.hex() != sha256:
            said = f"the parts have the SHA-256 {found.hex()}, not {sha256}"
            raise UploadFailed(UploadRefused.digest_differs, said)
        self.finish(upload, found)

    def abandon(self, upload: Upload, cause: str) -> None:
        with self.database.writing() as connection:
            uploading.abandon(connection, upload.row, cause)

    def _taken(self, outcome: _Taken | UploadRefused) -> _Taken:
        if isinstance(outcome, UploadRefused):
            raise self._failed(outcome)
        return outcome

    def _failed(self, refused: UploadRefused) -> UploadFailed:
        limits = {
            UploadRefused.too_large: f" ({self.bounds.file_bytes} bytes, {MOST_PARTS} parts)",
            UploadRefused.too_many_open: f" (at most {self.bounds.open_uploads})",
        }
        return UploadFailed(refused, _SAYS[refused] + limits.get(refused, ""))
