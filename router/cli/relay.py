"""`hub relay`: the process that cuts bundles and delivers them."""

import asyncio
import signal

import orjson
import typer

from adapters import adapter_for
from router.bootstrap import Language, database, hub_key, language
from router.delivery.addresses import CallRules
from router.delivery.receipts import DueReceipt, EncodeReceipt
from router.delivery.relay import Relay, RelaySettings
from router.logs import configure_logging
from router.settings import Settings

_CONNECTIONS = 12


def register(app: typer.Typer) -> None:
    app.command("relay")(relay)


def relay() -> None:
    """Tell subscribers what changed: cut bundles from the log, deliver them.

    Any number may run; they share the subscriptions. Stops on SIGTERM. `hub up` runs one.
    """
    settings = Settings()
    configure_logging(settings.log_level, process="relay")
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    if settings.broker_url is None:
        raise SystemExit("no broker: start the hub with ./hub up, or set HUB_BROKER_URL")
    spoken = language()
    store = database(settings, pool_size=_CONNECTIONS)
    running = Relay(
        database=store,
        broker_url=settings.broker_url.get_secret_value(),
        hub_key=hub_key(settings),
        catalogue=spoken.catalogue,
        renew=spoken.live.renew,
        forms=spoken.forms,
        encode_receipt=receipts_in_own_format(spoken),
        settings=RelaySettings(calls=CallRules(private_targets=settings.webhook_private_targets)),
    )
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, running.stop)
    try:
        await running.run()
    finally:
        store.close()


def receipts_in_own_format(spoken: Language) -> EncodeReceipt:
    """A receipt as its sender reads it, by the media type of its message; JSON where that is none."""

    def encode(due: DueReceipt) -> tuple[str, bytes]:
        adapter = adapter_for(spoken.adapters, due.media_type) or spoken.adapters[0]
        return adapter.encode_receipt(orjson.loads(due.receipt))

    return encode
