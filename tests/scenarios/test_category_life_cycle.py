"""UC-05.07: a category version from draft to retirement, each step a command, each refusal a rule."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from router.bootstrap import language
from tests.feed_running import cut_all, subscribe, told
from tests.support.categories import Stewards, tidal_lagoon
from tests.support.registry import Registry, rules

AREA = "basin_area_km2"


@pytest.fixture
def stewards(database: Any) -> Iterator[Stewards]:
    registry = Registry(database.url, language())
    stewards = Stewards(registry)
    yield stewards
    report = registry.audit()
    assert report.is_clean, report.findings
    registry.close()


def errors(receipt: dict[str, Any]) -> list[str]:
    return rules(receipt)


def test_a_version_goes_through_its_life_each_step_a_change_in_the_log(stewards: Stewards) -> None:
    stewards.published("1.0")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert stewards.say("deprecate", sunset=tomorrow.isoformat())["status"] == "accepted"
    stewards.now = tomorrow + timedelta(seconds=1)
    assert stewards.say("retire")["status"] == "accepted"
    events = stewards.registry.query(
        "SELECT c.event, c.version FROM change c JOIN record r ON r.row = c.record "
        "WHERE r.kind = 'category_version' ORDER BY c.position"
    )
    steps = ("drafted", "submitted", "approved", "published", "deprecated", "retired")
    assert events == [(f"category_version.{step}", n) for n, step in enumerate(steps, 1)]


def test_the_record_says_who_wrote_and_who_approved_and_keeps_the_document(
    stewards: Stewards,
) -> None:
    receipt = stewards.published("1.0")
    record = stewards.record(receipt)
    assert record["id"].startswith("C-")
    assert (record["authors"], record["approver"]) == (["author"], "reviewer")
    assert record["document"]["properties"][AREA]["maximum"] == 1000
    assert "effective_from" not in record["document"]
    assert len(record["hash"]) == len(record["contract_hash"]) == 64
    assert record["status"] == "published"


class TestDrafts:
    def test_are_numbered_by_the_hub_where_the_steward_does_not(self, stewards: Stewards) -> None:
        first = stewards.draft(None)
        assert rules(first, "warning")[0] == "CAT-07"
        assert stewards.record(first)["category_version"] == "1.0"
        assert stewards.record(first)["document"]["$id"] == "urn:fmar:category:tidal_lagoon:1:0"

    @pytest.mark.parametrize(
        ("changed", "number"), [({"maximum": 2000}, "1.1"), ({"maximum": 500}, "2.0")]
    )
    def test_take_the_step_that_the_proof_asks_for(
        self, stewards: Stewards, changed: Any, number: str
    ) -> None:
        stewards.published("1.0")
        record = stewards.record(stewards.draft(None, **{AREA: changed}))
        assert record["category_version"] == number
        assert record["comparison"]["is_breaking"] is (number == "2.0")

    def test_are_replaced_as_long_as_they_are_drafts(self, stewards: Stewards) -> None:
        stewards.draft("1.0")
        receipt = stewards.draft("1.0", sender="other", **{AREA: {"maximum": 500}})
        record = stewards.record(receipt)
        assert (record["version"], record["authors"]) == (2, ["author", "other"])
        assert record["document"]["properties"][AREA]["maximum"] == 500

    def test_sent_again_change_nothing(self, stewards: Stewards) -> None:
        stewards.draft("1.0")
        item = stewards.draft("1.0")["items"][0]
        assert (item["version"], item["status"]) == (1, "unchanged")

    def test_say_at_once_what_review_will_refuse(self, stewards: Stewards) -> None:
        document = tidal_lagoon("1.0")
        document["examples"][0]["basin_area_km2"] = -1
        receipt = stewards.send("author", "category.draft", {"document": document})
        assert receipt["status"] == "accepted"
        assert "CAT-15" in rules(receipt, "warning")
        assert errors(stewards.say("submit"))[0] == "CAT-15"

    def test_are_refused_with_every_reason_and_its_place(self, stewards: Stewards) -> None:
        document = tidal_lagoon("1.0", **{AREA: {"oneOf": [], "maximum": "large"}})
        receipt = stewards.send("author", "category.draft", {"document": document})
        places = {reason["path"]: reason["rule"] for reason in receipt["items"][0]["reasons"]}
        assert places[f"/document/properties/{AREA}/maximum"] == "CAT-09"
        assert places[f"/document/properties/{AREA}"] == "CAT-09"

    def test_are_told_to_stewards_alone_and_publications_to_all(self, stewards: Stewards) -> None:
        database = stewards.registry.database
        market, steward = (
            subscribe(database, partner, kinds=frozenset({"category_version"}))
            for partner in ("acme", "other")
        )
        stewards.published("1.0")
        cut_all(database)
        steps = ("drafted", "submitted", "approved", "published")
        assert [each["event"] for each in told(database, steward)] == [
            f"category_version.{step}" for step in steps
        ]
        (notification,) = told(database, market)
        record = notification["record"]
        assert notification["event"] == "record.entered"
        assert (record["status"], record["category"]) == ("published", "tidal_lagoon")
        assert record["document"]["properties"][AREA]["unit"] == "km2"
        assert not {"authors", "approver", "drafted_at"} & record.keys()

    def test_are_for_stewards_alone(self, stewards: Stewards) -> None:
        receipt = stewards.draft("1.0", sender="acme")
        assert errors(receipt) == ["AUTH-02"]


#: A draft that no draft may be, once tidal_lagoon 1.0 is published: its number, what changes, and the rule.
REFUSED_DRAFTS = {
    "a version that is published": ("1.0", {}, "CAT-02"),
    "a version that comes before": ("0.9", {}, "CAT-09"),
    "an ordinal that means something else": ("1.1", {AREA: {"ordinal": 601}}, "CAT-11"),
    "an ordinal of another category": ("1.1", {AREA: {"ordinal": 240}}, "CAT-12"),
    "an XML name that moved": ("1.1", {AREA: {"xml_name": "area"}}, "CAT-12"),
    "a reference to elsewhere": ("1.1", {"make": {"$ref": "https://example.org/a.json"}}, "CAT-10"),
    "a pattern that is none": ("1.1", {"licence_numbers": {"items": {
        "type": "string", "pattern": "^[b-a]$", "maxLength": 9}}}, "CAT-09"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED_DRAFTS)
def test_nothing_changes_by_a_draft_that_is_refused(stewards: Stewards, what: str) -> None:
    number, changed, rule = REFUSED_DRAFTS[what]
    stewards.published("1.0")
    before = stewards.registry.query("SELECT count(*), max(position) FROM change")
    assert rule in errors(stewards.draft(number, **changed))
    assert stewards.registry.query("SELECT count(*), max(position) FROM change") == before


def test_a_number_twice_in_the_body_refuses_the_message(stewards: Stewards) -> None:
    receipt = stewards.send_raw("author", b'{"document": {"category": "a", "category": "b"}}')
    assert errors(receipt) == ["MSG-12"]


class TestReview:
    def test_freezes_the_document(self, stewards: Stewards) -> None:
        stewards.draft("1.0")
        stewards.say("submit")
        assert errors(stewards.draft("1.0", **{AREA: {"maximum": 5}})) == ["CAT-03"]
        stewards.say("approve", sender="reviewer")
        assert errors(stewards.draft("1.0", **{AREA: {"maximum": 5}})) == ["CAT-03"]

    def test_is_by_another_than_the_author(self, stewards: Stewards) -> None:
        stewards.draft("1.0")
        stewards.say("submit", sender="other")
        assert errors(stewards.say("approve", sender="author")) == ["CAT-06"]
        assert errors(stewards.say("approve", sender="other")) == ["CAT-06"]
        assert stewards.say("approve", sender="reviewer")["status"] == "accepted"

    def test_gives_a_version_back_to_be_changed(self, stewards: Stewards) -> None:
        stewards.draft("1.0")
        stewards.say("submit")
        stewards.say("return", sender="reviewer", comment="the basin is larger")
        receipt = stewards.draft("1.0", **{AREA: {"maximum": 2000}})
        assert stewards.record(receipt)["status"] == "draft"

    def test_sees_the_version_that_it_asks_for(self, stewards: Stewards) -> None:
        stewards.draft("1.0")
        assert errors(stewards.say("submit", expected_version=7)) == ["REC-01"]
        receipt = stewards.say("submit", category_version="3.0")
        assert errors(receipt) == ["CAT-04"]


#: Command -> what it needs beside the address; none may skip a step.
STEPS: dict[str, dict[str, Any]] = {
    "approve": {},
    "publish": {},
    "deprecate": {"sunset": "2040-01-01T00:00:00Z"},
    "retire": {},
}


@pytest.mark.parametrize("step", STEPS)
def test_no_step_is_skipped(stewards: Stewards, step: str) -> None:
    stewards.draft("1.0")
    assert errors(stewards.say(step, sender="reviewer", **STEPS[step])) == ["CAT-05"]


class TestPublication:
    def test_needs_approval(self, stewards: Stewards) -> None:
        stewards.draft("1.0")
        stewards.say("submit")
        assert errors(stewards.say("publish")) == ["CAT-05"]

    def test_is_not_for_the_past(self, stewards: Stewards) -> None:
        stewards.approved("1.0")
        past = datetime.now(UTC) - timedelta(minutes=6)
        assert errors(stewards.say("publish", effective_from=past.isoformat())) == ["CAT-13"]
        lately = datetime.now(UTC) - timedelta(minutes=4)
        receipt = stewards.say("publish", effective_from=lately.isoformat())
        begins = datetime.fromisoformat(stewards.record(receipt)["effective_from"])
        assert begins > datetime.now(UTC), "nothing that was decided is decided otherwise now"

    def test_of_two_versions_compares_the_second_with_the_first(self, stewards: Stewards) -> None:
        stewards.published("1.0")
        stewards.approved("1.1", **{AREA: {"maximum": 2000}})
        stewards.approved("1.2", **{AREA: {"maximum": 1500}})
        assert stewards.say("publish", category_version="1.1")["status"] == "accepted"
        assert errors(stewards.say("publish", category_version="1.2")) == ["CAT-07", "CAT-08"]

    def test_finds_an_ordinal_that_another_category_took_meanwhile(
        self, stewards: Stewards
    ) -> None:
        stewards.approved("1.0")
        stewards.approved_other("wave_farm", AREA, ordinal=777)
        assert stewards.say("publish", category="wave_farm")["status"] == "accepted"
        assert errors(stewards.say("publish")) == ["CAT-12"]


class TestBreakingVersions:
    @pytest.fixture(autouse=True)
    def approved(self, stewards: Stewards) -> None:
        stewards.published("1.0")
        stewards.approved("2.0", **{AREA: {"maximum": 500}})

    def publish(self, stewards: Stewards) -> list[str]:
        return errors(stewards.say("publish", category_version="2.0"))

    def waive(self, stewards: Stewards, days: float = 7, sender: str = "hub") -> list[str]:
        expires = (stewards.now or datetime.now(UTC)) + timedelta(days=days)
        return errors(
            stewards.say("waive", sender=sender, category_version="2.0", waiver="W-1",
                         reason="agreed with all lagoons", expires=expires.isoformat())
        )  # fmt: skip

    def test_are_refused(self, stewards: Stewards) -> None:
        assert self.publish(stewards) == ["CAT-08"]

    def test_are_published_under_a_live_waiver(self, stewards: Stewards) -> None:
        assert self.waive(stewards) == []
        assert self.publish(stewards) == []

    def test_are_refused_once_the_waiver_has_ended(self, stewards: Stewards) -> None:
        self.waive(stewards, days=1)
        stewards.now = datetime.now(UTC) + timedelta(days=1, seconds=1)
        assert self.publish(stewards) == ["CAT-08"]

    def test_have_a_waiver_from_the_facilitator_alone_and_for_a_time(
        self, stewards: Stewards
    ) -> None:
        assert self.waive(stewards, sender="author") == ["AUTH-02"]
        assert self.waive(stewards, days=-1) == ["CAT-13"]

    def test_have_a_waiver_for_the_document_that_it_was_given_for(self, stewards: Stewards) -> None:
        self.waive(stewards)
        stewards.say("return", sender="reviewer", category_version="2.0", comment="once more")
        stewards.approved("2.0", **{AREA: {"maximum": 400}})
        assert self.publish(stewards) == ["CAT-08"]

    def test_need_a_major_number(self, stewards: Stewards) -> None:
        stewards.draft("1.1", **{AREA: {"maximum": 400}})
        assert errors(stewards.say("submit", category_version="1.1")) == ["CAT-07"]


class TestTheEnd:
    def test_of_a_version_is_announced_before(self, stewards: Stewards) -> None:
        stewards.published("1.0")
        assert errors(stewards.say("retire")) == ["CAT-05"]
        stewards.say("deprecate", sunset=(datetime.now(UTC) + timedelta(days=9)).isoformat())
        assert errors(stewards.say("retire")) == ["CAT-13"]

    def test_of_a_version_comes_after_its_beginning(self, stewards: Stewards) -> None:
        stewards.approved("1.0")
        week = datetime.now(UTC) + timedelta(days=7)
        stewards.say("publish", effective_from=week.isoformat())
        sunset = (week - timedelta(days=1)).isoformat()
        assert errors(stewards.say("deprecate", sunset=sunset)) == ["CAT-13"]

    def test_of_a_version_that_the_hub_was_delivered_with_is_announced_too(
        self, stewards: Stewards
    ) -> None:
        sunset = (datetime.now(UTC) + timedelta(days=9)).isoformat()
        receipt = stewards.say("deprecate", category="marine", sunset=sunset)
        record = stewards.record(receipt)
        assert (record["version"], record["status"]) == (1, "deprecated")
        later = stewards.say("deprecate", category="marine", sunset="2041-01-01T00:00:00Z")
        assert stewards.record(later)["id"] == record["id"]
        assert stewards.registry.spoken.catalogue.get("marine", "1.0").deprecated_from is not None
