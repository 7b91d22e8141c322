# ruff: noqa: INP001 - a program, in no package
"""A partner's side of a subscription by AMQP, as small as it can be: take once, in order, then acknowledge.

    HUB_BROKER_URL=amqp://acme:SECRET@host/ ./hub python examples/services/bundle_subscriber.py QUEUE [--json]

For bundles in JSON. What was taken is remembered here in memory alone: keep it with what is done with the
notifications, in one transaction. Ends with 1 when a bundle cannot be taken, which then stays in the
queue, in its place: handed back, it might be overtaken.
"""

import argparse
import asyncio
import json
import os
from collections.abc import Callable
from typing import Any

from aio_pika.exceptions import ChannelNotFoundEntity
from faststream import AckPolicy, FastStream
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage

QUEUE_POLL_SECONDS = 1.0


class Taker:
    """`take` gets each notification once, in order: what comes again is not beyond (epoch, sequence)."""

    def __init__(self, take: Callable[[dict[str, Any]], None]) -> None:
        self._take = take
        self._last: dict[str, tuple[int, int]] = {}

    def receive(self, body: bytes) -> None:
        bundle = json.loads(body)
        for notification in bundle["notifications"]:
            place = (bundle["epoch"], notification["sequence"])
            if place > self._last.get(bundle["subscription"], (0, 0)):
                self._take(notification)
                self._last[bundle["subscription"]] = place


async def run(url: str, queue: str, taker: Taker) -> None:
    """Until SIGTERM or SIGINT. Raises what `take` raised."""
    one_at_a_time = Channel(prefetch_count=1)  # and so in order
    broker = RabbitBroker(
        url, default_channel=one_at_a_time, logger=None
    )  # would log among the output
    app, failures = FastStream(broker), list[Exception]()

    # The hub declares the queue; a partner may not, and need not.
    @broker.subscriber(RabbitQueue(queue, declare=False), ack_policy=AckPolicy.MANUAL)
    async def receive(message: RabbitMessage) -> None:
        try:
            taker.receive(message.body)
        except Exception as failure:  # noqa: BLE001 - whatever it was: nothing is acknowledged
            failures.append(failure)
            app.exit()
        else:
            await message.ack()

    await app.run()
    for failure in failures:
        raise failure


async def run_when_there(url: str, queue: str, taker: Taker) -> None:
    """The queue comes with the first bundle."""
    while True:
        try:
            return await run(url, queue, taker)
        except ChannelNotFoundEntity:
            await asyncio.sleep(QUEUE_POLL_SECONDS)


def _print(notification: dict[str, Any]) -> None:
    line = f"{notification['sequence']:>6}  {notification['event']:<22}  {notification['record']['id']}"
    print(line, flush=True)  # noqa: T201 - what this program is for


def _print_json(notification: dict[str, Any]) -> None:
    print(json.dumps(notification), flush=True)  # noqa: T201 - what this program is for


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("queue", help="partner.<slug>.sub.<subscription>")
    parser.add_argument("--json", action="store_true", help="print whole notifications, one a line")
    options = parser.parse_args()
    taker = Taker(_print_json if options.json else _print)
    asyncio.run(run_when_there(os.environ["HUB_BROKER_URL"], options.queue, taker))


if __name__ == "__main__":
    main()
