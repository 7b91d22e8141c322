"""The next version of an asset, and the version that was true at a time.

Source: DESIGN.md section 4 (records are versions in two times).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contracts.changes import Key, Record, RecordChange
from registry_store.rules.audience import audience_of
from registry_store.rules.decision import Context
from registry_store.rules.state import State


def slice_at(record: Record, valid_from: datetime | None) -> Mapping[str, Any] | None:
    """What was recorded as true at that time; None before the record began."""
    if valid_from is None or valid_from >= record.valid_from:
        return record.content
    earlier = [entry for entry in record.slices if entry[0] <= valid_from]
    return max(earlier, key=lambda entry: (entry[0], entry[1]))[2] if earlier else None


def holds_from(record: Record, valid_from: datetime | None, context: Context) -> datetime:
    """From when a statement about the record holds; without a date from now on.

    What holds now follows what is recorded, though another worker, whose clock is ahead or who got hold
    of the record first, took a later time than ours for its now.
    """
    if valid_from is None:
        return max(context.now, record.valid_from)
    return min(valid_from, context.now)


def asset_change(
    record: Record,
    event: str,
    content: dict[str, Any],
    valid_from: datetime | None,
    context: Context,
    material: bool | None,  # noqa: FBT001 - a fact of the case, not a switch
    state: State,
    refs: tuple[tuple[str, str], ...] = (),
) -> RecordChange:
    valid_from = holds_from(record, valid_from, context)
    is_current = valid_from >= record.valid_from
    before = {key_pair(key): key for key in record.content.get("keys", ())}
    after = {key_pair(key): key for key in content.get("keys", ())} if is_current else before
    added = [Key(**after[pair]) for pair in after if pair not in before]
    return RecordChange(
        kind="asset",
        id=record.id,
        event=event,
        expected=record.version,
        content=content,
        valid_from=valid_from,
        is_current=is_current,
        material=material,
        row=record.row,
        audience_before=audience_of("asset", record.id, record.content),
        audience_after=audience_of("asset", record.id, content if is_current else record.content),
        keys_added=tuple((key, state.next_rank(key)) for key in added),
        keys_removed=tuple(Key(**before[pair]) for pair in before if pair not in after),
        refs_added=refs,
    )


def key_pair(key: Mapping[str, str]) -> tuple[str, str]:
    return key["scheme"], key["value"]
