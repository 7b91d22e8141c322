"""Secrets made on this machine: random, in files that only their owner may read."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

PASSWORD_BYTES = 32
HUB_KEY_BYTES = 32


def password_in(file: Path) -> str:
    """The password that the file holds; made, URL-safe, when the file is not there yet."""
    return _read_or_create(file, secrets.token_urlsafe(PASSWORD_BYTES).encode()).decode()


def hub_key_in(file: Path) -> bytes:
    """The hub's key, 32 random bytes as hexadecimal text; made when the file is not there yet."""
    return bytes.fromhex(_read_or_create(file, secrets.token_hex(HUB_KEY_BYTES).encode()).decode())


def _read_or_create(file: Path, fresh: bytes) -> bytes:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not file.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as output:
            output.write(fresh)
            output.flush()
            os.fsync(output.fileno())
        # A link, unlike a rename, loses against one that came first: two starts agree on one secret.
        with suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_bytes().strip()
