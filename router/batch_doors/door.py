"""A way by which files are sent and batches are looked after: as a partner by HTTP, as the operator by database."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple, Protocol

from contracts.batches import ENDS, BatchHeader, Wish
from router.batch_doors.source import Encoding, Measured, parts
from router.batches.outcome_files import Format, Only
from router.killpoints import reached


class BatchDoorFailed(Exception):
    """What was asked for was not done. The text is meant for whoever asked."""


class BatchDoorAway(BatchDoorFailed):
    """Not now: the door does not answer, or there is no room at the moment. Worth trying again."""


class Opened(NamedTuple):
    """An upload. `parts`: number -> SHA-256 (hexadecimal) of what is there already."""

    id: str
    is_whole: bool
    parts: Mapping[int, str]


class Outcomes(NamedTuple):
    """An outcome file as it is rendered."""

    media_type: str
    file_name: str
    pieces: Iterator[bytes]


class BatchDoor(Protocol):
    """Every method raises BatchDoorFailed where the door says no, or does not answer."""

    def open(self, header: BatchHeader) -> Opened: ...

    def put(self, id: str, number: int, body: bytes) -> None: ...

    def complete(self, id: str, whole: Measured) -> None: ...

    def batch(self, id: str) -> dict[str, Any]:
        """As `GET /v1/batches/{id}` shows it."""
        ...

    def batches(self, *, before: str | None, limit: int) -> list[dict[str, Any]]:
        """Newest first, each with its progress."""
        ...

    def receipt(self, id: str) -> bytes | None:
        """The summary receipt in canonical JSON; None while the batch is under way."""
        ...

    def outcomes(self, id: str, *, format: Format, only: Only | None) -> Outcomes: ...

    def wish(self, id: str, wanted: Wish) -> None: ...

    def missing(self, id: str, *, after: int, limit: int) -> dict[str, Any]:
        """A page, as `GET /v1/batches/{id}/missing` shows it."""
        ...

    def deregister_missing(self, id: str, *, confirmed: int) -> str:
        """The batch that ends so many missing records."""
        ...


def upload(
    door: BatchDoor,
    file: BinaryIO,
    whole: Measured,
    opened: Opened,
    *,
    compress: Encoding = "",
    on_bytes: Callable[[int], None] = lambda _size: None,
) -> None:
    """Send the parts that are not there yet; then the file is whole. A file that was found to be of no use meanwhile
    has its answer, and the rest of it is not sent.

    Raises BatchDoorFailed, also where a part that is there is not the file's: the file was changed meanwhile.
    """
    for number, part in enumerate(parts(file, compress), 1):
        if number not in opened.parts:
            try:
                door.put(opened.id, number, part)
            except BatchDoorAway:
                raise
            except BatchDoorFailed:
                if door.batch(opened.id)["status"] in ENDS:
                    return
                raise
            reached("send.after_part")
        on_bytes(len(part))
    door.complete(opened.id, whole)
