"""What a file is, told from its name and its first bytes, and whether it goes as a batch."""

from pathlib import Path
from typing import NamedTuple

import typer

from adapters.json_lines.adapter import MEDIA_TYPE as JSON_LINES
from adapters.media_types import essence
from router.batch_doors.source import Encoding, encoding_of, head_of
from router.cli.media_types import media_type_of
from router.http.headers import FILES

_KNOWN_BY_CONTENT = FILES | {JSON_LINES, "application/x-ndjson"}


class Told(NamedTuple):
    """`encoding`: what the bytes are compressed with as they lie there. `is_file`: known by content and date."""

    media_type: str
    encoding: Encoding
    is_file: bool
    size_bytes: int


def told_of(file: Path, *, media_type: str | None, format: str | None, profile: str | None) -> Told:
    """Raises typer.BadParameter where it cannot be told."""
    encoding, name = encoding_of(file.name)
    if media_type is None:
        with file.open("rb") as opened:
            head = head_of(opened, encoding)
        media_type = media_type_of(Path(name), head, format, profile)
    is_file = essence(media_type) in _KNOWN_BY_CONTENT
    return Told(media_type, encoding, is_file, file.stat().st_size)


def goes_as_batch(told: Told, asked: bool | None, *, is_wanted: bool, limit_bytes: int) -> bool:
    """`asked`: what the command line says; `is_wanted`: something was asked for that only a batch has."""
    if asked is False and (is_wanted or told.encoding):
        raise typer.BadParameter("policies, outcome files and compression are of batches alone")
    if asked is not None:
        return asked
    return is_wanted or told.is_file or bool(told.encoding) or told.size_bytes > limit_bytes
