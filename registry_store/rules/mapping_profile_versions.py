"""What every decision on a partner's mapping profile shares: how it is found, what stands beside it, how it changes.

Profiles are the partner's own: another one may have a profile of the same name, and neither knows. All versions
of a name are held while one of them is decided, so that numbers follow each other.
"""

from collections.abc import Mapping
from typing import Any

from contracts.changes import Key, Record, RecordChange
from registry_store.rules.audience import audience_of
from registry_store.rules.decision import Context
from registry_store.rules.state import State

KIND = "mapping_profile"
PUBLISHED, RETIRED = "published", "retired"


def name_key(party: str, name: str) -> Key:
    """All versions of a name have it: whoever adds one has seen, and holds, the others."""
    return Key("mapping_profile_name", f"{party} {name}", "weak")


def number_key(party: str, name: str, number: str) -> Key:
    return Key(KIND, f"{party} {name} {number}", "strong")


def in_use_key(party: str) -> Key:
    """All versions of a partner that are not retired have it."""
    return Key("mapping_profiles_in_use", party, "weak")


def standing(name: str, state: State, context: Context) -> dict[str, Record]:
    """The versions of a name that the sender has published, by number; retired ones too."""
    holders = state.holders(name_key(context.party, name))
    return {record.content["profile_version"]: record for record in holders}


def published(content: Mapping[str, Any], state: State, context: Context) -> RecordChange:
    """The change that makes a version."""
    name, number = content["profile"], content["profile_version"]
    keys = (
        name_key(context.party, name),
        number_key(context.party, name, number),
        in_use_key(context.party),
    )
    id = context.new_id(KIND)
    return RecordChange(
        kind=KIND,
        id=id,
        event=f"{KIND}.published",
        expected=0,
        content=content,
        valid_from=context.now,
        audience_after=audience_of(KIND, id, content),
        keys_added=tuple((key, state.next_rank(key)) for key in keys),
    )


def retired(record: Record, content: Mapping[str, Any], context: Context) -> RecordChange:
    """The change that ends a version."""
    return RecordChange(
        kind=KIND,
        id=record.id,
        event=f"{KIND}.retired",
        expected=record.version,
        content=content,
        valid_from=max(context.now, record.valid_from),
        row=record.row,
        audience_before=audience_of(KIND, record.id, record.content),
        audience_after=audience_of(KIND, record.id, content),
        keys_removed=(in_use_key(context.party),),
    )
