"""`GET /v1/mapping-profiles`: the hub's own for everyone, a partner's for itself and for stewards."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from registry_store.partners import set_secret
from router.bootstrap import language
from router.http.app import Limits, create_app
from router.http.broker_link import BrokerLink
from tests.support.mapping import batteries
from tests.support.registry import Registry

SECRET = "s" * 43


@pytest.fixture
def registry(database: Any) -> Iterator[Registry]:
    registry = Registry(database.url, language())
    for slug, role in (("acme", "fsp"), ("other", "fsp"), ("steward", "steward")):
        registry.add_partner(slug, role)
        with registry.database.writing() as connection:
            set_secret(connection, slug=slug, secret=SECRET)
    for version in ("1.0", "1.1"):
        data = {"document": batteries(version)}
        assert registry.send("acme", "mapping_profile.publish", data)["status"] == "accepted"
    registry.send(
        "acme", "mapping_profile.retire", {"profile": "acme-batteries", "profile_version": "1.1"}
    )
    yield registry
    registry.close()


async def asked(registry: Registry, caller: str | None, path: str = "") -> httpx.Response:
    link = BrokerLink("amqp://nobody@localhost", lanes_per_class=1)
    app = create_app(registry.database, link, language(), Limits(1_000, 1))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    auth = None if caller is None else httpx.BasicAuth(caller, SECRET)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub", auth=auth) as client:
        return await client.get(f"/v1/mapping-profiles{path}")


async def test_each_sees_the_hubs_own_and_its_own_and_a_steward_sees_all(
    registry: Registry,
) -> None:
    seen = {}
    for caller in ("acme", "other", "steward"):
        answer = await asked(registry, caller)
        assert answer.status_code == 200, answer.text
        seen[caller] = [(e["name"], e["version"], e["status"]) for e in answer.json()["profiles"]]
    own = [("acme-batteries", "1.0", "published"), ("acme-batteries", "1.1", "retired")]
    shipped = [("ecr", "1.0", "shipped")]
    assert seen == {"acme": shipped + own, "other": shipped, "steward": shipped + own}
    assert (await asked(registry, None)).status_code == 401


async def test_a_document_is_that_of_the_newest_version_in_use(registry: Registry) -> None:
    newest = (await asked(registry, "acme", "/acme-batteries")).json()
    assert (newest["version"], newest["document"]) == ("1.0", batteries("1.0"))
    retired = (await asked(registry, "acme", "/acme-batteries?version=1.1")).json()
    assert (retired["status"], retired["document"]["version"]) == ("retired", "1.1")
    assert (await asked(registry, "other", "/ecr")).json()["document"]["name"] == "ecr"


async def test_what_a_caller_may_not_see_is_not_there(registry: Registry) -> None:
    hidden = await asked(registry, "other", "/acme-batteries")
    missing = await asked(registry, "other", "/acme-nothing")
    assert hidden.status_code == missing.status_code == 404
    assert (
        hidden.json()["type"]
        == missing.json()["type"]
        == "urn:fmar:problem:mapping_profile_unknown"
    )
