"""What the pipeline gives back to a door for one message."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """The receipt of one message, in canonical JSON and in the sender's own format.

    `message_row` is None where nothing is stored under the message's id (no id, id reused, technical
    refusal). `duplicate`: the first receipt again. `dead`: dead-lettered, with a receipt that says so.
    """

    sender: str
    message_id: str
    status: str
    receipt: bytes
    media_type: str
    body: bytes
    message_row: int | None = None
    duplicate: bool = False
    dead: bool = False
