"""Statements of sources: which is newer, and what another source's statement leaves beside a record.

Source: RECORDS.md section 3 (who may overwrite), USECASES.md section 4 (source freshness, REC-02).
"""

from collections.abc import Mapping
from typing import Any

from contracts.changes import Key, Record, SourceSeen
from contracts.reasons import Reason, Rule
from registry_store.rules.asset_versions import asset_change, key_pair
from registry_store.rules.decision import Accepted, Context, Decision, Unchanged
from registry_store.rules.state import State


def superseded(record: Record, content: Mapping[str, Any], identity: str | None) -> Reason | None:
    """REC-02: the source has stated a newer revision of this line, or of this record under another line."""
    stated = content.get("source")
    if stated is None:
        return None
    recorded = record.content.get("source", {})
    known = max(
        record.revisions.get(f"{stated['system']}|{identity}", ""),
        recorded["revision"] if recorded.get("system") == stated["system"] else "",
    )
    if stated["revision"] >= known:
        return None
    text = f"{stated['system']} has stated this line as of {known}; {stated['revision']} is older and changes nothing"
    return Reason.warning(Rule.REC_02, text, "/source/revision")


def seen_now(
    record: Record, content: Mapping[str, Any], identity: str | None
) -> tuple[SourceSeen, ...]:
    stated = content.get("source")
    if stated is None or identity is None:
        return ()
    line = f"{stated['system']}|{identity}"
    if record.revisions.get(line, "") >= stated["revision"]:
        return ()
    return (SourceSeen(record.id, line, stated["revision"]),)


def keep_beside(
    record: Record,
    content: dict[str, Any],
    keys: tuple[Key, ...],
    state: State,
    context: Context,
    warnings: tuple[Reason, ...],
    seen: tuple[SourceSeen, ...],
) -> Decision:
    """Another source's statement: what differs is kept beside the record as evidence (RECORDS.md 3)."""
    by = content.get("source", {}).get("system", context.organisation)
    current, stated = record.content["attributes"], content["attributes"]
    differing = {name: value for name, value in stated.items() if current.get(name) != value}
    others = [
        entry
        for entry in record.content.get("evidence", ())
        if not (entry["kind"] == "statement" and entry["by"] == by)
    ]
    evidence = (
        [*others, {"kind": "statement", "by": by, "attributes": differing}] if differing else others
    )
    held = [*record.content.get("keys", ())]
    held_pairs = {key_pair(key) for key in held}
    held += [
        key.as_json()
        for key in keys
        if key.scheme == "source" and (key.scheme, key.value) not in held_pairs
    ]
    beside = {**record.content, "keys": held} if held else {**record.content}
    beside.pop("evidence", None)
    if evidence:
        beside["evidence"] = evidence
    if beside == dict(record.content):
        return Unchanged(record, warnings, seen)
    disagreeing = [name for name in differing if name in current]
    if disagreeing and record.status in ("pending_validation", "verified"):
        beside["status"] = "query"
    text = f"kept as evidence beside {record.id}, whose own source is another; differing: {', '.join(differing) or 'nothing'}"
    event = "asset.discrepancy" if disagreeing else "asset.updated"
    change = asset_change(
        record, event, beside, None, context, False if event == "asset.updated" else None, state
    )
    return Accepted(
        (change,), (*warnings, Reason.warning(Rule.ASSET_04, text, "/attributes")), seen
    )
