"""Ports on 127.0.0.1: chosen once, remembered, so that a restart keeps the hub's addresses."""

import json
import random
import socket
import time
from contextlib import suppress
from pathlib import Path

from router.processes import write_atomically

LOOPBACK = "127.0.0.1"
# Below the range from which systems draw the ports of outgoing connections: one of those must not sit
# on a remembered port when the server comes back.
FIRST_PORT, LAST_PORT = 15_000, 32_000
PATIENCE_SECONDS = 2.0


class PortTaken(RuntimeError):
    """A port that must be kept is used by another program."""


class NoFreePort(RuntimeError):
    """A hundred tries found no free port: something is badly wrong with this machine."""


def remembered_port(file: Path, name: str, *, keep: bool = False) -> int:
    """The port of this name: the one it had before if that is free, else a new one.

    With `keep` a taken port is `PortTaken` instead: others have been told of it. Not for a server that
    is running: its own port would not look free.
    """
    ports = _read(file)
    port = ports.get(name)
    if port is not None and _is_free_soon(port):
        return port
    if port is not None and keep:
        raise PortTaken(f"port {port} on {LOOPBACK} ({name}) is taken by another program")
    port = _free_port(without=set(ports.values()))
    write_atomically(file, json.dumps(ports | {name: port}, indent=1))
    return port


def known_port(file: Path, name: str) -> int | None:
    """The port that was last chosen for this name, free or not."""
    return _read(file).get(name)


def _is_free_soon(port: int) -> bool:
    """A server that was killed may take a moment to let go."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def is_free(port: int) -> bool:
    """Whether a server could listen there now; connections that are fading out do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _free_port(*, without: set[int]) -> int:
    for _ in range(100):
        port = random.randint(FIRST_PORT, LAST_PORT)  # noqa: S311 - spreading, not secrecy
        if port not in without and is_free(port):
            return port
    raise NoFreePort(f"no free port between {FIRST_PORT} and {LAST_PORT} in a hundred tries")


def _read(file: Path) -> dict[str, int]:
    with suppress(FileNotFoundError, ValueError):
        ports: dict[str, int] = json.loads(file.read_text())
        return ports
    return {}
