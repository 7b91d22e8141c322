"""The way by AMQP: each bundle one persistent, confirmed, mandatory message to the partner's own queue."""

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from aiormq.abc import AbstractConnection
from aiormq.exceptions import ChannelPreconditionFailed

from registry_store.feed.notices import delivery_id
from registry_store.feed.outbox import DueBundle
from router.broker.connection import BROKER_FAULTS, close_quietly, connect, open_channel
from router.broker.publisher import Fate, Publication, Publisher
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


class BrokerAway(ConnectionError):
    """The broker cannot be reached."""


class QueueUnusable(RuntimeError):
    """The queue is there, but not as the hub declares it."""


class Broker:
    """One connection, opened when it is needed and again when it was lost, with one channel to publish on."""

    def __init__(self, url: str, *, name: str = "relay") -> None:
        self._url = url
        self._name = name
        self._opening = asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._publisher: Publisher | None = None
        self._is_open: Callable[[], bool] = lambda: False
        self._declared: set[str] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()

    async def check(self) -> None:
        """Raises BrokerAway unless there is a channel to publish on."""
        await self._opened()

    async def publish(self, publication: Publication) -> Fate:
        """Raises BrokerAway where it cannot even be tried."""
        _, publisher = await self._opened()
        (fate,) = await publisher.publish([publication])
        if fate is Fate.unroutable:
            self._declared.discard(publication.routing_key)
        return fate

    async def declare(self, queue: str, arguments: Mapping[str, Any]) -> None:
        """The queue is there, durable. On a channel of its own: a mismatch closes the channel.

        Raises QueueUnusable, BrokerAway.
        """
        connection, _ = await self._opened()
        if queue in self._declared:
            return
        try:
            channel = await open_channel(connection)
            await channel.queue_declare(queue, durable=True, arguments=dict(arguments))
            await channel.close()
        except ChannelPreconditionFailed as error:
            raise QueueUnusable(f"{queue} is there with other arguments") from error
        except BROKER_FAULTS as error:
            raise BrokerAway(f"{type(error).__name__}: {error}") from error
        self._declared.add(queue)

    async def _opened(self) -> tuple[AbstractConnection, Publisher]:
        async with self._opening:
            if not self._is_open():
                await self._close()
                await self._open()
            assert self._connection is not None
            assert self._publisher is not None
            return self._connection, self._publisher

    async def _open(self) -> None:
        try:
            connection = self._connection = await connect(self._url, name=self._name)
            channel = await open_channel(connection, confirms=True)
        except BROKER_FAULTS as error:
            await self._close()
            raise BrokerAway(f"{type(error).__name__}: {error}") from error
        self._publisher = Publisher(channel)
        self._is_open = lambda: not (channel.is_closed or connection.is_closed)

    async def _close(self) -> None:
        connection, self._connection, self._publisher = self._connection, None, None
        self._is_open = lambda: False
        self._declared.clear()
        if connection is not None:
            await close_quietly(connection)


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
