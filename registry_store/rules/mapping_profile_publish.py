"""mapping_profile.publish: a version of a partner's own table layout, for its own files alone."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, NamedTuple

from contracts.canonical import canonical_json
from contracts.categories import version_order
from contracts.changes import Record
from contracts.mapping_commands import MappingProfilePublish
from contracts.reasons import Reason, Rule
from contracts.receipts import timestamp
from registry_store.category_reading import plain
from registry_store.rules.authority import role_reasons
from registry_store.rules.decision import Accepted, Context, Decision, Needs, Rejected, Unchanged
from registry_store.rules.mapping_profile_versions import (
    PUBLISHED,
    in_use_key,
    name_key,
    published,
    standing,
)
from registry_store.rules.state import State

#: Of one name, retired ones with it; and of all names of a partner that are in use.
MOST_VERSIONS = 100
MOST_IN_USE = 100


class StatedProfile(NamedTuple):
    """A profile read as far as it goes without the registry. With reasons, its name and number may be missing."""

    document: Mapping[str, Any]
    reasons: tuple[Reason, ...]

    @property
    def name(self) -> str:
        return str(self.document.get("name", ""))

    @property
    def number(self) -> str:
        return str(self.document.get("version", ""))


def state_publish(command: MappingProfilePublish, context: Context) -> StatedProfile:
    """Reads and checks the document, before anything is locked (MAP-01, MAP-02, MAP-05)."""
    document, reasons = plain(command.document)
    found = [replace(reason, rule=Rule.MAP_01) for reason in reasons]
    if not found:
        found += context.setting.check_profile(document)
    return StatedProfile(document, tuple(replace(r, path=f"/document{r.path}") for r in found))


def needs_publish(stated: StatedProfile, context: Context, needed: Needs) -> None:
    if stated.reasons:
        return
    name, in_use = name_key(context.party, stated.name), in_use_key(context.party)
    needed.keys_change.add((name.scheme, name.value))
    needed.keys_look.add((in_use.scheme, in_use.value))


def decide_publish(stated: StatedProfile, state: State, context: Context) -> Decision:
    refused = role_reasons("mapping_profile.publish", context.principal)
    if refused or stated.reasons:
        return Rejected((*refused, *stated.reasons))
    versions = standing(stated.name, state, context)
    digest = sha256(canonical_json(stated.document)).hexdigest()
    same = versions.get(stated.number)
    if same is not None and same.status == PUBLISHED and same.content["hash"] == digest:
        return Unchanged(same)
    reasons = (
        *_name_reasons(stated, context),
        *_number_reasons(stated, versions),
        *_count_reasons(versions, state, context),
    )
    if reasons:
        return Rejected(reasons)
    content = {
        "profile": stated.name,
        "profile_version": stated.number,
        "title": stated.document["title"],
        "party": context.party,
        "owner": context.organisation,
        "document": stated.document,
        "hash": digest,
        "status": PUBLISHED,
        "published_at": timestamp(context.now),
    }
    return Accepted((published(content, state, context),))


def _name_reasons(stated: StatedProfile, context: Context) -> Iterator[Reason]:
    start = f"{context.party}-"
    if not stated.name.startswith(start) or stated.name == start:
        text = f"a profile of {context.party} has a name that begins with {start}, not {stated.name[:60]}"
        yield Reason(Rule.MAP_02, text, "/document/name")
    if stated.name in context.setting.catalogue.names():
        text = f"{stated.name} is the name of a category"
        yield Reason(Rule.MAP_02, text, "/document/name")


def _number_reasons(stated: StatedProfile, versions: Mapping[str, Record]) -> Iterator[Reason]:
    if (same := versions.get(stated.number)) is not None:
        text = f"{stated.name} {stated.number} is {same.status}: write a new version"
        yield Reason(Rule.MAP_03, text, "/document/version")
        return
    newest = max(versions, key=version_order, default=None)
    if newest is not None and version_order(stated.number) < version_order(newest):
        text = f"{stated.name} {newest} is there already, {stated.number} would come before it"
        yield Reason(Rule.MAP_03, text, "/document/version")


def _count_reasons(
    versions: Mapping[str, Record], state: State, context: Context
) -> Iterator[Reason]:
    if len(versions) >= MOST_VERSIONS:
        text = f"a profile has at most {MOST_VERSIONS} versions: give the layout another name"
        yield Reason(Rule.MAP_05, text, "/document/name")
    if len(state.holders(in_use_key(context.party))) >= MOST_IN_USE:
        text = f"a partner has at most {MOST_IN_USE} versions in use: retire what no file needs"
        yield Reason(Rule.MAP_05, text)
