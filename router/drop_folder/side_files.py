"""What is said of a file: by its side file, by its name and its first bytes, by its age."""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.batches import BatchHeader, Policy
from router.batch_doors.source import encoding_of, head_of, measured
from router.cli.media_types import media_type_of

_SIDE_BYTES = 64 * 1024


class NotUsable(Exception):
    """Why a file cannot be sent. The text is meant for whoever dropped it."""


class Wanted(BaseModel):
    """The side file `NAME.json`: every member may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    media_type: Annotated[str, Field(max_length=200)] | None = None
    format: str | None = None
    profile: str | None = None
    statement_date: date | None = None
    message_id: Annotated[str, Field(max_length=200)] = ""
    on_behalf_of: str | None = None
    policy: Policy = Policy()


def wanted_in(side: BinaryIO) -> Wanted:
    """Raises NotUsable with everything that is wrong with the side file."""
    text = side.read(_SIDE_BYTES + 1)
    if len(text) > _SIDE_BYTES:
        raise NotUsable(f"the side file is larger than {_SIDE_BYTES} bytes")
    try:
        return Wanted.model_validate_json(text)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise NotUsable(f"the side file cannot be used: {wrong}") from error


def header_of(sender: str, name: str, file: BinaryIO, wanted: Wanted) -> BatchHeader:
    """What the door is told. The same file with the same side file gives the same header, whenever it is read:
    the file speaks of the day of its last change, unless something else is said.
    """
    encoding, bare = encoding_of(name)
    media_type = wanted.media_type
    try:
        if media_type is None:
            head = head_of(file, encoding)
            media_type = media_type_of(Path(bare), head, wanted.format, wanted.profile)
    except typer.BadParameter as error:
        raise NotUsable(str(error)) from error
    changed = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC).date()
    whole = measured(file)
    if whole.size_bytes == 0:
        raise NotUsable("the file is empty")
    return BatchHeader(
        sender=sender,
        media_type=media_type,
        content_encoding=encoding,
        message_id=wanted.message_id,
        on_behalf_of=wanted.on_behalf_of,
        statement_date=(wanted.statement_date or changed).isoformat(),
        file_name=name,
        sha256=whole.sha256,
        size_bytes=whole.size_bytes,
        door="drop",
        policy=wanted.policy,
    )
