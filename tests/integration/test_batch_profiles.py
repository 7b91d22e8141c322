"""Batches under a partner's own profile: read with the version with which they began, by processes that look."""

from tests.support.batching import Batching
from tests.support.doors import until
from tests.support.mapping import batteries, battery_file
from tests.support.registry import rules

MEDIA_TYPE = "text/csv; profile=acme-batteries"
STATED = "2026-11-01"
SITES = [f"s{number}" for number in range(1, 301)]


def publish(hub: Batching, version: str, **changed: object) -> None:
    data = {"document": batteries(version, **changed)}
    receipt = hub.hub.registry.send("acme", "mapping_profile.publish", data)
    assert receipt["status"] == "accepted", receipt


def retire(hub: Batching, version: str) -> None:
    data = {"profile": "acme-batteries", "profile_version": version}
    receipt = hub.hub.registry.send("acme", "mapping_profile.retire", data)
    assert receipt["status"] == "accepted", receipt


async def test_a_running_batch_keeps_the_version_with_which_it_began(hub: Batching):
    publish(hub, "1.0")
    id = hub.send("acme", battery_file(*SITES), media_type=MEDIA_TYPE, statement_date=STATED)
    async with hub.running():
        await until(lambda: hub.progress(id).accepted > 20)
        hub.wish(id, "pause")
        await until(lambda: hub.progress(id).status == "paused")
    assert hub.progress(id).accepted < len(SITES)
    publish(hub, "1.1", constants={"/category": "solar_pv"})
    retire(hub, "1.0")
    hub.wish(id, "run")
    async with hub.running():
        done = await hub.ended(id)
    assert (done.status, done.accepted) == ("done", len(SITES))
    assert hub.receipt(id)["versions"]["profile_version"] == "1.0"
    assert hub.rows("SELECT DISTINCT category FROM record WHERE kind = 'asset'") == [
        ("battery_storage",)
    ]


async def test_the_profile_of_another_partner_is_not_there(hub: Batching):
    publish(hub, "1.0")
    body = battery_file("one", "two")
    async with hub.running():
        id = hub.send("other", body, media_type=MEDIA_TYPE, statement_date=STATED)
        done = await hub.ended(id)
    assert (done.status, done.accepted) == ("failed", 0)
    assert rules(hub.receipt(id)) == ["MSG-01"]
