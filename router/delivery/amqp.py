"""The way by AMQP: each bundle one persistent, confirmed, mandatory message to the partner's own queue."""

import asyncio
from collections.abc import Mapping
from typing import Any

from aio_pika.exceptions import ChannelPreconditionFailed

from registry_store.feed.notices import delivery_id
from registry_store.feed.outbox import DueBundle
from router.broker.connection import CONNECT_SECONDS
from router.broker.off_lane import BrokerAway, OffLane, broker_faults
from router.broker.publisher import Fate, Publication
from router.delivery.outcomes import Delivered, Outcome, Refused, Unavailable
from router.record_forms import NotCarried, RecordForms

#: What waits in a partner's queue before the broker refuses more and the hub keeps it instead.
QUEUE_LENGTH_BUNDLES = 1_000
#: A classic queue: what is lost with a broker's disk can be pulled again, so the queue need not be
#: replicated, and it has no limit after which a message that a partner hands back is dropped.
QUEUE_ARGUMENTS = {
    "x-queue-type": "classic",
    "x-max-length": QUEUE_LENGTH_BUNDLES,
    "x-overflow": "reject-publish",
}


class QueueUnusable(RuntimeError):
    """The queue is there, but not as the hub declares it."""


class Broker(OffLane):
    """The relay's connection, that knows which queues are there."""

    def __init__(self, url: str, *, name: str = "relay") -> None:
        super().__init__(url, name=name, on_close=self._lost)
        self._declared: set[str] = set()

    async def publish(self, publication: Publication) -> Fate:
        fate = await super().publish(publication)
        if fate is Fate.unroutable:
            self._declared.discard(publication.routing_key)
        return fate

    async def declare(self, queue: str, arguments: Mapping[str, Any]) -> None:
        """The queue is there, durable. On a channel of its own: a mismatch closes the channel.

        Raises QueueUnusable, BrokerAway.
        """
        connection = await self.connection()
        if queue in self._declared:
            return
        try:
            with broker_faults():
                async with asyncio.timeout(CONNECT_SECONDS), connection.channel() as channel:
                    await channel.declare_queue(
                        queue, durable=True, arguments=dict(arguments), robust=False
                    )
        except ChannelPreconditionFailed as error:
            raise QueueUnusable(f"{queue} is there with other arguments") from error
        self._declared.add(queue)

    def _lost(self, _connection: object, _cause: BaseException | None) -> None:
        """The broker that comes back may be another node, without the queues."""
        self._declared.clear()


class AmqpWay:
    """Publishes bundles to the queues of their subscriptions."""

    def __init__(self, broker: Broker, forms: RecordForms) -> None:
        self._broker = broker
        self._forms = forms

    async def send(self, bundle: DueBundle) -> Outcome:
        queue = bundle.target["queue"]
        try:
            await self._broker.declare(queue, QUEUE_ARGUMENTS)
            fate = await self._broker.publish(self._publication(bundle, queue))
        except (QueueUnusable, NotCarried) as error:
            return Refused(str(error))
        except BrokerAway as error:
            return Unavailable(str(error))
        return _OUTCOMES[fate]

    def _publication(self, bundle: DueBundle, queue: str) -> Publication:
        media_type, body = self._forms.bundle(bundle.content, bundle.format, reader=bundle.partner)
        return Publication(
            routing_key=queue,
            body=body,
            message_id=delivery_id(bundle.subscription, bundle.epoch, bundle.first_sequence),
            content_type=media_type,
            type="bundle",
        )


_OUTCOMES: dict[Fate, Outcome] = {
    Fate.confirmed: Delivered(),
    Fate.refused: Refused("the queue is full"),
    Fate.unroutable: Refused("the queue is not there"),
    Fate.unknown: Unavailable("the broker went away, or gave no word in time"),
}
