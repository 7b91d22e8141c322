"""What goes by no lane (bundles, receipts, references, replies): FastStream, on aio-pika.

Its defaults are set aside where they would lose or invent something: messages are persistent, one that
no queue takes comes back as an error, and properties are those of the publication and no others. Lanes
stay below it (docs/decisions/0016).
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

from aio_pika import DeliveryMode, Message, RobustChannel, RobustConnection
from aio_pika.exceptions import ChannelPreconditionFailed, DeliveryError, PublishError
from aiormq.abc import AbstractChannel
from faststream.rabbit import Channel, RabbitBroker
from yarl import URL

from router.broker import lenient_decoding
from router.broker.connection import BROKER_FAULTS, CONNECT_SECONDS, HEARTBEAT_SECONDS
from router.broker.publisher import CONFIRM_SECONDS, Fate, Publication

_RECONNECT_SECONDS = 1


class BrokerAway(ConnectionError):
    """The broker cannot be reached, or was lost while something was asked of it."""


class OffLane:
    """One connection: made when it is first needed, made again by aio-pika when it was lost.

    Robust is what is declared on it; what was under way when it was lost is of unknown fate.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str,
        on_close: Callable[[object, BaseException | None], None],
        middlewares: Sequence[Any] = (),
    ) -> None:
        """`name` is shown on the broker; `on_close` is called at every loss, and at the end."""
        lenient_decoding.install()
        self.broker = RabbitBroker(
            URL(url).update_query(name=name, heartbeat=HEARTBEAT_SECONDS),
            timeout=CONNECT_SECONDS,
            reconnect_interval=_RECONNECT_SECONDS,
            on_close=[on_close],
            default_channel=Channel(on_return_raises=True),
            app_id=None,
            middlewares=middlewares,
            apply_types=False,
            logger=None,
        )
        self._attempt: asyncio.Task[RobustConnection] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def connection(self) -> RobustConnection:
        """Raises BrokerAway unless there is one. One attempt serves all who ask.

        It is shielded from their cancellation: aio-pika would go on trying, in a task that nobody can
        reach any more and that cannot be cancelled. It ends by itself within CONNECT_SECONDS.
        """
        attempt = self._attempt
        if attempt is None or (attempt.done() and _failed(attempt)):
            attempt = self._attempt = asyncio.create_task(self.broker.connect())
        with broker_faults():
            connection = await asyncio.shield(attempt)
        if not connection.connected.is_set():
            raise BrokerAway("the connection was lost")
        return connection

    async def underlay_channel(self) -> AbstractChannel:
        """The channel that is published and consumed on, to declare on and to watch."""
        await self.connection()
        channel: RobustChannel = await self.broker.config.channel_manager.get_channel()
        return await channel.get_underlay_channel()

    async def publish(self, publication: Publication) -> Fate:
        """Within CONFIRM_SECONDS. Raises BrokerAway where it cannot even be tried."""
        await self.connection()
        try:
            with broker_faults():
                async with asyncio.timeout(CONFIRM_SECONDS):
                    await self.broker.publish(
                        _message(publication),
                        exchange=publication.exchange or None,
                        routing_key=publication.routing_key,
                    )
        except PublishError:  # one kind of DeliveryError
            return Fate.unroutable
        except DeliveryError:
            return Fate.refused
        except BrokerAway:
            return Fate.unknown
        return Fate.confirmed

    async def close(self) -> None:
        """Ends the connection, or what tries to make it. Raises nothing."""
        if self._attempt is None:
            return
        await asyncio.wait([self._attempt])
        if not _failed(self._attempt):
            with contextlib.suppress(BrokerAway), broker_faults():
                async with asyncio.timeout(CONNECT_SECONDS):
                    await self.broker.stop()


@contextlib.contextmanager
def broker_faults() -> Iterator[None]:
    """Whatever tells that the broker is gone, as BrokerAway; what it answers passes through.

    aiormq rejects those who wait with a bare Exception where it knows no reason, and when heartbeats
    fail it cancels them. That is not the end of the task that waits, which would take it for its own.
    """
    try:
        yield
    except (DeliveryError, ChannelPreconditionFailed):
        raise
    except Exception as error:
        if not (isinstance(error, BROKER_FAULTS) or type(error) is Exception):
            raise
        raise BrokerAway(f"{type(error).__name__}: {error}") from error
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise BrokerAway("the connection was cut off") from error


def _failed(attempt: "asyncio.Task[RobustConnection]") -> bool:
    return attempt.cancelled() or attempt.exception() is not None


def _message(publication: Publication) -> Message:
    """Ready made: from plain arguments FastStream would invent a correlation id and a time."""
    return Message(
        publication.body,
        headers=publication.headers,  # type: ignore[arg-type] # the library's alias is invariant
        content_type=publication.content_type,
        delivery_mode=DeliveryMode.PERSISTENT,
        correlation_id=publication.correlation_id,
        reply_to=publication.reply_to,
        message_id=publication.message_id,
        type=publication.type,
    )
