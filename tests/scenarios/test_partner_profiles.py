"""A partner publishes its own table layout: usable at once, by itself alone, each version for ever the same."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.messages import Envelope
from contracts.visibility import Principal, View, render, view_of
from registry_store.records import find
from router.bootstrap import Language, language
from router.pipeline.pipeline import Pipeline
from tests.feed_running import cut_all, subscribe, told
from tests.support.mapping import batteries, battery_file
from tests.support.registry import HUB_KEY, Registry, receipt, rules

NAME = "acme-batteries"
REGULATOR = Principal("O-1", frozenset({"regulator"}))


class Partners:
    """Two partners and a steward, over a registry."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.now: datetime | None = None
        for slug, role in (("acme", "fsp"), ("other", "fsp"), ("steward", "steward")):
            registry.add_partner(slug, role)
        registry.pipeline.close()
        registry.pipeline = registry.new_pipeline(now=lambda: self.now or datetime.now(UTC))

    def publish(self, document: dict[str, Any], sender: str = "acme") -> dict[str, Any]:
        return self.registry.send(sender, "mapping_profile.publish", {"document": document})

    def retire(self, version: str = "1.0", sender: str = "acme", **members: Any) -> dict[str, Any]:
        data = {"profile": NAME, "profile_version": version, **members}
        return self.registry.send(sender, "mapping_profile.retire", data)

    def file(
        self,
        body: bytes,
        sender: str = "acme",
        version: str | None = None,
        received_at: datetime | None = None,
        pipeline: Pipeline | None = None,
    ) -> dict[str, Any]:
        media_type = f"text/csv; profile={NAME}" + (f"; version={version}" if version else "")
        envelope = Envelope(
            "", sender, media_type, body, received_at or datetime.now(UTC),
            statement_date=date(2026, 11, 1),
        )  # fmt: skip
        return receipt((pipeline or self.registry.pipeline).process([envelope])[0])


@pytest.fixture
def partners(database: Any) -> Iterator[Partners]:
    registry = Registry(database.url, language())
    yield Partners(registry)
    report = registry.audit()
    assert report.is_clean, report.findings
    registry.close()


def test_a_published_profile_is_used_by_the_next_file(partners: Partners) -> None:
    assert partners.publish(batteries())["status"] == "accepted"
    answer = partners.file(battery_file("one", "two"))
    assert answer["status"] == "accepted", answer
    assert answer["versions"] == {"profile": NAME, "profile_version": "1.0"}
    with partners.registry.database.engine.connect() as connection:
        found = find(connection, answer["items"][0]["id"])
    assert found is not None
    assert found.canonical["attributes"]["export_capacity_kw"] == 50


def test_another_process_has_it_as_soon_as_it_looks(partners: Partners) -> None:
    elsewhere: Language = language()
    pipeline = Pipeline(
        partners.registry.database,
        adapters=elsewhere.adapters,
        limits=elsewhere.limits,
        renew=elsewhere.live.renew,
        make_setting=lambda now, id_round: elsewhere.setting(now, HUB_KEY, id_round),
    )
    assert rules(partners.file(battery_file("one"), pipeline=pipeline)) == ["MSG-01"]
    partners.publish(batteries())
    assert partners.file(battery_file("two"), pipeline=pipeline)["status"] == "accepted"
    pipeline.close()


def test_for_others_it_is_as_if_it_were_not_there(partners: Partners) -> None:
    before = partners.file(battery_file("one"), sender="other")
    partners.publish(batteries())
    after = partners.file(battery_file("two"), sender="other")
    assert [reason["text"] for reason in before["reasons"]] == [
        reason["text"] for reason in after["reasons"]
    ]
    assert rules(after) == ["MSG-01"]


def test_two_partners_may_give_the_same_name_and_neither_knows(partners: Partners) -> None:
    partners.registry.add_partner("acme-batteries", "fsp")
    name = "acme-batteries-list"
    for sender in ("acme", "acme-batteries"):
        assert partners.publish(batteries(name=name), sender)["status"] == "accepted"


class TestNames:
    @pytest.mark.parametrize(
        "name", ["other-batteries", "batteries", "acme", "ecr", "acme_batteries"]
    )
    def test_begin_with_the_partners_own(self, partners: Partners, name: str) -> None:
        answer = partners.publish(batteries(name=name))
        (reason, *_) = answer["items"][0]["reasons"]
        assert (reason["rule"], reason["path"]) == ("MAP-02", "/document/name")

    @pytest.mark.parametrize("name", ["ecr", "items", "market_unit", "heat_pump"])
    def test_are_none_of_the_hubs_own(self, partners: Partners, name: str) -> None:
        texts = [
            reason.text for reason in partners.registry.spoken.profiles.check(batteries(name=name))
        ]
        assert texts == [f"{name} is a layout of the hub's own"]


