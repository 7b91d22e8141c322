"""The forms of outcome files, each made from a batch as far as it is answered.

A form streams: its pieces are made as they are taken, and no more than a chunk and a block of the file is in memory.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from adapters.flat_file.adapter import MEDIA_TYPE as FLAT
from adapters.flat_file.outcomes import outcomes_pieces
from adapters.hub_json import HubJson
from adapters.json_lines.adapter import MEDIA_TYPE as JSON_LINES
from adapters.market_document.acknowledgement import acknowledgement_pieces
from adapters.outcomes.answers import REJECTED
from adapters.outcomes.csv_file import Look, csv_with_answers, look_of
from adapters.outcomes.listing import csv_listing, json_listing, jsonl_listing
from adapters.outcomes.parquet_file import parquet_listing, parquet_with_answers
from adapters.outcomes.series_names import named
from adapters.outcomes.workbook_file import heading_rows, workbook_with_answers
from adapters.tables.writing_parquet import PARQUET
from adapters.xlsx_tables import XLSX
from contracts.receipts import timestamp
from registry_store.batches.answering import Answered
from registry_store.database import Database
from router.batches.expanding import ExpandBounds
from router.batches.outcome_source import seekable, streamed

CSV = "text/csv; charset=utf-8; header=present"
#: What was taken is expanded again, and no further.
_EXPANDED = ExpandBounds(bytes=64 * 1024**3, times=1_000)

Outcomes = Iterator[Mapping[str, Any]]
Pieces = Iterator[bytes]


class Asked(NamedTuple):
    """What a form is made from. `outcomes` are read once."""

    database: Database
    batch: Answered
    outcomes: Outcomes
    only_rejected: bool

    @property
    def source(self) -> tuple[Database, int, str, ExpandBounds]:
        return self.database, self.batch.row, self.batch.header.content_encoding, _EXPANDED

    @property
    def how(self) -> dict[str, bool]:
        """How a file is given back: rows that are not decided too, once there will be no more answers. Nothing of
        them is wanted where refused rows are: millions may follow the last answer of a file that was cancelled.
        """
        to_end = self.batch.has_ended and not self.only_rejected
        return {"to_end": to_end, "only_rejected": self.only_rejected}

    @property
    def wanted(self) -> Outcomes:
        return (o for o in self.outcomes if not self.only_rejected or o["status"] == REJECTED)


class Form(NamedTuple):
    """`suffix`: of the file's name."""

    media_type: str
    suffix: str
    make: Callable[[Asked], Pieces]


def look(batch: Answered) -> Look:
    """How a CSV file looks that was read."""
    return look_of(_notes(batch))


def _notes(batch: Answered) -> list[str]:
    return list(batch.head.get("notes", ()))


def _status(batch: Answered) -> str:
    has_errors = any(reason["severity"] == "error" for reason in batch.reasons)
    return batch.counts.status(has_errors=has_errors)


def _listed(asked: Asked) -> Outcomes:
    """With what was found of the file as a whole before its items, as item 0."""
    batch = asked.batch
    if batch.reasons:
        whole = {"item": 0, "place": "", "status": _status(batch), "command": ""}
        yield {**whole, "reasons": batch.reasons}
    yield from asked.wanted


def _csv_list(asked: Asked) -> Pieces:
    return csv_listing(_listed(asked))


def _jsonl_list(asked: Asked) -> Pieces:
    return jsonl_listing(_listed(asked))


def _json_list(asked: Asked) -> Pieces:
    return json_listing(_listed(asked))


def _parquet_list(asked: Asked) -> Pieces:
    return parquet_listing(_listed(asked))


def _csv(asked: Asked) -> Pieces:
    with streamed(*asked.source) as file:
        yield from csv_with_answers(file, asked.outcomes, look(asked.batch), **asked.how)


def _xlsx(asked: Asked) -> Pieces:
    headings = heading_rows(_notes(asked.batch))
    with seekable(*asked.source) as file:
        yield from workbook_with_answers(file, asked.outcomes, headings, **asked.how)


def _parquet(asked: Asked) -> Pieces:
    with seekable(*asked.source) as file:
        yield from parquet_with_answers(file, asked.outcomes, **asked.how)


def _xml(asked: Asked) -> Pieces:
    """An acknowledgement: it names the refused series alone, whatever is asked for."""
    with streamed(*asked.source) as document:
        yield from acknowledgement_pieces(_receipt(asked.batch), named(asked.outcomes, document))


def _flat(asked: Asked) -> Pieces:
    return outcomes_pieces(_receipt(asked.batch), asked.wanted)


def _receipt(batch: Answered) -> Mapping[str, Any]:
    """The receipt; while there is none yet, what it will say of the message, under the batch's own id."""
    if batch.receipt is not None:
        return batch.receipt
    said = {name: value for name, value in batch.head.items() if name in _SAID}
    return said | {
        "receipt_id": batch.id,
        "message_id": batch.message_id,
        "sender": batch.sender,
        "status": _status(batch),
        "received_at": timestamp(batch.received_at),
        "payload_sha256": batch.header.sha256 or "",
    }


_SAID = ("notes", "versions", "document")
#: Any batch as a list of its outcomes.
LISTS: Mapping[str, Form] = {
    "csv": Form(CSV, ".csv", _csv_list),
    "jsonl": Form(JSON_LINES, ".jsonl", _jsonl_list),
    "parquet": Form(PARQUET, ".parquet", _parquet_list),
}
#: The format of the file itself, by its media type. JSON Lines is answered as a list.
OWN: Mapping[str, Form] = {
    "text/csv": Form(CSV, ".csv", _csv),
    XLSX: Form(XLSX, ".xlsx", _xlsx),
    PARQUET: Form(PARQUET, ".parquet", _parquet),
    "application/xml": Form("application/xml", ".xml", _xml),
    "text/xml": Form("application/xml", ".xml", _xml),
    FLAT: Form(FLAT, ".txt", _flat),
    **dict.fromkeys(HubJson.media_types, Form("application/json", ".json", _json_list)),
}
#: Forms that give the file back need its bytes; which list is given where they are not to be had.
LIST_INSTEAD: Mapping[str, str] = {"text/csv": "csv", XLSX: "csv", PARQUET: "parquet"}
