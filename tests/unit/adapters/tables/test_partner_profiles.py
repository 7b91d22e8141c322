"""Which version a partner's file is read with: by its hour, for every part of it, and for nobody else."""

import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.csv_tables import CsvTables
from adapters.cutting import CutLimits, Excerpt
from adapters.tables.partner_profiles import PartnerProfiles
from contracts.messages import Envelope, Limits
from contracts.published_profiles import PublishedProfile
from tests.support.mapping import batteries, battery_file

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def profile(version: str, hours: int, retired_after: int | None = None) -> PublishedProfile:
    """Published so many hours after noon."""
    retired_at = None if retired_after is None else NOON + retired_after * HOUR
    return PublishedProfile("acme", batteries(version), NOON + hours * HOUR, retired_at)


def known(*profiles: PublishedProfile) -> PartnerProfiles:
    partners = PartnerProfiles()
    partners.renew(profiles)
    return partners


@pytest.mark.parametrize(
    ("at", "asked", "read_with"),
    [
        (0, None, "1.0"),
        (1, None, "1.9"),
        (3, None, "1.10"),
        (3, "1.0", "1.0"),
        (-1, None, "1.0"),
        (1, "1.10", "1.10"),
        (3, "2.0", None),
    ],
)
def test_the_newest_of_its_hour_unless_one_is_named(
    at: int, asked: str | None, read_with: str | None
) -> None:
    partners = known(profile("1.10", 2), profile("1.0", 0), profile("1.9", 1))
    found = partners.named("acme", "acme-batteries", asked, NOON + at * HOUR)
    assert (found and found.profile.version) == read_with
    assert partners.named("other", "acme-batteries", asked, NOON + at * HOUR) is None


def test_a_retired_version_is_for_files_that_came_before() -> None:
    partners = known(profile("1.0", 0, retired_after=2))
    read_with = [partners.named("acme", "acme-batteries", None, NOON + h * HOUR) for h in (1, 2, 3)]
    assert [each is not None for each in read_with] == [True, False, False]


def test_a_version_is_made_ready_once_and_again_where_it_is_another() -> None:
    partners = known(profile("1.0", 0))
    first = partners.named("acme", "acme-batteries", None, NOON)
    partners.renew([profile("1.0", 0), profile("1.1", 5)])
    assert partners.named("acme", "acme-batteries", None, NOON) is first
    partners.renew([profile("1.0", 0)._replace(document=batteries(title="Another"))])
    assert partners.named("acme", "acme-batteries", None, NOON) is not first


def test_a_document_of_an_older_hub_that_cannot_be_read_is_not_there() -> None:
    broken = profile("1.0", 0)._replace(document=batteries(columns=[{"name": "x"}]))
    assert known(broken).named("acme", "acme-batteries", None, NOON) is None


def test_every_part_of_a_file_is_read_with_the_version_with_which_it_began() -> None:
    partners = known(profile("1.0", 0))
    adapter = CsvTables((), partners=partners)
    envelope = Envelope(
        "", "acme", "text/csv; profile=acme-batteries", b"", NOON + HOUR, statement_date=date(2026, 11, 1)
    )  # fmt: skip
    body = battery_file(*(f"s{number}" for number in range(1, 31)))
    cut = adapter.cut(io.BytesIO(body), envelope, CutLimits(rows=10))
    excerpts = list(cut.excerpts)
    assert (len(excerpts), cut.reasons, cut.head.versions["profile_version"]) == (3, [], "1.0")
    partners.renew([profile("1.0", 0, retired_after=2), profile("1.1", 0)])
    assert versions(adapter, envelope, excerpts) == ["1.0"] * 3


def versions(adapter: CsvTables, envelope: Envelope, excerpts: Iterable[Excerpt]) -> list[str]:
    read = [
        adapter.decode(replace(envelope, body=e.body, excerpt=e.said), Limits()) for e in excerpts
    ]
    assert all(each.items and not each.reasons for each in read), read
    return [each.versions["profile_version"] for each in read]
