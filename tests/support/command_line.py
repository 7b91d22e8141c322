"""`hub` as somebody types it, with the addresses of the test's servers."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson

from tests.support.batching import Batching

ROOT = Path(__file__).parents[2]


class CommandLine:
    """`hub` with the addresses of the test's servers. `variables`: further ones of its environment."""

    def __init__(self, hub: Batching, **variables: str) -> None:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("HUB_")
        }
        self.environment = {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "HUB_HOME": str(hub.hub.settings.home),
            "HUB_DATABASE_URL": hub.hub.settings.database_url.get_secret_value(),
            "HUB_BROKER_URL": hub.hub.broker_url,
            **variables,
        }

    def started(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "router.cli", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    async def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status, standard output, standard error."""
        process = self.started(*arguments)
        out, error = await asyncio.to_thread(process.communicate, timeout=60)
        return process.returncode, out, error

    async def json(self, *arguments: str) -> dict[str, Any]:
        status, out, error = await self(*arguments, "--json")
        assert status in (0, 1), error
        said: dict[str, Any] = orjson.loads(out)
        return said
