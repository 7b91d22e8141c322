"""The outcome file of a batch, made when it is asked for: from the file as it came and the outcomes of its chunks.

Nothing of it is stored. It depends on the file and on what was decided, and on nothing else: not on when, by which
process, or how often that was interrupted. While a batch runs it holds the chunks that are decided by then.
"""

import re
from pathlib import PurePath
from typing import Literal, NamedTuple

from adapters.media_types import essence
from adapters.outcomes.answers import REJECTED
from registry_store.batches.answering import Answered, answered, outcomes_of
from registry_store.database import Database
from router.batches.outcome_forms import LIST_INSTEAD, LISTS, OWN, Asked, Form, Pieces, look
from router.batches.outcome_source import is_there

Format = Literal["same", "csv", "jsonl", "parquet"]
Only = Literal["rejected"]
_UNSOUND = re.compile(r"[^A-Za-z0-9._-]+")
_COMPRESSED = (".gz", ".zst", ".zstd")


class Rendered(NamedTuple):
    """An outcome file. `pieces` are made as they are taken."""

    media_type: str
    file_name: str
    pieces: Pieces


class BatchUnknown(LookupError):
    """There is no batch of that id."""


def render(
    database: Database, batch_id: str, *, format: Format = "same", only: Only | None = None
) -> Rendered:
    """`same`: as the file came, with columns added; where that cannot be (it was refused as a whole, or its bytes
    are no longer kept), a list. Raises BatchUnknown.
    """
    with database.reading() as connection:
        batch = answered(connection, batch_id)
    if batch is None:
        raise BatchUnknown(batch_id)
    form = LISTS[format] if format != "same" else _own_form(database, batch)
    outcomes = outcomes_of(database, batch.row, up_to=batch.decided)
    pieces = form.make(Asked(database, batch, outcomes, only == REJECTED))
    return Rendered(form.media_type, f"{_stem(batch)}.outcomes{form.suffix}", pieces)


def _own_form(database: Database, batch: Answered) -> Form:
    kind = essence(batch.header.media_type)
    form = OWN.get(kind, LISTS["jsonl"])
    if kind not in LIST_INSTEAD:
        return form
    if not batch.decided or not is_there(database, batch.row):
        return LISTS[LIST_INSTEAD[kind]]
    if kind != "text/csv":
        return form
    return form._replace(media_type=f"text/csv; charset={look(batch).write_as}; header=present")


def _stem(batch: Answered) -> str:
    """Of the sender's own name for its file, without what another system would trip over."""
    name = PurePath(batch.header.file_name)
    if name.suffix.lower() in _COMPRESSED:
        name = name.with_suffix("")
    return _UNSOUND.sub("-", name.stem).strip("-.") or batch.id
