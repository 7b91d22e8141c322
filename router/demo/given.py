"""Servers that are given by URL: the demo takes a database and a virtual host of its own there, and
gives both back. Without URLs there is nothing to do, all is embedded in the demo's folder.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from router.demo.account import DemoFailed
from router.servers.provisioning import url_for
from router.settings import Settings


@dataclass(frozen=True, slots=True)
class Given:
    """The demo's settings, as far as they are known before the hub is up."""

    settings: Settings
    name: str

    @classmethod
    def by_environment(cls, home: Path) -> "Given":
        name = f"fmar_demo_{secrets.token_hex(4)}"
        settings = Settings(home=home, database_role_prefix=name, database_name=name, workers=1)
        if settings.owner_database_url is not None:
            raise DemoFailed(
                "find servers",
                "the demo makes a database: give one administrator's HUB_DATABASE_URL, alone",
            )
        return cls(settings, name)

    @contextmanager
    def prepared(self) -> Iterator[Settings]:
        """The settings with what is the demo's own on the servers that were given."""
        own: dict[str, str] = {}
        database_url, broker_url = self.settings.database_url, self.settings.broker_url
        if database_url is not None:
            own["database_url"] = url_for(database_url.get_secret_value(), database="postgres")
        if broker_url is not None:
            own["broker_url"] = self._with_virtual_host(broker_url.get_secret_value())
        try:
            yield self.settings.model_copy(update=_secret(self.settings, own))
        finally:
            if broker_url is not None:
                self._management().delete(f"/api/vhosts/{self.name}").raise_for_status()
            if database_url is not None:
                self._drop(own["database_url"])

    def _with_virtual_host(self, broker_url: str) -> str:
        management, user = self._management(), unquote(urlsplit(broker_url).username or "guest")
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        management.put(f"/api/vhosts/{self.name}").raise_for_status()
        management.put(f"/api/permissions/{self.name}/{user}", json=everything).raise_for_status()
        url: str = (
            make_url(broker_url).set(database=self.name).render_as_string(hide_password=False)
        )
        return url

    def _management(self) -> httpx.Client:
        url = self.settings.broker_management_url
        if url is None:
            raise DemoFailed(
                "find servers", "HUB_BROKER_URL is given without HUB_BROKER_MANAGEMENT_URL"
            )
        return httpx.Client(base_url=url.get_secret_value(), trust_env=False)

    def _drop(self, admin_url: str) -> None:
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name))
            )
            for suffix in ("hub", "owner"):
                role = sql.Identifier(f"{self.name}_{suffix}")
                found = admin.execute(
                    "SELECT 1 FROM pg_roles WHERE rolname = %s", (f"{self.name}_{suffix}",)
                )
                if found.fetchone():
                    admin.execute(sql.SQL("DROP OWNED BY {}").format(role))
                    admin.execute(sql.SQL("DROP ROLE {}").format(role))


def _secret(settings: Settings, values: dict[str, str]) -> dict[str, object]:
    return {name: type(getattr(settings, name))(value) for name, value in values.items()}
