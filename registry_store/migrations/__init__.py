"""Migrations of the registry's schema, run by the owner role; the runtime role only works in it."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from registry_store.migrations.extensions import ExtensionMissing

__all__ = ["ExtensionMissing", "upgrade"]


def upgrade(owner_database_url: str, *, runtime_role: str, revision: str = "head") -> None:
    """Bring the database up to `revision`, with the rights that `runtime_role` needs and no more.

    `owner_database_url` is a `postgresql://` URL of the owner role. Safe to run twice, and from two
    processes at once (an advisory lock). Raises ExtensionMissing where the server cannot hold it.
    """
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent))
    configuration.attributes["database_url"] = owner_database_url
    configuration.attributes["runtime_role"] = runtime_role
    command.upgrade(configuration, revision)
