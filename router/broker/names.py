"""Exchanges, queues and keys: every name on the broker is made here."""

import re

#: Partners publish here, with routing key `<slug>.<class>`.
INTAKE = "fmar.intake"
#: The hub publishes here: references to bodies that are archived already.
REFERENCE = "fmar.reference"
#: Alternate exchange of the two, and its queue: no lane is bound for the key.
UNROUTABLE = "fmar.unroutable"
#: Dead-letter exchange of the lanes, and the queue of what expired in them.
DEAD = "fmar.dead"
EXPIRED = "fmar.expired"

CLASSES = ("urgent", "normal")
#: Chunks of batches, as references. The hub alone feeds it: no partner's key is of this class.
BULK = "bulk"

#: Slugs are one word of a topic key, so that `<slug>.<class>` cannot be written two ways.
SLUG = re.compile(r"[a-z][a-z0-9-]{1,39}")
_KEY = re.compile(rf"({SLUG.pattern})\.({'|'.join(CLASSES)})")


def lane(message_class: str, number: int) -> str:
    return f"fmar.lane.{message_class}.{number}"


def lanes(message_class: str, count: int) -> tuple[str, ...]:
    return tuple(lane(message_class, number) for number in range(count))


def key(slug: str, message_class: str) -> str:
    """Routing key of a partner's messages of one class."""
    return f"{slug}.{message_class}"


def read_key(routing_key: str) -> tuple[str, str] | None:
    """(slug, class) of a routing key, or None where it is none of a partner."""
    match = _KEY.fullmatch(routing_key)
    return (match[1], match[2]) if match else None


def receipts(slug: str) -> str:
    """The queue in which a partner finds its receipts."""
    return f"partner.{slug}.receipts"
