"""Exchanges, lanes and a partner's queues, declared again at every start: the declarations are the truth.

Dead-letter and alternate exchanges come before what refers to them, so that no message can fall
through while a new broker is being set up.
"""

from typing import Any

from aiormq.abc import AbstractChannel, AbstractConnection

from router.broker import names

#: Receipts that wait for a partner; then the queue refuses, and the hub keeps them for later.
RECEIPTS_WAITING = 10_000
#: The first major version of RabbitMQ that gives quorum queues a delivery limit of its own.
_LIMITS_DELIVERIES = 4


async def declare(channel: AbstractChannel, *, lanes_per_class: int) -> None:
    """Everything that does not depend on partners. Idempotent."""
    for name in (names.DEAD, names.UNROUTABLE):
        await channel.exchange_declare(name, exchange_type="topic", durable=True)
    for queue, exchange in ((names.EXPIRED, names.DEAD), (names.UNROUTABLE, names.UNROUTABLE)):
        await channel.queue_declare(
            queue, durable=True, arguments=_lane_arguments(channel, dead=None)
        )
        await channel.queue_bind(queue, exchange, "#")
    for name in (names.INTAKE, names.REFERENCE):
        await channel.exchange_declare(
            name,
            exchange_type="topic",
            durable=True,
            arguments={"alternate-exchange": names.UNROUTABLE},
        )
    for message_class in (*names.CLASSES, names.BULK):
        for queue in names.lanes(message_class, lanes_per_class):
            arguments = _lane_arguments(channel, dead=names.DEAD)
            await channel.queue_declare(queue, durable=True, arguments=arguments)


async def admit(channel: AbstractChannel, slug: str, *, lane: int, queues: bool = True) -> None:
    """Bind a partner's keys to its lanes, and declare the queue of its receipts. Idempotent.

    A partner's lane is chosen once and bound explicitly: an exchange that spreads by hash would put
    half of the partners on other lanes after a restart, and order within a lane would be lost.
    The queue of receipts is a classic one: the receipts themselves stand in the registry, and quorum
    queues are for the few lanes, not for thousands of partners. `queues=False` for the hub's own
    partner, which fetches nothing.
    """
    for message_class in names.CLASSES:
        for exchange in (names.INTAKE, names.REFERENCE):
            await channel.queue_bind(
                names.lane(message_class, lane), exchange, names.key(slug, message_class)
            )
    await admit_bulk(channel, slug, lane=lane)
    if queues:
        await channel.queue_declare(
            names.receipts(slug),
            durable=True,
            arguments={
                "x-queue-type": "classic",
                "x-max-length": RECEIPTS_WAITING,
                "x-overflow": "reject-publish",
            },
        )


async def admit_bulk(channel: AbstractChannel, slug: str, *, lane: int) -> None:
    """Bind the references to a partner's chunks to its bulk lane: on the hub's own exchange alone, so that
    nothing that a partner publishes can get there. Idempotent.
    """
    await channel.queue_bind(
        names.lane(names.BULK, lane), names.REFERENCE, names.key(slug, names.BULK)
    )


def _lane_arguments(channel: AbstractChannel, *, dead: str | None) -> dict[str, Any]:
    """A quorum queue that one consumer at a time reads, and from which nothing is dropped for good.

    RabbitMQ counts a message as delivered again for each consumer that is lost, and from 4.0 on
    dead-letters it at 20: a few crashes would take hundreds of good messages along. The hub counts
    attempts itself, so there is no limit here; 3.x has none unless one is set, and does not know -1.
    """
    arguments: dict[str, Any] = {"x-queue-type": "quorum", "x-single-active-consumer": True}
    if dead is not None:
        arguments["x-dead-letter-exchange"] = dead
    if _major_version(channel.connection) >= _LIMITS_DELIVERIES:
        arguments["x-delivery-limit"] = -1
    return arguments


def _major_version(connection: AbstractConnection) -> int:
    version = connection.server_properties.get("version", b"")
    text = version.decode() if isinstance(version, bytes) else str(version)
    return int(text.partition(".")[0] or 0)
