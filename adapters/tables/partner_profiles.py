"""Profiles that partners published: each is for its partner's own files, as if it were not there for others."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from adapters.tables.headings import HeadingIndex
from adapters.tables.profile import Profile, ProfileError, profile_from_document
from contracts.categories import version_order
from contracts.published_profiles import PublishedProfile

_Named = tuple[str, str]


class Known:
    """A profile with its headings indexed.

    `asked_version`: by which the same layout is found again, for a file of that hour; None for the template
    of a category in whatever version is effective.
    """

    def __init__(self, profile: Profile, *, is_effective: bool = False) -> None:
        self.profile = profile
        self.asked_version = None if is_effective else profile.version
        self.index = HeadingIndex(profile)

    @property
    def name(self) -> str:
        return f"{self.profile.name} {self.profile.version}"


class PartnerProfiles:
    """Grows while the hub runs: `renew` puts other versions in the place of those that there are, all at
    once. A version is made ready when it is first asked for, and kept.
    """

    def __init__(self) -> None:
        self._by_name: Mapping[_Named, tuple[PublishedProfile, ...]] = MappingProxyType({})
        self._ready: dict[tuple[str, str, str], tuple[Mapping[str, Any], Known | None]] = {}

    def renew(self, profiles: Iterable[PublishedProfile]) -> None:
        """All there are, retired ones with them: a file that came in before is still read."""
        by_name: dict[_Named, tuple[PublishedProfile, ...]] = {}
        for each in sorted(profiles, key=lambda each: version_order(each.version), reverse=True):
            key = (each.party, each.name)
            by_name[key] = (*by_name.get(key, ()), each)
        self._by_name = by_name

    def versions(self, party: str, name: str) -> tuple[PublishedProfile, ...]:
        """The newest first."""
        return self._by_name.get((party, name), ())

    def of(self, party: str, at: datetime) -> tuple[PublishedProfile, ...]:
        """What a file of the partner that came in at that hour may be read with."""
        return tuple(
            each
            for (owner, _), versions in sorted(self._by_name.items())
            if owner == party
            for each in versions
            if _is_in_use(each, at)
        )

    def named(self, party: str, name: str, version: str | None, at: datetime) -> Known | None:
        """The version that is asked for; without one the newest that was there when the file came in, so that
        whoever reads the file, and how often ever, reads it with the same. A file that came in before any was
        published is read with the first.
        """
        usable = [each for each in self.versions(party, name) if _is_in_use(each, at)]
        if version is not None:
            usable = [each for each in usable if each.version == version]
        there = [each for each in usable if each.published_at <= at]
        chosen = there[:1] or usable[-1:]
        return self._made_ready(chosen[0]) if chosen else None

    def _made_ready(self, profile: PublishedProfile) -> Known | None:
        key = (profile.party, profile.name, profile.version)
        document, known = self._ready.get(key, ({}, None))
        if document != profile.document:
            known = _read(profile.document)
            self._ready[key] = (profile.document, known)
        return known


def _read(document: Mapping[str, Any]) -> Known | None:
    """None where an older hub published what this one cannot read: it is answered as unknown."""
    try:
        return Known(profile_from_document(document))
    except (ProfileError, LookupError, TypeError, ValueError):
        return None


def _is_in_use(profile: PublishedProfile, at: datetime) -> bool:
    return profile.retired_at is None or at < profile.retired_at
