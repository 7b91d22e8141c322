"""What the tables need of PostgreSQL's own extensions: made at start, or named in one sentence."""

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from registry_store.migrations import ExtensionMissing, extensions, upgrade


@pytest.fixture
def owner(database):
    url = database.owner_url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        yield connection


def test_the_extension_is_there_after_a_migration(owner):
    extensions.provide(owner)
    found = owner.exec_driver_sql("SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'")
    assert found.scalar_one() == 1


def test_an_extension_that_the_server_lacks_is_named_with_what_to_do(owner, monkeypatch):
    monkeypatch.setattr(extensions, "_NEEDED", {"no_such_extension": "a test"})
    with pytest.raises(ExtensionMissing, match=r"lacks the extension no_such_extension.*contrib"):
        extensions.provide(owner)


def test_an_owner_who_may_not_make_it_reads_what_an_administrator_runs(
    servers, admin_database_url, own_names
):
    """A database whose owner role may not make extensions in it."""
    role = sql.Identifier(f"{own_names}_owner")
    with psycopg.connect(admin_database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'only-here'").format(role))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(own_names)))
    inside = make_url(admin_database_url).set(database=own_names)
    with psycopg.connect(inside.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(role))
    owner_url = inside.set(username=f"{own_names}_owner", password="only-here")
    with pytest.raises(ExtensionMissing, match=r"run this.*CREATE EXTENSION btree_gist;"):
        upgrade(owner_url.render_as_string(hide_password=False), runtime_role=servers.runtime_role)