class TestVersions:
    def test_grow(self, partners: Partners) -> None:
        partners.publish(batteries("1.1"))
        assert rules(partners.publish(batteries("1.0"))) == ["MAP-03"]
        assert partners.publish(batteries("1.10"))["status"] == "accepted"

    def test_never_change(self, partners: Partners) -> None:
        partners.publish(batteries())
        assert rules(partners.publish(batteries(title="Others"))) == ["MAP-03"]
        assert partners.publish(batteries())["items"][0]["status"] == "unchanged"

    def test_the_newest_is_meant_unless_one_is_named(self, partners: Partners) -> None:
        partners.publish(batteries("1.9"))
        partners.publish(batteries("1.10"))
        used = [
            partners.file(battery_file(site), version=version)["versions"]["profile_version"]
            for site, version in (("one", None), ("two", "1.9"))
        ]
        assert used == ["1.10", "1.9"]

    def test_a_file_keeps_the_version_that_was_there_when_it_came_in(
        self, partners: Partners
    ) -> None:
        partners.publish(batteries("1.0"))
        came_in = datetime.now(UTC)
        partners.now = came_in + timedelta(seconds=1)
        partners.publish(batteries("1.1"))
        answer = partners.file(battery_file("one"), received_at=came_in)
        assert answer["versions"]["profile_version"] == "1.0"

    def test_a_file_is_not_refused_for_a_door_whose_clock_is_behind(
        self, partners: Partners
    ) -> None:
        partners.publish(batteries())
        behind = datetime.now(UTC) - timedelta(minutes=1)
        assert partners.file(battery_file("one"), received_at=behind)["status"] == "accepted"


class TestRetirement:
    def test_ends_a_version_for_files_that_come_in_later(self, partners: Partners) -> None:
        partners.publish(batteries())
        came_in = datetime.now(UTC)
        partners.now = came_in + timedelta(seconds=1)
        assert partners.retire()["status"] == "accepted"
        later = came_in + timedelta(seconds=2)
        assert rules(partners.file(battery_file("one"), received_at=later)) == ["MSG-01"]
        assert partners.file(battery_file("two"), received_at=came_in)["status"] == "accepted"

    def test_is_once_and_for_the_senders_own(self, partners: Partners) -> None:
        partners.publish(batteries())
        assert rules(partners.retire(sender="other")) == ["MAP-04"]
        assert rules(partners.retire(expected_version=2)) == ["REC-01"]
        assert partners.retire()["status"] == "accepted"
        assert rules(partners.retire()) == ["MAP-04"]
        assert rules(partners.publish(batteries())) == ["MAP-03"]


class TestDocuments:
    def test_are_refused_with_every_problem_and_its_place(self, partners: Partners) -> None:
        document = batteries()
        document["columns"][0]["kind"] = "colour"
        document["columns"][1]["to"] = "/a/b/c"
        reasons = partners.publish(document)["items"][0]["reasons"]
        assert {(reason["rule"], reason["path"]) for reason in reasons} == {
            ("MAP-01", "/document/columns/0/kind"),
            ("MAP-01", "/document/columns/1/to"),
        }

    def test_of_any_size_are_answered(self, partners: Partners) -> None:
        document = batteries(description="x")
        document["codes"]["status"] += [{"code": f"c{n}" * 10} for n in range(5_000)]
        assert rules(partners.publish(document)) == ["MAP-05"]

    def test_are_for_those_who_register(self, partners: Partners) -> None:
        answer = partners.publish(batteries(name="steward-list"), sender="steward")
        assert rules(answer) == ["AUTH-02"]


def test_it_is_a_record_in_the_log_that_its_owner_and_the_steward_see(partners: Partners) -> None:
    registry = partners.registry
    feeds = {
        slug: subscribe(registry.database, slug, kinds=frozenset({"mapping_profile"}))
        for slug in ("acme", "other", "steward")
    }
    answer = partners.publish(batteries())
    partners.retire()
    cut_all(registry.database)
    events = {
        slug: [n["event"] for n in told(registry.database, feed)] for slug, feed in feeds.items()
    }
    seen = ["mapping_profile.published", "mapping_profile.retired"]
    assert events == {"acme": seen, "other": [], "steward": seen}
    with registry.database.engine.connect() as connection:
        found = find(connection, answer["items"][0]["id"])
    assert found is not None
    assert found.canonical["id"].startswith("P-")
    shown = render(found.canonical, View.owner, None)
    assert (shown["party"], shown["status"], shown["version"]) == ("acme", "retired", 2)
    assert shown["document"] == batteries()
    assert view_of(found.audience, REGULATOR) is View.none
