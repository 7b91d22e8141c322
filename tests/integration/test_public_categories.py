"""The public categories over HTTP: who may read what, how long it may be kept, what is said of the end."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import psycopg
import pytest
from lxml import etree

from router.bootstrap import language
from router.category_forms import FORMS
from router.http.app import Limits, create_app
from router.http.broker_link import BrokerLink
from tests.support.categories import Stewards
from tests.support.registry import Registry


@pytest.fixture
def stewards(database: Any) -> Iterator[Stewards]:
    registry = Registry(database.url, language())
    yield Stewards(registry)
    registry.close()


@pytest.fixture
def client(stewards: Stewards) -> httpx.AsyncClient:
    """Without credentials, of a process with a catalogue of its own."""
    link = BrokerLink("amqp://nobody@localhost", lanes_per_class=1)
    app = create_app(stewards.registry.database, link, language(), Limits(1_000, 1))
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://hub"
    )


async def one(client: httpx.AsyncClient, path: str, **headers: str) -> httpx.Response:
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


async def test_every_category_is_listed_with_the_version_in_force(
    client: httpx.AsyncClient,
) -> None:
    listed = {
        each["name"]: each for each in (await one(client, "/v1/categories")).json()["categories"]
    }
    assert len(listed) >= 22
    assert listed["marine"]["in_force"] == "1.0"
    (version,) = listed["marine"]["versions"]
    assert version["status"] == "published"
    assert version["href"] == "/v1/categories/marine/1.0"


async def test_a_version_is_known_as_soon_as_it_is_published(
    client: httpx.AsyncClient, stewards: Stewards
) -> None:
    stewards.approved("1.0")
    for path in ("/v1/categories/tidal_lagoon", "/v1/categories/tidal_lagoon/1.0"):
        assert (await client.get(path)).status_code == 404, "drafts are not public"
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    stewards.say("publish", effective_from=tomorrow.isoformat())
    found = (await one(client, "/v1/categories/tidal_lagoon")).json()
    assert found["in_force"] is None
    assert datetime.fromisoformat(found["versions"][0]["effective_from"]) == tomorrow


async def test_a_schema_stands_under_its_hash_for_ever(
    client: httpx.AsyncClient, stewards: Stewards
) -> None:
    record = stewards.record(stewards.published("1.0"))
    answer = await one(client, f"/v1/schemas/{record['hash']}")
    assert hashlib.sha256(answer.content).hexdigest() == record["hash"]
    assert answer.json() == record["document"]
    assert "immutable" in answer.headers["cache-control"]
    assert (await one(client, "/v1/categories/tidal_lagoon/1.0")).content == answer.content
    assert (await client.get(f"/v1/schemas/{'0' * 64}")).status_code == 404


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_of_a_version_that_is_new_can_be_had(
    client: httpx.AsyncClient, stewards: Stewards, form: str
) -> None:
    stewards.published("1.0")
    answer = await one(client, f"/v1/categories/tidal_lagoon/1.0?form={form}")
    assert answer.headers["content-type"] == FORMS[form].media_type
    if form == "xsd":
        etree.XMLSchema(etree.fromstring(answer.content))
    elif form != "workbook":
        words = {
            "form": "basin_area_km2",
            "example": "basin_area_km2",
            "template": "Basin area (km2)",
        }
        assert words.get(form, "Basin area") in answer.text


async def test_what_was_read_before_is_not_sent_again(client: httpx.AsyncClient) -> None:
    for path in ("/v1/categories", "/v1/categories/marine", "/v1/categories/marine/1.0"):
        first = await one(client, path)
        assert "public" in first.headers["cache-control"]
        again = await client.get(path, headers={"if-none-match": f'"x", W/{first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]


async def test_an_end_that_is_announced_is_said_with_every_form(
    client: httpx.AsyncClient, stewards: Stewards
) -> None:
    sunset = datetime(2040, 4, 1, tzinfo=UTC)
    before = datetime.now(UTC).replace(microsecond=0)
    stewards.published("1.0")
    quiet = await one(client, "/v1/categories/tidal_lagoon/1.0")
    assert not {"deprecation", "sunset"} & quiet.headers.keys()
    stewards.say("deprecate", sunset=sunset.isoformat())
    answer = await one(client, "/v1/categories/tidal_lagoon/1.0?form=docs")
    deprecated = datetime.fromtimestamp(int(answer.headers["deprecation"].removeprefix("@")), UTC)
    assert before <= deprecated <= datetime.now(UTC)
    assert answer.headers["sunset"] == "Sun, 01 Apr 2040 00:00:00 GMT"
    assert parsedate_to_datetime(answer.headers["sunset"]) == sunset


async def test_a_version_that_is_not_in_force_points_to_the_one_that_is(
    client: httpx.AsyncClient, stewards: Stewards
) -> None:
    stewards.now = datetime.now(UTC) - timedelta(minutes=1)
    stewards.published("1.0")
    week = datetime.now(UTC) + timedelta(days=7)
    stewards.approved("1.1", basin_area_km2={"maximum": 2000})
    stewards.say("publish", category_version="1.1", effective_from=week.isoformat())
    answer = await one(client, "/v1/categories/tidal_lagoon/1.1")
    assert answer.headers["link"] == '</v1/categories/tidal_lagoon/1.0>; rel="latest-version"'


async def test_a_category_without_any_version_left_is_gone_and_stays_readable(
    client: httpx.AsyncClient, stewards: Stewards
) -> None:
    stewards.now = datetime.now(UTC) - timedelta(minutes=1)
    stewards.published("1.0")
    sunset = stewards.now + timedelta(seconds=30)
    stewards.say("deprecate", sunset=sunset.isoformat())
    gone = await client.get("/v1/categories/tidal_lagoon")
    assert gone.status_code == 410
    assert gone.headers["content-type"] == "application/problem+json"
    (version,) = gone.json()["versions"]
    assert version["status"] == "retired"
    assert (await one(client, version["href"])).json()["category"] == "tidal_lagoon"


@pytest.mark.parametrize(
    "path",
    ["/v1/categories/none", "/v1/categories/marine/9.9", "/v1/categories/marine/1.0?form=pdf"],
)
async def test_what_is_not_there_is_a_problem_in_its_own_form(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


async def test_while_the_registry_is_away_the_last_that_was_known_is_told(
    client: httpx.AsyncClient, stewards: Stewards, monkeypatch: pytest.MonkeyPatch
) -> None:
    stewards.published("1.0")
    await one(client, "/v1/categories/tidal_lagoon")

    def away() -> Any:
        raise psycopg.OperationalError("away")

    monkeypatch.setattr(stewards.registry.database, "reading", away)
    assert (await one(client, "/v1/categories/tidal_lagoon")).json()["name"] == "tidal_lagoon"
