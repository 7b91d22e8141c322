"""The HTTP door as it serves, in the loop of the test."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import uvicorn

from registry_store.batches.uploading import Bounds
from router.http.app import Limits, create_app
from router.http.broker_link import BrokerLink
from tests.support.doors import Doors, until
from tests.support.registry import LANGUAGE


@contextlib.asynccontextmanager
async def serving(
    hub: Doors,
    broker_url: str | None = None,
    *,
    batches: Bounds | None = None,
    partner: str = "acme",
) -> AsyncIterator[httpx.AsyncClient]:
    """The application behind a real server, in the test's own loop; the client is that partner."""
    link = BrokerLink(broker_url or hub.broker_url, lanes_per_class=2)
    app = create_app(hub.database, link, LANGUAGE, Limits(200_000, 10, batches or Bounds()))
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, loop="none", server_header=False, log_level="warning")
    )
    task = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30
        ) as client:
            if broker_url is None:
                await until(lambda: link.is_connected)
            client.auth = httpx.BasicAuth(partner, hub.secrets[partner])
            yield client
    finally:
        server.should_exit = True
        await task
