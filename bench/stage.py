"""Where a benchmark takes place: servers, a fresh database and virtual host, partners, messages."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from contracts.messages import Envelope
from registry_store.database import Database
from registry_store.genesis import ensure_hub_organisation
from registry_store.migrations import upgrade
from router.bootstrap import language
from router.pipeline.pipeline import Pipeline
from router.servers import ServerHost
from router.servers.provisioning import url_for
from router.settings import Settings

HUB_KEY = bytes(range(32))
STRUCTURED = "application/cloudevents+json"
BATCH_ITEMS = 2_000
#: A queue of receipts is filled to one part in this many.
HEADROOM = 2
_WEIGHTS = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)


@dataclass(frozen=True, slots=True)
class Stage:
    """Addresses of one run. The naive handler has a database of its own, a copy of the hub's."""

    database_url: str = field(repr=False)
    naive_database_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    partners: tuple[str, ...]
    lanes: int


@contextmanager
def stage(*, partners: int, lanes: int, stored: int) -> Iterator[Stage]:
    """Servers as `hub up` has them (by URL, else embedded), and nothing left behind."""
    home = Path(tempfile.mkdtemp(prefix="fmar-bench-"))
    name = f"bench_{secrets.token_hex(4)}"
    settings = Settings(home=home, database_name=name, database_role_prefix=name)
    host = ServerHost(settings, say=lambda _line: None)
    given = settings.database_url
    try:
        servers = host.start()
        if host.postgresql is not None:
            admin_url = host.postgresql.admin_url()
        else:
            assert given is not None, "servers are embedded, or given by URL"
            admin_url = url_for(given.get_secret_value())
        upgrade(servers.owner_database_url, runtime_role=servers.runtime_role)
        slugs = tuple(f"bench-{number}" for number in range(partners))
        _furnish(servers.database_url, slugs, lanes=lanes, stored=stored)
        copy = f"{name}_naive"
        _copy_database(admin_url, name, copy, owner=make_url(servers.owner_database_url).username)
        with _virtual_host(servers.broker_url, servers.broker_management_url) as broker_url:
            yield Stage(
                servers.database_url,
                url_for(servers.database_url, database=copy),
                broker_url,
                slugs,
                lanes,
            )
        if not host.postgresql:
            _drop(admin_url, (name, copy))
    finally:
        host.discard()
        shutil.rmtree(home)


def heat_pump(number: int) -> dict[str, Any]:
    """The payload of asset.register for a heat pump that no other number gives."""
    return {
        "category": "heat_pump",
        "accounting_point": {"scheme": "mpan", "id": _mpan(number)},
        "network": {"gsp_group": "_C", "area": "LPN"},
        "attributes": {
            "connection_status": "connected",
            "connected_on": "2024-05-01",
            "import_capacity_kw": 3.5,
            "make": "ACME",
            "model": "Air 8 high temperature, outdoor unit",
            "serial_number": f"SN-{number:010d}",
            "site_name": "Flat 8, 12 Example Street, London",
            "postcode": "SW1A 1AA",
            "latitude": 51.501,
            "longitude": -0.142,
        },
        "refs": [{"party": "", "ref": f"HP-{number}"}],
    }


def registration(slug: str, number: int) -> dict[str, Any]:
    """The payload of one registration by this partner."""
    data = heat_pump(number)
    data["refs"][0]["party"] = slug
    return data


def message(slug: str, number: int) -> bytes:
    """One registration as a structured CloudEvent."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"m-{number}",
            "source": f"/{slug}",
            "type": "fmar.asset.register.v1",
            "time": "2026-01-01T00:00:00Z",
            "data": registration(slug, number),
        }
    )


def new_pipeline(database: Database) -> Pipeline:
    spoken = language()
    return Pipeline(
        database,
        adapters=spoken.adapters,
        limits=spoken.limits,
        make_setting=lambda now, id_round: spoken.setting(now, HUB_KEY, id_round),
    )


def _furnish(database_url: str, slugs: Sequence[str], *, lanes: int, stored: int) -> None:
    """Partners with their organisations, and assets that were there before, in messages of many items."""
    database = Database(database_url)
    with database.dedicated() as connection:
        ensure_hub_organisation(connection, hub_key=HUB_KEY)
    pipeline = new_pipeline(database)
    seat(pipeline, database, slugs, lanes=lanes)
    for start in range(0, stored, BATCH_ITEMS):
        numbers = range(start, min(start + BATCH_ITEMS, stored))
        assets = [
            {n: v for n, v in heat_pump(9_000_000_000 + each).items() if n != "refs"}
            for each in numbers
        ]
        _send(pipeline, slugs[0], "asset.register", assets, f"stored-{start}")
    pipeline.close()
    database.close()


def seat(pipeline: Pipeline, database: Database, slugs: Sequence[str], *, lanes: int) -> None:
    """Active partners, each with an organisation of its own."""
    for number, slug in enumerate(slugs):
        company = {"legal_name": f"Example {slug} Ltd", "roles": ["fsp"]}
        (outcome,) = _send(pipeline, "hub", "organisation.register", [company], slug)
        with database.dedicated() as connection:
            connection.execute(
                "INSERT INTO partner (slug, organisation, secret_hash, lane) VALUES (%s, %s, '', %s)",
                (slug, outcome["id"], number % lanes),
            )


def _send(
    pipeline: Pipeline, sender: str, command: str, items: list[dict[str, Any]], id: str
) -> list[dict[str, Any]]:
    body = {
        "specversion": "1.0",
        "id": id,
        "source": "/bench",
        "type": f"fmar.{command}.v1",
        "data": {"items": items},
    }
    envelope = Envelope(id, sender, STRUCTURED, orjson.dumps(body), datetime.now(UTC))
    receipt = orjson.loads(pipeline.process([envelope])[0].receipt)
    if receipt["status"] != "accepted":
        raise RuntimeError(f"the stage cannot be set: {orjson.dumps(receipt)[:2_000].decode()}")
    outcomes: list[dict[str, Any]] = receipt["items"]
    return outcomes


def _mpan(number: int) -> str:
    digits = f"12{number:010d}"
    check = (
        sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11 % 10
    )
    return f"{digits}{check}"


def _copy_database(admin_url: str, name: str, copy: str, *, owner: str | None) -> None:
    with psycopg.connect(url_for(admin_url, database="postgres"), autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                sql.Identifier(copy), sql.Identifier(name), sql.Identifier(owner or "")
            )
        )


def _drop(admin_url: str, names: Sequence[str]) -> None:
    """What this run made on a server that was given."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for name in names:
            admin.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
        for role in (f"{names[0]}_hub", f"{names[0]}_owner"):
            admin.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


@contextmanager
def _virtual_host(broker_url: str, management_url: str | None) -> Iterator[str]:
    if management_url is None:
        raise SystemExit("a virtual host of its own needs HUB_BROKER_MANAGEMENT_URL")
    name, user = f"bench-{secrets.token_hex(4)}", make_url(broker_url).username
    with httpx.Client(base_url=management_url, trust_env=False) as management:
        management.put(f"/api/vhosts/{name}").raise_for_status()
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        management.put(
            f"/api/permissions/{name}/{quote(user or '')}", json=everything
        ).raise_for_status()
        yield make_url(broker_url).set(database=name).render_as_string(hide_password=False)
        management.delete(f"/api/vhosts/{name}").raise_for_status()
