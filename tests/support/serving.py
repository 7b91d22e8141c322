"""The HTTP door as it serves, in the loop of the test."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator

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


@contextlib.contextmanager
def server_process(hub: Doors, port: int, **variables: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`hub serve`, a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment |= {
        "HUB_HOME": str(hub.settings.home),
        "HUB_DATABASE_URL": hub.settings.database_url.get_secret_value(),
        "HUB_BROKER_URL": hub.broker_url,
        "HUB_HTTP_PORT": str(port),
        "HUB_LANES_PER_CLASS": "2",
        **variables,
    }
    process = subprocess.Popen([sys.executable, "-P", "-m", "router.cli", "serve"], env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def answers(url: str) -> bool:
    """Whether the server is there and has its broker."""
    with contextlib.suppress(httpx.HTTPError):
        checks = httpx.get(f"{url}/readyz", trust_env=False).json()["checks"]
        return checks["broker"] == "ok"
    time.sleep(0.05)
    return False
