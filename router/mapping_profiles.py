"""Mapping profiles as they are listed and shown: those of the hub itself, and those that partners published."""

from collections.abc import Iterable, Mapping
from typing import Any

from adapters.tables.profile import Profile
from contracts.categories import version_order
from registry_store.mapping_profiles import ProfileRecord

_TOLD = ("party", "owner", "hash", "published_at", "retired_at")


def listed(shipped: Iterable[Profile], records: Iterable[ProfileRecord]) -> list[dict[str, Any]]:
    """A profile's version each, without its document: first the hub's own, then by name and version."""
    own = [
        {
            "name": each.name,
            "version": each.version,
            "title": each.document["title"],
            "status": "shipped",
        }
        for each in shipped
    ]
    published = [_described(record.id, record.content) for record in records]
    published.sort(key=lambda each: (each["party"], each["name"], version_order(each["version"])))
    return [*own, *published]


def shown(
    name: str,
    version: str | None,
    shipped: Iterable[Profile],
    records: Iterable[ProfileRecord],
) -> dict[str, Any] | None:
    """One version with its document: the one that is named, else the newest in use, else the newest."""
    found = [
        {**entry, "document": dict(profile.document)}
        for profile in shipped
        for entry in listed((profile,), ())
        if profile.name == name
    ]
    found += [
        {**_described(record.id, record.content), "document": record.content["document"]}
        for record in records
        if record.content["profile"] == name
    ]
    if version is not None:
        found = [each for each in found if each["version"] == version]
    return max(
        found,
        key=lambda each: (each["status"] != "retired", version_order(each["version"])),
        default=None,
    )


def _described(id: str, content: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: content[name] for name in _TOLD if name in content}
    return {
        "id": id,
        "name": content["profile"],
        "version": content["profile_version"],
        "title": content["title"],
        "status": content["status"],
        **told,
    }
