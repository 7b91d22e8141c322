"""References: messages of the hub on a lane, that stand for a body in the archive.

Only the hub may publish to the exchange of references, so what they say of sender and origin is
believed.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from router.broker import names
from router.broker.publisher import Publication
from router.worker import reading
from router.worker.settling import FETCHED_TYPE


@dataclass(frozen=True, slots=True)
class Reference:
    """One archived message on its way. `message_id` may be empty where the document has its own."""

    body_row: int
    sender: str
    message_class: str
    message_id: str
    media_type: str
    received_at: datetime
    door: str
    on_behalf_of: str | None = None
    event_type: str | None = None
    event_time: datetime | None = None
    statement_date: date | None = None

    def publication(
        self, *, reply_to: str | None = None, correlation_id: str | None = None
    ) -> Publication:
        """`reply_to`: where the receipt goes instead of the sender's queue."""
        said = {
            reading.MESSAGE_ID: self.message_id or None,
            reading.BODY_ROW: self.body_row,
            reading.DOOR: self.door,
            reading.RECEIVED_AT: self.received_at.isoformat(),
            reading.ON_BEHALF_OF: self.on_behalf_of,
            reading.STATEMENT_DATE: self.statement_date and self.statement_date.isoformat(),
            "cloudEvents:type": self.event_type,
            "cloudEvents:time": self.event_time and self.event_time.isoformat(),
        }
        return Publication(
            names.key(self.sender, self.message_class),
            b"",
            f"body-{self.body_row}",
            exchange=names.REFERENCE,
            content_type=self.media_type,
            correlation_id=correlation_id,
            reply_to=reply_to,
            type=FETCHED_TYPE if self.door == "http" else None,
            headers={name: value for name, value in said.items() if value is not None},
        )


def content_message_id(sha256: str, statement_date: str | None) -> str:
    """The message id of a file that names none: its content (hexadecimal), and the date that it speaks of, where
    that is given.
    """
    return f"sha256:{sha256}:{statement_date}" if statement_date else f"sha256:{sha256}"


def file_message_id(body: bytes, statement_date: date) -> str:
    """The message id of a file: its content, and the date that it speaks of."""
    return content_message_id(hashlib.sha256(body).hexdigest(), statement_date.isoformat())
