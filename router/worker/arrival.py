"""A delivery as the worker holds it: what of AMQP is used, and nothing else."""

from typing import NamedTuple

from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic


class Arrival(NamedTuple):
    """One message from a queue. `tag` is unique on its channel and counts up."""

    tag: int
    queue: str
    exchange: str
    routing_key: str
    redelivered: bool
    properties: Basic.Properties
    body: bytes

    @classmethod
    def of(cls, message: DeliveredMessage) -> "Arrival":
        """Consumers are named after their queue, so the tag of the consumer says which it was."""
        delivery = message.delivery
        assert isinstance(delivery, Basic.Deliver)
        return cls(
            delivery.delivery_tag or 0,
            delivery.consumer_tag or "",
            delivery.exchange or "",
            delivery.routing_key or "",
            bool(delivery.redelivered),
            message.header.properties,
            message.body,
        )
