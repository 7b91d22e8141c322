"""`hub serve`, wired: settings to a server that runs until it is told to stop."""

import uvicorn

from registry_store.batches.uploading import Bounds
from router import bootstrap
from router.http.app import Limits, create_app
from router.http.broker_link import BrokerLink
from router.settings import Settings

#: Idle connections end before the usual proxies' do, so that none sends into a closed one.
_KEEP_ALIVE_SECONDS = 65
_MOST_CONNECTIONS = 1_000
_HEAD_LIMIT_BYTES = 32 * 1024


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished within `stop_seconds`."""
    if settings.broker_url is None or settings.http_port is None:
        raise SystemExit("start the hub with ./hub up, or set HUB_BROKER_URL and HUB_HTTP_PORT")
    database = bootstrap.database(settings, pool_size=20)
    broker = BrokerLink(
        settings.broker_url.get_secret_value(), lanes_per_class=settings.lanes_per_class
    )
    limits = Limits(
        settings.message_limit_bytes,
        settings.receipt_wait_seconds,
        Bounds(settings.batch_limit_bytes, settings.batch_uploads_limit),
    )
    try:
        uvicorn.run(
            create_app(database, broker, bootstrap.language(), limits),
            host=settings.http_host,
            port=settings.http_port,
            loop="uvloop",
            http="httptools",
            server_header=False,
            access_log=False,
            log_level=settings.log_level,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=int(settings.stop_seconds / 2) or 1,
            limit_concurrency=_MOST_CONNECTIONS,
            h11_max_incomplete_event_size=_HEAD_LIMIT_BYTES,
        )
    finally:
        database.close()
