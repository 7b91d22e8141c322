"""Batches: files of any size, cut into excerpts that are decided one after another.

A batch is one message to its sender (one id, one receipt) and many small transactions to the registry.
Source: DESIGN.md section 5 (files).
"""

from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

#: A batch's life. `receiving`: parts still come; `waiting`: for its turn, or for the batch before it of
#: the same partner; `running`; `paused` by its sender or the operator. The rest are ends: `done` (every row
#: is answered, whatever the answers), `cancelled`, `failed` (the file as a whole cannot be used).
Status = Literal["receiving", "waiting", "running", "paused", "done", "cancelled", "failed"]
ENDS: frozenset[Status] = frozenset({"done", "cancelled", "failed"})
#: What its sender or the operator wants of it; the splitter brings the status after.
Wish = Literal["run", "pause", "cancel"]

#: Bytes of a part of its file at most.
PART_BYTES = 4 * 1024 * 1024
#: Rows that one transaction takes under `all_or_nothing`.
MOST_ROWS_AT_ONCE = 20_000


class Policy(BaseModel):
    """How a batch is to be taken. Every member is a query parameter of `POST /v1/batches` under its name.

    accept: `right_rows` takes what is right, row by row; `all_or_nothing` takes all rows in one transaction
    (at most `MOST_ROWS_AT_ONCE`) or none. existing: what a row that registers does where its asset is
    registered already: as the row states, `refuse`, or `update` (unchanged rows make no change, older
    statements are superseded). dry_run: everything is decided, nothing is kept but the answers. reconcile:
    what the register holds of this file's source and the file does not is reported. notify: `snapshot` tells
    subscribers once that a load is there and where to fetch it, instead of every change.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    accept: Literal["right_rows", "all_or_nothing"] = "right_rows"
    existing: Literal["as_stated", "refuse", "update"] = "as_stated"
    dry_run: bool = False
    reconcile: bool = False
    notify: Literal["changes", "snapshot"] = "changes"


class BatchHeader(BaseModel):
    """What the door says of a file before its first byte: the envelope without body and id.

    `sha256`: of the bytes as they are sent, compressed or not, where the sender knows it beforehand (cutting
    then begins while parts still come). `message_id`: where the transport gives one; else the document's own,
    or made of content and statement date.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sender: str
    media_type: Annotated[str, Field(max_length=200)]
    content_encoding: Literal["", "gzip", "zstd"] = ""
    message_id: Annotated[str, Field(max_length=200)] = ""
    #: Of a CloudEvent in binary mode (hub JSON).
    event_type: Annotated[str, Field(max_length=200)] | None = None
    on_behalf_of: str | None = None
    statement_date: str | None = None
    file_name: Annotated[str, Field(max_length=200)] = ""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    size_bytes: Annotated[int, Field(ge=0)] | None = None
    door: str = "http"
    policy: Policy = Policy()


class Progress(NamedTuple):
    """How far a batch is. Counts are rows (items); `missing`: see `Policy.reconcile`.

    `rows_read`: cut so far; `rows`: of the whole file, None until its end was seen. `rows_per_second` and
    `expected_end` are None until there is something to estimate from. Times are UTC.
    """

    id: str
    status: Status
    rows_read: int
    rows: int | None
    accepted: int
    rejected: int
    unchanged: int
    superseded: int
    scheduled: int
    missing: int | None
    bytes_received: int
    received_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    rows_per_second: float | None
    expected_end: datetime | None
    cause: str | None

    @property
    def answered(self) -> int:
        return self.accepted + self.rejected + self.unchanged + self.superseded + self.scheduled

    def as_json(self) -> dict[str, Any]:
        """For the API, the events and `--json`."""
        body = {
            name: value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
            for name, value in self._asdict().items()
        }
        return {**{k: v for k, v in body.items() if v is not None}, "answered": self.answered}
